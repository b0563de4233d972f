"""Generator: a whole world from a seed and a day. The same seed and day give the same bytes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import islice

from arbkit.core.markets import Polarity
from arbkit.errors import BadNumber, InvariantError, UsageError
from arbkit.venues.sim.world import gamma_shape, kalshi_shape
from arbkit.venues.sim.world.blemishes import disfigured, kalshi_status
from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import WHOLE, Claim, GammaEvent, GammaListing, KalshiEvent, KalshiListing, Topic
from arbkit.venues.sim.world.families import FAMILIES
from arbkit.venues.sim.world.kalshi_shape import GRIDS, Ranges
from arbkit.venues.sim.world.model import JsonObject, SeedBook, Twin, TwinKind, World
from arbkit.venues.sim.world.quotes import FeeRates, Plan, Theirs, beside, holds_arbitrage, mirrored, quoted

MARKETS_OF_A_DEMO = 150
_PLANTED_PERCENT = 12
_PLANTED_MIN = 10
_PLANTED_SHARE_MIN = 0.035
_FAIR_OF_PLANTED = (1_200, 8_800)
_FALSE_PLANS = (
    *(Plan.FEES_EAT,) * 8,
    *(Plan.DUST,) * 4,
    *(Plan.ONE_SIDED,) * 2,
    Plan.CROSSED,
    *(Plan.UNQUOTED,) * 2,
    *(Plan.CALM,) * 23,
)
"""What becomes of twins that hold no arbitrage."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two listings of one claim."""

    family: str
    event: KalshiEvent
    listing: KalshiListing
    gamma_event: GammaEvent
    gamma: GammaListing

    @property
    def polarity(self) -> Polarity:
        return Polarity.ALIGNED if self.listing.flipped == self.gamma.flipped else Polarity.INVERTED

    @property
    def fees(self) -> FeeRates:
        override = self.event.fee_multiplier_override
        multiplier = self.event.series.fee_multiplier if override is None else override
        return FeeRates(0.07 * multiplier, self.gamma_event.fees.rate)


@dataclass(slots=True)
class _Books:
    """The seed books by listing, the grids chosen for them, and which twins hold a true arbitrage."""

    kalshi: dict[str, SeedBook] = field(default_factory=dict)
    gamma: dict[str, SeedBook] = field(default_factory=dict)
    grids: dict[str, str] = field(default_factory=dict)
    planted: set[tuple[str, str]] = field(default_factory=set)


def generate(
    seed: int, now: datetime, *, markets: int = MARKETS_OF_A_DEMO, families: Sequence[str] | None = None
) -> World:
    """Make a world of about `markets` markets a venue (at least one subject of each family), as of the day of `now`.

    Raises UsageError for a family that does not exist, BadNumber for fewer than one market."""
    if markets < 1:
        raise BadNumber(markets, "a number of markets")
    made_at = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    topics = list(_topics(seed, made_at.date(), markets, tuple(families or FAMILIES)))
    pairs = list(_pairs(topics))
    books = _books(seed, made_at, topics, pairs)
    series = {event.series.ticker: event.series for topic in topics for event in topic.kalshi}
    return World(
        seed=seed,
        made_at=made_at,
        kalshi_series=[kalshi_shape.series_json(one, made_at) for one in series.values()],
        kalshi_events=list(_kalshi_events(seed, made_at, topics, books)),
        gamma_events=list(_gamma_events(seed, made_at, topics, books)),
        books={
            **books.kalshi,
            **{
                gamma_shape.yes_token(seed, listing): books.gamma[listing.slug]
                for topic in topics
                for event in topic.gamma
                for listing in event.listings
            },
        },
        twins=[*_traps(seed, topics), *(_twin(seed, pair, books) for pair in pairs)],
    )


def _topics(seed: int, today: date, markets: int, names: Sequence[str]) -> Iterator[Topic]:
    """Take a subject of each family in turn until both venues are full; no event is listed twice."""
    if unknown := [name for name in names if name not in FAMILIES]:
        raise UsageError(f"no family {unknown[0]!r}; there are {', '.join(FAMILIES)}")
    running = {name: FAMILIES[name](Dice(seed, today, name), today) for name in names}
    seen: set[str] = set()
    kalshi = gamma = 0
    first_round = True
    while running and (first_round or min(kalshi, gamma) < markets):
        for name in list(running):
            if not first_round and min(kalshi, gamma) >= markets:
                return
            topic = next((topic for topic in islice(running[name], 1000) if not _keys(topic) & seen), None)
            if topic is None:
                del running[name]
                continue
            seen |= _keys(topic)
            kalshi += sum(len(event.listings) for event in topic.kalshi)
            gamma += sum(len(event.listings) for event in topic.gamma)
            yield topic
        first_round = False


