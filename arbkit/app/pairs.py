"""`match` and `mappings`: both catalogues and what people decided -> pairs with verdicts, kept in the store."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from arbkit.app.edition import edition
from arbkit.app.remembering import Progress, Remembering, Stage
from arbkit.core.markets import Market, MarketId, MarketStatus, Pair, Polarity, VenueName
from arbkit.core.matching.engine import Candidate, Curated, match, texts_of
from arbkit.core.matching.lexicon import Aliases
from arbkit.core.matching.texts import Asked, kept, read_kept
from arbkit.core.spread import ONE_CORE, Cores, here
from arbkit.core.text import clean
from arbkit.errors import BadId
from arbkit.ports import Clock
from arbkit.store.mappings import CuratedEntry, load_aliases, load_mappings, refuse_conflicts
from arbkit.store.pairs import UNDONE, Decision, Review
from arbkit.store.store import Store

MATCHED_STATUSES = (MarketStatus.UNOPENED, MarketStatus.OPEN, MarketStatus.PAUSED)
"""What is over is not matched."""
SPREAD_FROM_TEXTS = 30_000
"""From so many texts on, reading their words is worth the start of other processes."""


@dataclass(frozen=True, slots=True)
class Dangling:
    """A curated pair that names a market which the catalogue does not know."""

    entry: CuratedEntry
    market: MarketId


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The outcome of a match. `pairs` are tradable first, then for review."""

    pairs: Sequence[Pair]
    kalshi_markets: int
    polymarket_markets: int
    markets_read: int
    pairs_judged: int
    """What was not kept from an earlier match."""
    dangling: Sequence[Dangling]
    duration_ms: int

    @property
    def tradable(self) -> int:
        """How many pairs the policy of matching releases."""
        return sum(pair.tradable for pair in self.pairs)


def silent(_stage: Stage, _done: int, _of: int) -> None:
    """No progress is shown."""


