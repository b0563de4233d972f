"""What the simulated Polymarket says to those who only look."""

import hashlib
import json

import msgspec
import pytest

from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.message import Answer, Request
from arbkit.venues.sim.world.model import JsonObject
from tests.venues.sim_worlds import CONDITION, MADE_AT, NO_TOKEN, YES_TOKEN, a_gamma_event, a_gamma_market, a_world

CLOB, GAMMA, POSITIONS = Service.CLOB, Service.GAMMA, Service.POSITIONS


def ask(simulation: Simulation, service: Service, path: str, *query: tuple[str, str], post: object = None) -> Answer:
    request = Request(
        method="GET" if post is None else "POST",
        path=path,
        query=query,
        at=MADE_AT,
        body=b"" if post is None else json.dumps(post).encode(),
    )
    return simulation.answer(service, request)


def body(answer: Answer) -> JsonObject:
    return msgspec.json.decode(answer.body)


def a_simulation(**more: object) -> Simulation:
    return Simulation(a_world(**more))


def many_markets(count: int) -> list[JsonObject]:
    return [a_gamma_market(id=str(number), slug=f"market-{number}", volumeNum=number) for number in range(count)]


def test_a_book_has_its_best_levels_last_on_both_sides() -> None:
    book = body(ask(a_simulation(), CLOB, "/book", ("token_id", YES_TOKEN)))

    assert book["bids"] == [{"price": "0.38", "size": "10"}, {"price": "0.39", "size": "500"}]
    assert book["asks"] == [{"price": "0.42", "size": "900"}, {"price": "0.41", "size": "25"}]
    assert (book["min_order_size"], book["tick_size"], book["neg_risk"]) == ("5", "0.01", False)
    assert (book["market"], book["asset_id"], book["last_trade_price"]) == (CONDITION, YES_TOKEN, "")


def test_the_book_of_no_is_the_mirror_of_the_book_of_yes() -> None:
    book = body(ask(a_simulation(), CLOB, "/book", ("token_id", NO_TOKEN)))

    assert book["bids"] == [{"price": "0.58", "size": "900"}, {"price": "0.59", "size": "25"}]
    assert book["asks"] == [{"price": "0.62", "size": "10"}, {"price": "0.61", "size": "500"}]


def test_the_hash_is_sha1_over_the_compact_book_with_an_empty_hash() -> None:
    book = body(ask(a_simulation(), CLOB, "/book", ("token_id", YES_TOKEN)))
    keys = [
        "market",
        "asset_id",
        "timestamp",
        "hash",
        "bids",
        "asks",
        "min_order_size",
        "tick_size",
        "neg_risk",
        "last_trade_price",
    ]
    compact = json.dumps({key: (book | {"hash": ""})[key] for key in keys}, separators=(",", ":"))

    assert list(book) == keys
    assert book["hash"] == hashlib.sha1(compact.encode()).hexdigest()


def test_an_unknown_token_has_no_book() -> None:
    answer = ask(a_simulation(), CLOB, "/book", ("token_id", "17"))

    assert (answer.status, body(answer)) == (404, {"error": "No orderbook exists for the requested token id"})


def test_a_closed_market_has_no_book() -> None:
    simulation = a_simulation(gamma_events=[a_gamma_event(a_gamma_market(closed=True))])

    assert ask(simulation, CLOB, "/book", ("token_id", YES_TOKEN)).status == 404


def test_a_batch_of_books_leaves_out_what_it_does_not_know() -> None:
    answer = ask(a_simulation(), CLOB, "/books", post=[{"token_id": "17"}, {"token_id": NO_TOKEN}])

    assert [book["asset_id"] for book in msgspec.json.decode(answer.body)] == [NO_TOKEN]


def test_a_batch_above_five_hundred_is_refused() -> None:
    assert ask(a_simulation(), CLOB, "/books", post=[{"token_id": YES_TOKEN}] * 501).status == 400


@pytest.mark.parametrize("content", [{"token_id": "1"}, [1], [{"token": "1"}], "text"])
def test_a_batch_of_another_shape_is_refused(content: object) -> None:
    assert ask(a_simulation(), CLOB, "/books", post=content).status == 400


def test_small_questions_about_a_token_have_small_answers() -> None:
    simulation = a_simulation()

    def answer(path: str, *query: tuple[str, str]) -> JsonObject:
        return body(ask(simulation, CLOB, path, ("token_id", YES_TOKEN), *query))

    assert answer("/midpoint") == {"mid": "0.4"}
    assert answer("/spread") == {"spread": "0.02"}
    assert answer("/price", ("side", "BUY")) == {"price": "0.39"}
    assert answer("/price", ("side", "SELL")) == {"price": "0.41"}
    assert answer("/tick-size") == {"minimum_tick_size": 0.01}
    assert answer("/neg-risk") == {"neg_risk": False}
    assert answer("/fee-rate") == {"base_fee": 1000}


def test_the_compact_market_names_the_fee_and_leaves_out_what_is_nothing() -> None:
    market = body(ask(a_simulation(), CLOB, f"/clob-markets/{CONDITION}"))

    assert market["fd"] == {"r": 0.05, "e": 1, "to": True}
    assert [token["t"] for token in market["t"]] == [YES_TOKEN, NO_TOKEN]
    assert (market["mts"], market["mos"], market["tbf"]) == (0.01, 5, 1000)
    assert not {"nr", "sd", "itode"} & set(market)


def test_a_free_market_has_no_fee_details() -> None:
    free = a_gamma_market(feeSchedule={"exponent": 1, "rate": 0, "takerOnly": True}, negRisk=True, secondsDelay=3)
    market = body(ask(a_simulation(gamma_events=[a_gamma_event(free)]), CLOB, f"/clob-markets/{CONDITION}"))

    assert "fd" not in market
    assert (market["nr"], market["sd"]) == (True, 3)