def _keys(topic: Topic) -> set[str]:
    return {event.ticker for event in topic.kalshi} | {event.slug for event in topic.gamma}


def _pairs(topics: Sequence[Topic]) -> Iterator[_Pair]:
    """Join listings of one claim. A claim is listed at most once at Polymarket."""
    for topic in topics:
        by_claim: dict[str, tuple[GammaEvent, GammaListing]] = {}
        for event in topic.gamma:
            for listing in event.listings:
                if by_claim.setdefault(listing.claim.key, (event, listing))[1] is not listing:
                    raise InvariantError(f"the claim {listing.claim.key!r} is listed twice")
        for kalshi_event in topic.kalshi:
            for ask in kalshi_event.listings:
                if ask.claim.key in by_claim:
                    yield _Pair(topic.family, kalshi_event, ask, *by_claim[ask.claim.key])


def _books(seed: int, made_at: datetime, topics: Sequence[Topic], pairs: Sequence[_Pair]) -> _Books:
    """Quote Polymarket first, then each Kalshi market beside its twin, then those that have none."""
    books = _Books()
    for topic in topics:
        for event in topic.gamma:
            for bet in event.listings:
                dice = Dice(seed, made_at, "gamma book", bet.slug)
                books.gamma[bet.slug] = quoted(dice, _fair(bet.claim, flipped=bet.flipped), tick_grid(bet.tick))
    _plant(seed, made_at, pairs, books)
    for topic in topics:
        for kalshi_event in topic.kalshi:
            for ask in kalshi_event.listings:
                if ask.ticker not in books.kalshi:
                    dice = Dice(seed, made_at, "kalshi book", ask.ticker)
                    grid = books.grids[ask.ticker] = kalshi_shape.grid_of(kalshi_event.series, dice)
                    fair = _fair(ask.claim, flipped=ask.flipped)
                    books.kalshi[ask.ticker] = SeedBook() if dice.happens(4) else quoted(dice, fair, GRIDS[grid])
    return books


