"""The generated world: the same for the same seed, in the shape of the wire, and true to what it says of itself."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

from arbkit.core.markets import Polarity
from arbkit.errors import BadNumber, UsageError
from arbkit.venues.sim.world.families import FAMILIES
from arbkit.venues.sim.world.generator import generate
from arbkit.venues.sim.world.model import JsonObject, SeedBook, Twin, TwinKind, World

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7, NOW, markets=800)


def text_of(world: World) -> str:
    return repr(
        (world.kalshi_series, world.kalshi_events, world.gamma_events, sorted(world.books.items()), world.twins)
    )


def nested(events: object) -> Iterator[JsonObject]:
    assert isinstance(events, list)
    for event in events:
        yield from event["markets"]


def kalshi_markets(world: World) -> dict[str, JsonObject]:
    return {str(market["ticker"]): market for market in nested(world.kalshi_events)}


def gamma_markets(world: World) -> dict[str, JsonObject]:
    return {str(market["conditionId"]): market for market in nested(world.gamma_events)}


def test_the_same_seed_and_day_give_the_same_bytes() -> None:
    assert text_of(generate(3, NOW)) == text_of(generate(3, NOW + timedelta(hours=6)))


@pytest.mark.parametrize("changed", [(4, NOW), (3, NOW + timedelta(days=1))], ids=["seed", "day"])
def test_another_seed_or_day_gives_another_world(changed: tuple[int, datetime]) -> None:
    assert text_of(generate(3, NOW)) != text_of(generate(*changed))


def test_a_larger_world_lists_what_the_smaller_one_lists() -> None:
    assert set(kalshi_markets(generate(3, NOW))) <= set(kalshi_markets(generate(3, NOW, markets=400)))


@pytest.mark.parametrize("markets", [150, 400, 1_000])
def test_a_world_is_about_as_large_as_asked(markets: int) -> None:
    world = generate(1, NOW, markets=markets)
    sizes = len(kalshi_markets(world)), len(gamma_markets(world))
    assert min(sizes) >= markets
    assert max(sizes) <= markets * 1.4 + 40


@pytest.mark.parametrize("seed", range(6))
def test_a_demo_holds_every_family_and_arbitrages_of_both_polarities(seed: int) -> None:
    world = generate(seed, NOW)
    planted = [twin for twin in world.twins if twin.planted]
    assert {twin.family for twin in world.twins} == set(FAMILIES)
    assert len(planted) >= 3
    assert {twin.polarity for twin in planted} == set(Polarity)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2027-12-31", "2028-10-31", "2028-11-07"])
def test_any_day_can_be_the_first(day: str) -> None:
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    world = generate(5, now)
    assert all(str(market["close_time"]) > day for market in nested(world.kalshi_events))


def test_a_family_alone_can_be_asked_for() -> None:
    assert {twin.family for twin in generate(1, NOW, families=["nba"]).twins} == {"nba"}


def test_unknown_families_and_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="no family 'curling'"):
        generate(1, NOW, families=["curling"])
    with pytest.raises(BadNumber):
        generate(1, NOW, markets=0)


def test_every_kind_of_trap_occurs_and_no_trap_is_a_twin(world: World) -> None:
    kinds = Counter(twin.kind for twin in world.twins)
    same = {(twin.kalshi, twin.polymarket) for twin in world.twins if twin.kind is TwinKind.SAME}
    traps = {(twin.kalshi, twin.polymarket) for twin in world.twins if twin.kind is not TwinKind.SAME}
    assert set(TwinKind) - set(kinds) == {TwinKind.VOID_RULE, TwinKind.OTHER}
    assert not same & traps


def test_twins_name_markets_that_are_listed_and_some_are_listed_nowhere_else(world: World) -> None:
    kalshi, gamma = kalshi_markets(world), gamma_markets(world)
    same = [twin for twin in world.twins if twin.kind is TwinKind.SAME]
    assert all(twin.kalshi in kalshi and twin.polymarket in gamma for twin in world.twins)
    assert len(kalshi) - len({twin.kalshi for twin in same}) > len(kalshi) / 20
    assert len(gamma) - len({twin.polymarket for twin in same}) > len(gamma) / 20


def test_true_twins_pay_alike_unless_the_event_is_void(world: World) -> None:
    for twin in world.twins:
        assert twin.yes_pays is not None
        assert twin.polymarket_yes_pays is not None
        if twin.kind is TwinKind.SAME and twin.polymarket_yes_pays != 5_000:
            ours = twin.yes_pays if twin.polarity is Polarity.ALIGNED else 10_000 - twin.yes_pays
            assert ours == twin.polymarket_yes_pays


def test_ids_are_unique_and_shaped_like_the_venues(world: World) -> None:
    gamma = list(nested(world.gamma_events))
    tokens = [token for market in gamma for token in json.loads(str(market["clobTokenIds"]))]
    for key in ("id", "slug", "conditionId"):
        assert len({market[key] for market in gamma}) == len(gamma)
    assert len(set(tokens)) == 2 * len(gamma)
    assert all(token.isdecimal() for token in tokens)
    assert all(
        str(market["conditionId"]).startswith("0x") and len(str(market["conditionId"])) == 66 for market in gamma
    )


def test_gamma_writes_json_inside_strings_and_leaves_fields_out(world: World) -> None:
    gamma = list(nested(world.gamma_events))
    assert all(len(json.loads(str(market[key]))) == 2 for market in gamma for key in ("outcomes", "outcomePrices"))
    assert {type(market.get("feeSchedule")) for market in gamma} == {dict, type(None)}
    assert any(str(market.get("gameStartTime", "")).endswith("+00") for market in gamma)
    assert any(market["negRiskOther"] for market in gamma)


def test_a_few_titles_are_hostile(world: World) -> None:
    titles = [str(market["title"]) for market in nested(world.kalshi_events)]
    questions = [str(market["question"]) for market in nested(world.gamma_events)]
    for texts in (titles, questions):
        hostile = [text for text in texts if "[/red]" in text or "\x1b" in text or "\u202e" in text]
        assert 0 < len(hostile) < len(texts) / 50


def best(book: SeedBook, *, flipped: bool) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    """Asks for YES and asks for NO in dollars and contracts, cheapest first; of the other outcome when flipped."""
    yes = sorted((Decimal(price) / 10_000, Decimal(size) / 100) for price, size in book.yes_asks)
    no = sorted((1 - Decimal(price) / 10_000, Decimal(size) / 100) for price, size in book.yes_bids)
    return (no, yes) if flipped else (yes, no)


def fee_rates(world: World, twin: Twin) -> tuple[Decimal, Decimal]:
    market = kalshi_markets(world)[twin.kalshi]
    event = next(event for event in world.kalshi_events if event["event_ticker"] == market["event_ticker"])
    series = next(series for series in world.kalshi_series if series["ticker"] == event["series_ticker"])
    schedule = gamma_markets(world)[twin.polymarket].get("feeSchedule")
    rate = schedule["rate"] if isinstance(schedule, dict) else 0
    return Decimal("0.07") * Decimal(str(series["fee_multiplier"])), Decimal(str(rate))


def profit(world: World, twin: Twin) -> tuple[Decimal, Decimal]:
    """The best share of the outlay that remains, and for how many contracts at these prices; worked out in decimals."""
    token = json.loads(str(gamma_markets(world)[twin.polymarket]["clobTokenIds"]))[0]
    kalshi = best(world.books[twin.kalshi], flipped=False)
    gamma = best(world.books[token], flipped=twin.polarity is Polarity.INVERTED)
    found = (Decimal(-1), Decimal(0))
    for one, other in ((kalshi[0], gamma[1]), (kalshi[1], gamma[0])):
        if not one or not other:
            continue
        (here, here_size), (there, there_size) = one[0], other[0]
        kalshi_rate, rate = fee_rates(world, twin)
        outlay = here + there + kalshi_rate * here * (1 - here) + rate * there * (1 - there)
        found = max(found, ((1 - outlay) / outlay, min(here_size, there_size)))
    return found


def tradable(book: SeedBook) -> bool:
    return bool(book.yes_bids and book.yes_asks) and max(book.yes_bids)[0] < min(book.yes_asks)[0]


def test_a_planted_arbitrage_is_there_by_an_independent_sum() -> None:
    world = generate(11, NOW, markets=600)
    planted = [twin for twin in world.twins if twin.planted]
    sums = [profit(world, twin) for twin in planted]
    assert len(planted) > 10
    assert all(share >= Decimal("0.03") and size >= 50 for share, size in sums)
    assert all(tradable(world.books[twin.kalshi]) for twin in planted)


def test_nothing_else_is_worth_a_trade_but_much_looks_so() -> None:
    world = generate(11, NOW, markets=600)
    others = [twin for twin in world.twins if twin.kind is TwinKind.SAME and not twin.planted]
    sums = {twin.kalshi: profit(world, twin) for twin in others if tradable(world.books[twin.kalshi])}
    worth = [key for key, (share, size) in sums.items() if share > 0 and size >= 5]
    dust = [key for key, (share, size) in sums.items() if share > Decimal("0.03") and size < 5]
    broken = [twin for twin in others if not tradable(world.books[twin.kalshi]) and world.books[twin.kalshi].yes_asks]
    juicy = [
        twin for twin in world.twins if twin.kind is not TwinKind.SAME and profit(world, twin)[0] > Decimal("0.05")
    ]
    assert not worth
    assert dust
    assert broken
    assert len(juicy) > 50


def test_prices_are_on_the_grid_of_their_market(world: World) -> None:
    for market in nested(world.kalshi_events):
        bands = market["price_ranges"]
        assert isinstance(bands, list)
        for price, size in (*world.books[str(market["ticker"])].yes_bids, *world.books[str(market["ticker"])].yes_asks):
            at = Decimal(price) / 10_000
            assert 0 < at < 1
            assert size > 0
            assert any(
                Decimal(band["start"]) <= at <= Decimal(band["end"])
                and (at - Decimal(band["start"])) % Decimal(band["step"]) == 0
                for band in bands
            )
    for market in nested(world.gamma_events):
        tick = Decimal(str(market["orderPriceMinTickSize"]))
        book = world.books[json.loads(str(market["clobTokenIds"]))[0]]
        assert all(Decimal(price) / 10_000 % tick == 0 for price, _ in (*book.yes_bids, *book.yes_asks))


@pytest.mark.shared
def test_kalshi_objects_satisfy_the_venues_own_description(shared: Path, world: World) -> None:
    spec = yaml.load((shared / "specs/kalshi/openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    schemas = nullable(spec["components"]["schemas"])
    for name, objects in (
        ("Market", list(nested(world.kalshi_events))),
        ("EventData", list(world.kalshi_events)),
        ("Series", list(world.kalshi_series)),
    ):
        checker = jsonschema.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        )
        for one in objects[:: max(1, len(objects) // 150)]:
            assert not list(checker.iter_errors(json.loads(json.dumps(one))))


def nullable(schema: object) -> object:
    """OpenAPI 3.0 says `nullable`, JSON Schema says `type: [..., "null"]`."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: nullable(value) for key, value in schema.items()}
    return {"anyOf": [made, {"type": "null"}]} if made.get("nullable") is True else made
