"""What the simulated Kalshi says to those who only look."""

from dataclasses import replace
from pathlib import Path

import jsonschema
import msgspec
import pytest

from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.message import Answer, Request
from arbkit.venues.sim.world.model import JsonObject, SeedBook
from tests.venues.sim_schemas import openapi
from tests.venues.sim_worlds import (
    MADE_AT,
    RATES_CUT,
    RATES_HOLD,
    a_kalshi_event,
    a_kalshi_market,
    a_series,
    a_world,
)

COMBO = "KXMVESPORT-S2026ABC-DEF"


def ask(simulation: Simulation, path: str, *query: tuple[str, str], method: str = "GET") -> Answer:
    request = Request(method=method, path=f"/trade-api/v2{path}", query=query, at=MADE_AT)
    return simulation.answer(Service.KALSHI, request)


def body(answer: Answer) -> JsonObject:
    return msgspec.json.decode(answer.body)


def tickers(answer: Answer) -> list[object]:
    return [market["ticker"] for market in body(answer)["markets"]]


def a_simulation(**more: object) -> Simulation:
    return Simulation(a_world(**more))


def test_an_order_book_lists_the_bids_of_both_outcomes_with_the_best_last() -> None:
    found = body(ask(a_simulation(), f"/markets/{RATES_CUT}/orderbook"))["orderbook_fp"]

    assert found["yes_dollars"] == [["0.4500", "100.00"], ["0.4700", "3.00"]]
    assert found["no_dollars"] == [["0.4600", "200.00"], ["0.4800", "3.00"]]


def test_depth_keeps_the_best_levels() -> None:
    found = body(ask(a_simulation(), f"/markets/{RATES_CUT}/orderbook", ("depth", "1")))["orderbook_fp"]

    assert found == {"no_dollars": [["0.4800", "3.00"]], "yes_dollars": [["0.4700", "3.00"]]}


def test_a_batch_of_books_repeats_the_parameter_and_reads_commas_as_one_ticker() -> None:
    simulation = a_simulation()

    repeated = ask(simulation, "/markets/orderbooks", ("tickers", RATES_CUT), ("tickers", RATES_HOLD))
    joined = ask(simulation, "/markets/orderbooks", ("tickers", f"{RATES_CUT},{RATES_HOLD}"))

    assert [book["ticker"] for book in body(repeated)["orderbooks"]] == [RATES_CUT, RATES_HOLD]
    assert body(joined)["orderbooks"] == []
    assert body(repeated)["orderbooks"][1]["orderbook_fp"] == {"no_dollars": [], "yes_dollars": []}


def test_quotes_of_a_listing_come_from_the_book_and_other_fields_from_the_record() -> None:
    market = body(ask(a_simulation(), f"/markets/{RATES_CUT}"))["market"]

    assert (market["yes_bid_dollars"], market["yes_ask_dollars"]) == ("0.4700", "0.5200")
    assert (market["no_bid_dollars"], market["no_ask_dollars"]) == ("0.4800", "0.5300")
    assert (market["yes_bid_size_fp"], market["yes_ask_size_fp"]) == ("3.00", "3.00")
    assert market["last_price_dollars"] == "0.4800"
    assert market["volume_fp"] == "1200.00"


def test_a_record_with_missing_fields_is_sent_as_it_is() -> None:
    thin: JsonObject = {"ticker": "OLD-1", "event_ticker": "OLD", "status": "active", "yes_bid": 4}
    event: JsonObject = {"event_ticker": "OLD", "markets": [thin]}

    simulation = a_simulation(kalshi_events=[event], books={})

    assert body(ask(simulation, "/markets/OLD-1"))["market"] == thin


def test_pages_follow_an_opaque_cursor_that_ends_empty() -> None:
    markets = [a_kalshi_market(f"KXRATE-26DEC-{number}") for number in range(5)]
    simulation = a_simulation(kalshi_events=[a_kalshi_event(*markets)])

    first = ask(simulation, "/markets", ("limit", "3"))
    second = ask(simulation, "/markets", ("limit", "3"), ("cursor", str(body(first)["cursor"])))

    assert len(tickers(first)) == 3
    assert body(first)["cursor"]
    assert tickers(first) + tickers(second) == [market["ticker"] for market in markets]
    assert body(second)["cursor"] == ""