def _plant(seed: int, made_at: datetime, pairs: Sequence[_Pair], books: _Books) -> None:
    """Quote every twin: a few hold an arbitrage, spread over families and both polarities; many others a false one."""
    dice = Dice(seed, made_at, "plans")
    mixed = dice.several(pairs, len(pairs))
    wanted = max(_PLANTED_MIN, len(pairs) * _PLANTED_PERCENT // 100)
    likely = [pair for pair in mixed if _FAIR_OF_PLANTED[0] <= pair.listing.claim.fair <= _FAIR_OF_PLANTED[1]]
    inverted = [pair for pair in likely if pair.polarity is Polarity.INVERTED][: 1 + wanted // 5]
    per_family = Counter[str]()
    per_family_max = 1 + wanted // len({pair.family for pair in pairs}) if pairs else 0
    taken: set[str] = set()
    for pair in [*inverted, *likely]:
        if len(books.planted) == wanted:
            break
        if pair.gamma.slug not in taken and per_family[pair.family] < per_family_max:
            taken.add(pair.gamma.slug)
            per_family[pair.family] += _quote_pair(seed, made_at, pair, Plan.PLANTED, books)
    for pair in mixed:
        if pair.listing.ticker not in books.kalshi:
            plan = Plan.CALM if pair.gamma.slug in taken else dice.choice(_FALSE_PLANS)
            _quote_pair(seed, made_at, pair, plan, books)
            taken.add(pair.gamma.slug)


def _quote_pair(seed: int, made_at: datetime, pair: _Pair, plan: Plan, books: _Books) -> bool:
    """Quote the Kalshi market of a pair; says whether it now holds a true arbitrage."""
    ticker, slug = pair.listing.ticker, pair.gamma.slug
    dice = Dice(seed, made_at, "kalshi book", ticker)
    grid = books.grids[ticker] = kalshi_shape.grid_of(pair.event.series, dice)
    theirs = books.gamma[slug] if pair.polarity is Polarity.ALIGNED else mirrored(books.gamma[slug])
    fair = _fair(pair.listing.claim, flipped=pair.listing.flipped)
    book = beside(dice, fair, GRIDS[grid], theirs=Theirs(theirs, pair.fees), plan=plan)
    planted = plan is Plan.PLANTED and holds_arbitrage(book, theirs, pair.fees, share_min=_PLANTED_SHARE_MIN)
    if planted:
        books.planted.add((ticker, slug))
        books.gamma[slug] = replace(books.gamma[slug], activity=0)
    books.kalshi[ticker] = book
    return planted


def tick_grid(tick: float) -> Ranges:
    """The grid of a Polymarket tick size."""
    return ((0, WHOLE, round(tick * WHOLE)),)


def _fair(claim: Claim, *, flipped: bool) -> int:
    return claim.denied.fair if flipped else claim.fair


def _kalshi_events(seed: int, made_at: datetime, topics: Sequence[Topic], books: _Books) -> Iterator[JsonObject]:
    for topic in topics:
        for event in topic.kalshi:
            markets = list[JsonObject]()
            for listing in event.listings:
                dice = Dice(seed, made_at, "kalshi shape", listing.ticker)
                book = books.kalshi[listing.ticker]
                made = kalshi_shape.market_json(
                    event,
                    listing,
                    grid=books.grids[listing.ticker],
                    book=book,
                    status=kalshi_status(dice, book),
                    made_at=made_at,
                    dice=dice,
                )
                markets.append(disfigured(dice, made, ("title", "rules_secondary")))
            yield kalshi_shape.event_json(event, markets, made_at)


def _gamma_events(seed: int, made_at: datetime, topics: Sequence[Topic], books: _Books) -> Iterator[JsonObject]:
    for topic in topics:
        for event in topic.gamma:
            markets = list[JsonObject]()
            for listing in event.listings:
                dice = Dice(seed, made_at, "gamma shape", listing.slug)
                made = gamma_shape.market_json(
                    event, listing, book=books.gamma[listing.slug], seed=seed, made_at=made_at, dice=dice
                )
                markets.append(disfigured(dice, made, ("question", "description")))
            yield gamma_shape.event_json(event, markets, seed=seed, made_at=made_at)


def _twin(seed: int, pair: _Pair, books: _Books) -> Twin:
    return Twin(
        kalshi=pair.listing.ticker,
        polymarket=gamma_shape.condition_id(seed, pair.gamma),
        polarity=pair.polarity,
        planted=(pair.listing.ticker, pair.gamma.slug) in books.planted,
        yes_pays=_kalshi_pays(pair.listing),
        polymarket_yes_pays=_gamma_pays(pair.gamma),
        family=pair.family,
    )


def _traps(seed: int, topics: Sequence[Topic]) -> Iterator[Twin]:
    """What only looks alike. Traps whose other side is not in this world (it may be too small) are left out."""
    asks = {ask.ticker: ask for topic in topics for event in topic.kalshi for ask in event.listings}
    bets = {bet.slug: bet for topic in topics for event in topic.gamma for bet in event.listings}
    for topic in topics:
        for trap in topic.traps:
            if trap.kind is TwinKind.SAME:
                raise InvariantError(f"{trap.kalshi} is no trap")
            if trap.kalshi in asks and trap.gamma in bets:
                ask, bet = asks[trap.kalshi], bets[trap.gamma]
                if ask.claim.key == bet.claim.key:
                    raise InvariantError(f"{trap.kalshi} and {trap.gamma} are the same and marked as a trap")
                yield Twin(
                    kalshi=trap.kalshi,
                    polymarket=gamma_shape.condition_id(seed, bet),
                    polarity=trap.polarity,
                    kind=trap.kind,
                    yes_pays=_kalshi_pays(ask),
                    polymarket_yes_pays=_gamma_pays(bet),
                    family=topic.family,
                )


def _kalshi_pays(listing: KalshiListing) -> int:
    claim = listing.claim.denied if listing.flipped else listing.claim
    return claim.fair if claim.void else claim.pays


def _gamma_pays(listing: GammaListing) -> int:
    claim = listing.claim.denied if listing.flipped else listing.claim
    return WHOLE // 2 if claim.void else claim.pays


def planted_twins(world: World) -> Mapping[str, Twin]:
    """The twins that hold a true arbitrage, by Kalshi ticker."""
    return {twin.kalshi: twin for twin in world.twins if twin.planted}