def match_catalogues(
    store: Store, mappings: Path, clock: Clock, progress: Progress = silent, cores: Cores = ONE_CORE
) -> Matched:
    """Match what both catalogues hold, with the curated pairs of a directory and the decisions in the store, and
    replace the stored pairs by the result, which is the same on however many cores. Raises BadFile for mappings that
    are malformed or contradict each other, and WorkerDied."""
    started_ms = clock.monotonic_ms()
    entries = curated_entries(store, mappings)
    kalshi = store.catalogue.markets(VenueName.KALSHI, statuses=MATCHED_STATUSES)
    polymarket = store.catalogue.markets(VenueName.POLYMARKET, statuses=MATCHED_STATUSES)
    aliases = Aliases(load_aliases(mappings))
    name = edition(aliases.phrases)
    remembering = Remembering(store.readings, name, aliases, cores, progress)
    with _without_collecting(), closing(remembering):
        pairs = match(
            kalshi,
            polymarket,
            curated=_curated(entries, store.pairs.reviews()),
            candidates=_candidates(store, kalshi, polymarket, _Reading(name[:8].hex(), aliases, cores)),
            aliases=aliases,
            judging=remembering,
        )
    store.pairs.replace(pairs, at=clock.now())
    if remembering.pairs_judged:
        store.readings.forget_others(MATCHED_STATUSES)
    return Matched(
        pairs=pairs,
        kalshi_markets=len(kalshi),
        polymarket_markets=len(polymarket),
        markets_read=remembering.markets_read,
        pairs_judged=remembering.pairs_judged,
        dangling=dangling(store, entries),
        duration_ms=clock.monotonic_ms() - started_ms,
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Matching makes millions of small values and no cycles of them: looking for cycles takes a third of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _candidates(
    store: Store, kalshi: Sequence[Market], polymarket: Sequence[Market], reading: "_Reading"
) -> Iterable[Candidate]:
    from arbkit.core.matching.candidates import candidates  # noqa: PLC0415 - loads numpy, which nothing else needs
    from arbkit.core.matching.columns import columns  # noqa: PLC0415 - as well

    return candidates(
        columns(_asked(store, VenueName.KALSHI, kalshi, reading)),
        columns(_asked(store, VenueName.POLYMARKET, polymarket, reading)),
        spread=reading.cores.threads,
    ).in_order()


@dataclass(frozen=True, slots=True)
class _Reading:
    """How texts are read: under the name of an edition, with a user's phrases, and by whom."""

    name: str
    aliases: Aliases
    cores: Cores


def _asked(store: Store, venue: VenueName, markets: Sequence[Market], reading: _Reading) -> list[Asked]:
    """The words by which markets are found: as kept, or read now and kept until the market or the edition changes."""
    from arbkit.core.matching.columns import asked  # noqa: PLC0415 - loads numpy

    stored, say, name = store.catalogue.tokens(venue), reading.aliases.spoken(), reading.name
    found = {market.id.key: words for market in markets if (words := read_kept(stored.get(market.id.key, ""), name))}
    unread = [market for market in markets if market.id.key not in found]
    spread = reading.cores.processes if len(unread) >= SPREAD_FROM_TEXTS else here
    read = asked([texts_of(say(market)) for market in unread], spread)
    fresh = {market.id.key: words for market, words in zip(unread, read, strict=True)}
    if fresh:
        store.catalogue.keep_tokens(venue, {key: kept(words, name) for key, words in fresh.items()})
    found |= fresh
    return [found[market.id.key] for market in markets]


def curated_entries(store: Store, mappings: Path) -> list[CuratedEntry]:
    """The curated pairs of a directory; a Polymarket market that is named by its slug gets its id from the catalogue.

    Raises BadFile for mappings that are malformed or contradict each other.
    """
    entries = load_mappings(mappings)
    known = store.catalogue.slugged(entry.curated.polymarket.key for entry in entries if entry.by_slug)
    found = []
    for entry in entries:
        named = known.get(entry.curated.polymarket.key) if entry.by_slug else None
        found.append(replace(entry, curated=replace(entry.curated, polymarket=named)) if named else entry)
    refuse_conflicts(found)
    return found


def decide(
    store: Store,
    kalshi: MarketId,
    polymarket: MarketId,
    decision: Decision,
    *,
    polarity: Polarity,
    who: str,
    note: str,
    clock: Clock,
) -> Review:
    """Approve or reject a pair, found by matching or not, bound to the rules as stored now; it counts at once.

    Raises BadId for a market that the catalogue does not know.
    """
    first, second = _known(store, kalshi, VenueName.KALSHI), _known(store, polymarket, VenueName.POLYMARKET)
    with store.together():
        review = store.pairs.review(
            first, second, decision, polarity=polarity, who=who, note=clean(note), at=clock.now()
        )
        judged = match([first], [second], curated=_curated((), [review]), candidates=[(0, 0)])
        for pair in judged:
            store.pairs.release(pair, at=clock.now())
    return review


def undo(store: Store, kalshi: MarketId, polymarket: MarketId, *, who: str, clock: Clock) -> None:
    """Take the last decision on a pair back: it does not trade until somebody decides again, and is asked for again.

    Raises BadId for a market that the catalogue does not know.
    """
    first, second = _known(store, kalshi, VenueName.KALSHI), _known(store, polymarket, VenueName.POLYMARKET)
    with store.together():
        store.pairs.review(
            first, second, Decision.REJECTED, polarity=Polarity.ALIGNED, who=who, note=UNDONE, at=clock.now()
        )
        for pair in match([first], [second], candidates=[(0, 0)]):
            store.pairs.release(replace(pair, tradable=False), at=clock.now())


def dangling(store: Store, entries: Sequence[CuratedEntry]) -> list[Dangling]:
    """The curated pairs with a market that was never listed."""
    named = [(entry, market) for entry in entries for market in (entry.curated.kalshi, entry.curated.polymarket)]
    known = store.catalogue.named(market for _, market in named)
    return [Dangling(entry, market) for entry, market in named if market not in known]


def _curated(entries: Sequence[CuratedEntry], reviews: Sequence[Review]) -> list[Curated]:
    """One decision a pair. What was decided on the command line goes before the files, for it is bound to the rules."""
    decided = {(entry.curated.kalshi, entry.curated.polymarket): entry.curated for entry in entries}
    for review in reviews:
        if review.in_force and not review.undone:
            decided[review.kalshi, review.polymarket] = Curated(
                kalshi=review.kalshi,
                polymarket=review.polymarket,
                polarity=review.polarity,
                approved=review.decision is Decision.APPROVED,
                kalshi_rules_hash=review.kalshi_rules_hash,
                polymarket_rules_hash=review.polymarket_rules_hash,
                note=review.note,
            )
    return list(decided.values())


def _known(store: Store, market: MarketId, venue: VenueName) -> Market:
    if market.venue is not venue:
        raise BadId(market, f"a market of {venue}")
    if not (found := store.catalogue.market(market)):
        raise BadId(market, "a market of the catalogue; run: arbkit markets sync")
    return found