def test_the_order_book_service_pages_by_an_offset_in_base64() -> None:
    page = body(ask(a_simulation(), CLOB, "/simplified-markets", ("next_cursor", "MA==")))

    assert (page["next_cursor"], page["count"]) == ("LTE=", 1)
    assert page["data"][0]["tokens"][0]["token_id"] == YES_TOKEN


def test_a_market_is_found_by_either_token() -> None:
    assert body(ask(a_simulation(), CLOB, f"/markets-by-token/{NO_TOKEN}"))["condition_id"] == CONDITION


def test_the_service_tells_time_and_version() -> None:
    simulation = a_simulation()

    assert ask(simulation, CLOB, "/ok").body == b'"OK"'
    assert ask(simulation, CLOB, "/time").body == str(int(MADE_AT.timestamp())).encode()
    assert body(ask(simulation, CLOB, "/version")) == {"version": 2}


def test_a_keyset_listing_gives_at_most_a_hundred_and_a_cursor_until_the_last_page() -> None:
    simulation = a_simulation(gamma_events=[a_gamma_event(*many_markets(150))])

    first = body(ask(simulation, GAMMA, "/markets/keyset", ("limit", "500")))
    last = body(ask(simulation, GAMMA, "/markets/keyset", ("limit", "500"), ("after_cursor", first["next_cursor"])))

    assert (len(first["markets"]), len(last["markets"])) == (100, 50)
    assert "next_cursor" not in last


def test_a_keyset_listing_refuses_an_offset_and_an_offset_listing_ends_at_two_thousand() -> None:
    simulation = a_simulation()

    assert ask(simulation, GAMMA, "/markets/keyset", ("offset", "5")).status == 422
    assert ask(simulation, GAMMA, "/markets", ("offset", "2001")).status == 422
    assert ask(simulation, GAMMA, "/markets", ("offset", "2000")).status == 200


def test_a_listed_market_carries_lists_as_text_and_quotes_of_the_book() -> None:
    market = body(ask(a_simulation(), GAMMA, "/markets/keyset"))["markets"][0]

    assert json.loads(market["clobTokenIds"]) == [YES_TOKEN, NO_TOKEN]
    assert json.loads(market["outcomePrices"]) == ["0.4", "0.6"]
    assert (market["bestBid"], market["bestAsk"]) == (0.39, 0.41)
    assert market["events"][0]["id"] == "90001"
    assert "tags" not in market


def test_tags_come_only_when_asked_for() -> None:
    market = body(ask(a_simulation(), GAMMA, "/markets/keyset", ("include_tag", "true")))["markets"][0]

    assert market["tags"][0]["slug"] == "economy"


def test_closed_markets_are_hidden_unless_asked_for() -> None:
    simulation = a_simulation(gamma_events=[a_gamma_event(a_gamma_market(), a_gamma_market(id="2", closed=True))])

    def ids(*query: tuple[str, str]) -> list[str]:
        return [market["id"] for market in body(ask(simulation, GAMMA, "/markets/keyset", *query))["markets"]]

    assert ids() == ["700001"]
    assert ids(("closed", "true")) == ["2"]


def test_markets_are_filtered_by_conditions_tags_and_bounds_and_sorted_by_numbers() -> None:
    simulation = a_simulation(gamma_events=[a_gamma_event(*many_markets(4))])

    def ids(*query: tuple[str, str]) -> list[str]:
        return [market["id"] for market in msgspec.json.decode(ask(simulation, GAMMA, "/markets", *query).body)]

    assert ids(("condition_ids", CONDITION), ("condition_ids", "0x00")) == ["0", "1", "2", "3"]
    assert ids(("condition_ids", "0x00")) == []
    assert ids(("tag_id", "8")) == []
    assert ids(("volume_num_min", "2")) == ["2", "3"]
    assert ids(("order", "volumeNum"), ("limit", "2")) == ["3", "2"]
    assert ids(("order", "volumeNum"), ("ascending", "true")) == ["0", "1", "2", "3"]
    assert ids(("end_date_max", "2026-12-01T00:00:00Z")) == []


def test_single_objects_are_found_by_id_and_slug() -> None:
    simulation = a_simulation()

    assert body(ask(simulation, GAMMA, "/markets/700001"))["id"] == "700001"
    assert body(ask(simulation, GAMMA, "/markets/slug/will-the-bank-cut-rates-in-december"))["id"] == "700001"
    assert body(ask(simulation, GAMMA, "/events/90001"))["markets"][0]["id"] == "700001"
    assert ask(simulation, GAMMA, "/markets/5").status == 404


def test_a_record_with_missing_fields_is_sent_as_it_is() -> None:
    thin: JsonObject = {"id": "5", "question": "Will it rain?", "conditionId": "0x5", "outcomePrices": '["0.1", "0.9"]'}
    simulation = a_simulation(gamma_events=[{"markets": [thin]}], books={})

    assert body(ask(simulation, GAMMA, "/markets/keyset"))["markets"] == [thin]


def test_the_geoblock_lets_pass_unless_told_otherwise() -> None:
    assert body(ask(a_simulation(), GAMMA, "/api/geoblock"))["blocked"] is False


def test_positions_need_a_wallet() -> None:
    simulation = a_simulation()

    assert ask(simulation, POSITIONS, "/v2/positions").status == 400
    assert body(ask(simulation, POSITIONS, "/v2/positions", ("user", "0x1"))) == {
        "data": [],
        "pagination": {"has_more": False, "next_cursor": None},
    }