@pytest.mark.parametrize("cursor", ["garbage", "%%%", "AAAA", "YXQ6eA"])
def test_a_garbage_cursor_is_silently_the_first_page(cursor: str) -> None:
    simulation = a_simulation()

    assert tickers(ask(simulation, "/markets", ("cursor", cursor))) == tickers(ask(simulation, "/markets"))


def test_a_limit_above_the_maximum_is_refused_in_the_words_of_the_venue() -> None:
    answer = ask(a_simulation(), "/markets", ("limit", "1001"))

    assert answer.status == 400
    assert body(answer) == {
        "msg": "Parameter validation failed for GetMarkets: Key: 'GetMarketsParams.Limit' "
        "Error:Field validation for 'Limit' failed on the 'lte' tag"
    }


def test_a_state_of_an_object_is_no_status_filter() -> None:
    answer = ask(a_simulation(), "/markets", ("status", "finalized"))

    assert answer.status == 400
    assert body(answer)["error"]["details"] == "invalid status filter"


def test_the_status_filter_speaks_other_words_than_the_objects() -> None:
    states = {"a": "active", "b": "inactive", "c": "determined", "d": "finalized", "e": "initialized", "f": "closed"}
    markets = [a_kalshi_market(f"X-{name}", event_ticker="X", status=state) for name, state in states.items()]
    simulation = a_simulation(kalshi_events=[a_kalshi_event(*markets, ticker="X")])

    found = {word: tickers(ask(simulation, "/markets", ("status", word))) for word in ("open", "closed", "settled")}

    assert found == {"open": ["X-a"], "closed": ["X-c", "X-f"], "settled": ["X-d"]}


def test_combos_are_filtered_by_the_request_and_no_part_of_the_events() -> None:
    combo = a_kalshi_event(a_kalshi_market(COMBO), ticker="KXMVESPORT-S2026ABC")
    simulation = a_simulation(kalshi_events=[a_kalshi_event(a_kalshi_market()), combo])

    assert tickers(ask(simulation, "/markets")) == [RATES_CUT, COMBO]
    assert tickers(ask(simulation, "/markets", ("mve_filter", "exclude"))) == [RATES_CUT]
    assert tickers(ask(simulation, "/markets", ("mve_filter", "only"))) == [COMBO]
    assert [event["event_ticker"] for event in body(ask(simulation, "/events"))["events"]] == ["KXRATE-26DEC"]


def test_changes_are_found_by_their_time_and_only_without_other_filters() -> None:
    fresh = a_kalshi_market(RATES_HOLD, updated_time="2026-11-20T10:00:00Z")
    simulation = a_simulation(kalshi_events=[a_kalshi_event(a_kalshi_market(), fresh)])
    since = ("min_updated_ts", "1795000000")

    assert tickers(ask(simulation, "/markets", since, ("mve_filter", "exclude"))) == [RATES_HOLD]
    assert ask(simulation, "/markets", since, ("status", "open")).status == 400


def test_an_event_holds_its_markets_inside_or_beside() -> None:
    simulation = a_simulation()

    nested = body(ask(simulation, "/events/KXRATE-26DEC", ("with_nested_markets", "true")))
    beside = body(ask(simulation, "/events/KXRATE-26DEC"))

    assert (len(nested["event"]["markets"]), nested["markets"]) == (2, [])
    assert "markets" not in beside["event"]
    assert len(beside["markets"]) == 2


def test_an_event_is_open_when_any_of_its_markets_is() -> None:
    event = a_kalshi_event(a_kalshi_market(status="finalized"), a_kalshi_market(RATES_HOLD))
    simulation = a_simulation(kalshi_events=[event])

    assert len(body(ask(simulation, "/events", ("status", "open")))["events"]) == 1
    assert len(body(ask(simulation, "/events", ("status", "unopened")))["events"]) == 0


