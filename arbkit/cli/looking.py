"""Matching and looking, as commands show them: do it, show the rows, say what was left out."""

import getpass
from collections.abc import Sequence

from arbkit.app.assess import Budget, assess, summary
from arbkit.app.pairs import Dangling, decide, match_catalogues
from arbkit.app.scan import Scan, SortKey
from arbkit.app.scan import scan as scan_once
from arbkit.cli.decisions import DECIDED, decided
from arbkit.cli.lookup import one_market
from arbkit.cli.opportunities import OPPORTUNITY, chosen, summarise
from arbkit.cli.render import Output
from arbkit.cli.review import review as review_pairs
from arbkit.cli.views import PAIR
from arbkit.config.policy import scan_policy
from arbkit.core.fees import FeeModel
from arbkit.core.markets import Pair, Polarity, VenueName
from arbkit.core.money import Usd
from arbkit.errors import BadNumber, UsageError
from arbkit.store.pairs import Decision
from arbkit.wiring import Kit

DANGLING_SHOWN = 3
"""More lines of one kind than that hide what else is said."""


def look(
    kit: Kit,
    output: Output,
    *,
    fees: str | None = None,
    sort: str = "net",
    min_net: str = "",
    every: bool = False,
    limit: int | None = None,
) -> Scan:
    """Scan once and show the rows that are worth it."""
    settings = kit.settings
    least = _dollars("--min-net", min_net) if min_net else None
    seen = kit.run(
        scan_once(
            kit.venues,
            kit.store,
            kit.clock,
            scan_policy(settings, FeeModel(fees) if fees else None),
            sort=SortKey(sort),
            reviewed_only=kit.needs_review,
        )
    )
    shown = chosen(seen, kit.store, settings, min_net=least, every=every, limit=limit)
    output.show(shown.rows, OPPORTUNITY)
    summarise(seen, shown, settings, output)
    return seen


def _dollars(option: str, text: str) -> Usd:
    try:
        return Usd.parse(text)
    except BadNumber as error:
        raise UsageError(f"{option}: {error}") from error


def pair_up(kit: Kit, output: Output, *, limit: int | None = None, tradable: bool = False) -> int:
    """Match both catalogues, show the pairs, and return how many may be traded."""
    from arbkit.cli.progress import judging

    with judging(output) as told, kit.cores() as cores:
        matched = match_catalogues(kit.store, kit.mappings, kit.clock, told, cores)
    pairs = second_reading(kit, output, matched.pairs)
    rows = [pair for pair in pairs if pair.tradable or not tradable]
    output.show(rows[:limit], PAIR)
    if not matched.kalshi_markets or not matched.polymarket_markets:
        output.say("a catalogue is empty; run `arbkit markets sync` first")
    else:
        _say_dangling(matched.dangling, output)
    output.say(
        f"{matched.kalshi_markets} x {matched.polymarket_markets} markets in {matched.duration_ms} ms:"
        f" {len(pairs)} pairs, {sum(pair.tradable for pair in pairs)} may be traded"
        f" ({matched.markets_read} markets read anew, {matched.pairs_judged} candidates judged anew)"
    )
    return sum(pair.tradable for pair in pairs)


def _say_dangling(dangling: Sequence[Dangling], output: Output) -> None:
    """Name the curated markets that the catalogue does not know: a few of them, and where all are listed."""
    for one in dangling[:DANGLING_SHOWN]:
        output.say(f"{one.entry.origin}: {one.market} is not in the catalogue; run `arbkit markets sync`")
    if more := len(dangling[DANGLING_SHOWN:]):
        output.say(f"{more} more curated markets are not in the catalogue; `arbkit mappings check` lists them")


def second_reading(kit: Kit, output: Output, pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Have a language model read what was accepted, if the settings ask for one; the pairs afterwards."""
    settings = kit.settings.llm
    if not settings.enabled:
        return pairs
    from arbkit.wiring.llm import reader_of

    budget = Budget(
        questions_max=settings.questions_max, day_max=settings.usd_max_per_day,
        input_price=settings.usd_per_million_tokens_in, output_price=settings.usd_per_million_tokens_out,
    )  # fmt: skip
    for line in summary(kit.run(assess(kit.store, reader_of(kit), budget, kit.clock))):
        output.say(line)
    return kit.store.pairs.active()


def match_or_review(kit: Kit, output: Output, *, limit: int | None, tradable: bool, review: bool) -> None:
    """Match the catalogues, or go through what an earlier match found."""
    if review:
        review_pairs(kit, output)
    else:
        pair_up(kit, output, limit=limit, tradable=tradable)


def record_decision(
    kit: Kit, output: Output, kalshi: str, polymarket: str, *, inverted: bool, approved: bool, note: str
) -> None:
    """Keep a person's decision on two markets, and show it."""
    output.chosen(DECIDED)  # before anything is kept
    review = decide(
        kit.store,
        one_market(kit.store.catalogue, kalshi, VenueName.KALSHI).id,
        one_market(kit.store.catalogue, polymarket, VenueName.POLYMARKET).id,
        Decision.APPROVED if approved else Decision.REJECTED,
        polarity=Polarity.INVERTED if inverted else Polarity.ALIGNED,
        who=getpass.getuser(),
        note=note,
        clock=kit.clock,
    )
    output.show(decided((), [review]), DECIDED)