def test_what_is_unknown_is_not_found_in_one_shape() -> None:
    simulation = a_simulation()

    for path in ("/markets/NO", "/markets/NO/orderbook", "/events/NO", "/series/NO"):
        answer = ask(simulation, path)
        assert (answer.status, body(answer)) == (404, {"error": {"code": "not_found", "message": "not found"}})


def test_the_old_order_endpoint_is_gone_and_there_is_no_login() -> None:
    simulation = a_simulation()

    gone = ask(simulation, "/portfolio/orders", method="POST")

    assert (gone.status, body(gone)["error"]["code"]) == (410, "deprecated_v1_order_endpoint")
    assert ask(simulation, "/login", method="POST").status == 404


def test_fees_of_a_market_prefer_the_events_override() -> None:
    plain = a_simulation()
    special = a_simulation(
        kalshi_events=[
            a_kalshi_event(
                a_kalshi_market(), fee_type_override="quadratic_with_maker_fees", fee_multiplier_override=0.5
            )
        ]
    )

    assert plain.kalshi_listing.fees_of(plain.kalshi_listing.markets[RATES_CUT]) == ("quadratic", 1.0)
    assert special.kalshi_listing.fees_of(special.kalshi_listing.markets[RATES_CUT]) == (
        "quadratic_with_maker_fees",
        0.5,
    )


def test_series_are_filtered_by_category_and_tag() -> None:
    simulation = a_simulation(kalshi_series=[a_series(), a_series("KXCUP", category="Sports", tags=["Football"])])

    assert [s["ticker"] for s in body(ask(simulation, "/series", ("category", "Sports")))["series"]] == ["KXCUP"]
    assert [s["ticker"] for s in body(ask(simulation, "/series", ("tags", "Interest rates")))["series"]] == ["KXRATE"]


def test_a_book_of_one_side_shows_the_sentinels_of_the_venue() -> None:
    simulation = a_simulation(books={RATES_CUT: SeedBook(yes_bids=((100, 500),))})

    market = body(ask(simulation, f"/markets/{RATES_CUT}"))["market"]

    assert (market["yes_bid_dollars"], market["yes_ask_dollars"], market["yes_ask_size_fp"]) == (
        "0.0100",
        "1.0000",
        "0.00",
    )


READS = {
    "/exchange/status": ("/exchange/status", ()),
    "/exchange/schedule": ("/exchange/schedule", ()),
    "/exchange/user_data_timestamp": ("/exchange/user_data_timestamp", ()),
    "/events": ("/events", (("with_nested_markets", "true"),)),
    "/events/{event_ticker}": ("/events/KXRATE-26DEC", ()),
    "/events/fee_changes": ("/events/fee_changes", ()),
    "/markets": ("/markets", ()),
    "/markets/{ticker}": (f"/markets/{RATES_CUT}", ()),
    "/markets/{ticker}/orderbook": (f"/markets/{RATES_CUT}/orderbook", ()),
    "/markets/orderbooks": ("/markets/orderbooks", (("tickers", RATES_CUT),)),
    "/markets/trades": ("/markets/trades", ()),
    "/series": ("/series", ()),
    "/series/{series_ticker}": ("/series/KXRATE", ()),
    "/series/fee_changes": ("/series/fee_changes", ()),
    "/historical/cutoff": ("/historical/cutoff", ()),
    "/account/endpoint_costs": ("/account/endpoint_costs", ()),
}


@pytest.mark.shared
@pytest.mark.parametrize("template", READS)
def test_answers_are_of_the_published_schema(shared: Path, template: str) -> None:
    path, query = READS[template]
    spec = openapi(shared)
    content = spec["paths"][template]["get"]["responses"]["200"]["content"]
    schema = content["application/json"]["schema"] | {"components": spec["components"]}

    jsonschema.validate(body(ask(Simulation(replace(a_world())), path, *query)), schema)
