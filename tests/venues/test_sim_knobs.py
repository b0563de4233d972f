"""Every switch of the simulated venues does what its table says: at the wire, for as long as it says, and no longer."""

import json
from asyncio import timeout
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arbkit.errors import UsageError
from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.secrets import Secret
from arbkit.venues.sim.exchange import Incoming
from arbkit.venues.sim.faults import Fault, FaultPlan, Target, Trouble
from arbkit.venues.sim.knobs import KNOBS, example, read_plan
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import CLOB_MARKET_STREAM, KALSHI_STREAM, Service, Simulation
from arbkit.venues.sim.streams import NOBODYS_TICKER, NOBODYS_TOKEN, Line, Sending, Stream
from arbkit.venues.sim.wire.message import Answer, Request
from tests.venues.sim_traders import KalshiTrader, PolyTrader, content
from tests.venues.sim_worlds import CONDITION, MADE_AT, RATES_CUT, YES_TOKEN, a_world

KALSHI, POLY = "kalshi", "poly"
VENUES = [KALSHI, POLY]
SIGNER = KalshiSigner("k", Secret(new_key_pem()))


@dataclass
class Scene:
    """A simulation, one client at one venue that follows one book, and what it was sent."""

    venue: str
    simulation: Simulation = field(default_factory=lambda: Simulation(a_world()))
    now: datetime = MADE_AT
    stream: Stream = field(init=False)
    changes: int = -1

    def __post_init__(self) -> None:
        self.simulation.open_kalshi_account("k", key_id="k", public_pem=SIGNER.public_pem)
        opened = self.open()
        assert isinstance(opened, Stream)
        self.stream = opened

    def fault(self, do: Trouble, on: str, **more: Any) -> "Scene":
        """Put a fault on a target of this scene's venue, by the end of its name."""
        plan = read_plan(FaultPlan([Fault(on=Target(f"{self.venue}.{on}"), do=do, **more)]).text())
        self.simulation.put_faults(plan, self.now)
        return self

    def open(self) -> Stream | Answer:
        path = KALSHI_STREAM if self.venue == KALSHI else CLOB_MARKET_STREAM
        headers = {name.lower(): value for name, value in SIGNER.headers("GET", path, now=self.now).items()}
        return self.simulation.stream(path, headers, self.now)

    def subscribe(self) -> list[Any]:
        if self.venue == KALSHI:
            params = {"channels": ["orderbook_delta"], "market_tickers": [RATES_CUT], "use_yes_price": True}
            return self.say({"id": 1, "cmd": "subscribe", "params": params})
        return self.say({"type": "market", "assets_ids": [YES_TOKEN]})

    def say(self, command: Any) -> list[Any]:
        text = command if isinstance(command, str) else json.dumps(command)
        return read(self.simulation.hear(self.stream, text, self.now))

    def change(self) -> None:
        """Somebody bids a little more: one frame."""
        floor = self.simulation.kalshi_floor if self.venue == KALSHI else self.simulation.polymarket_floor
        key = RATES_CUT if self.venue == KALSHI else YES_TOKEN
        self.changes += 1
        price = 4_100 - 100 * (1 + self.changes % 40)
        order = Incoming(order_id=f"order {self.changes}", owner="", is_bid=True, limit=price, qty=100_000)
        floor.submit(key, order, self.now)

    def news(self, *, changes: int = 1) -> list[Sending]:
        sendings: list[Sending] = []
        for _ in range(changes):
            self.change()
            sendings += self.simulation.hear(self.stream, None, self.now)
        return sendings

    def wait(self, ms: int) -> None:
        self.now += timedelta(milliseconds=ms)

    def following(self) -> "Scene":
        self.subscribe()
        return self


def read(sendings: Sequence[Sending]) -> list[Any]:
    return [
        one.what if one.what == "PONG" or not isinstance(one.what, str) else json.loads(one.what) for one in sendings
    ]


def a_scene(venue: str) -> Scene:
    return Scene(venue)


# Frames


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    ("do", "pong"), [(Trouble.WS_SILENT, False), (Trouble.WS_SILENT_WITH_PONG, True)], ids=["silent", "ponging"]
)
def test_a_silent_stream_says_nothing_more_and_answers_pings_or_not(venue: str, do: Trouble, pong: bool) -> None:
    scene = a_scene(venue).following().fault(do, "frame")
    assert scene.news(changes=3) == []
    if venue == POLY:
        assert scene.say("PING") == (["PONG"] if pong else [])
    assert isinstance(scene.open(), Stream)


@pytest.mark.parametrize("venue", VENUES)
def test_a_half_open_stream_says_nothing_more_and_the_server_is_told_to_go_deaf_once(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_HALF_OPEN, "frame")
    assert read(scene.news(changes=3)) == [Line.HALF_OPEN]
    assert scene.say("PING") == []


@pytest.mark.parametrize("venue", VENUES)
def test_a_stream_is_cut(venue: str) -> None:
    assert read(a_scene(venue).following().fault(Trouble.WS_CLOSE, "frame").news()) == [Line.CUT]


def test_a_lost_frame_of_kalshi_leaves_a_gap_and_one_of_polymarket_leaves_nothing() -> None:
    kalshi = read(a_scene(KALSHI).following().fault(Trouble.WS_SEQ_GAP, "frame", nth=2).news(changes=3))
    poly = read(a_scene(POLY).following().fault(Trouble.WS_SEQ_GAP, "frame", nth=2).news(changes=3))
    assert [frame["seq"] for frame in kalshi] == [2, 4]
    assert [frame["price_changes"][0]["price"] for frame in poly] == ["0.4", "0.38"]


@pytest.mark.parametrize("venue", VENUES)
def test_a_frame_comes_twice(venue: str) -> None:
    frames = read(a_scene(venue).following().fault(Trouble.WS_DUP, "frame").news(changes=2))
    assert frames[0] == frames[1]
    assert len(frames) == 3


@pytest.mark.parametrize("venue", VENUES)
def test_two_frames_change_places(venue: str) -> None:
    plain = read(a_scene(venue).following().news(changes=3))
    scene = a_scene(venue).following().fault(Trouble.WS_REORDER, "frame", nth=1)
    assert read(scene.news(changes=3)) == [plain[1], plain[0], plain[2]]


@pytest.mark.parametrize("venue", VENUES)
def test_half_of_a_frame_is_missing(venue: str) -> None:
    first, *_ = a_scene(venue).following().fault(Trouble.WS_MALFORMED, "frame").news(changes=2)
    with pytest.raises(json.JSONDecodeError):
        json.loads(str(first.what))


@pytest.mark.parametrize("venue", VENUES)
def test_a_frame_of_an_unknown_type_comes_between(venue: str) -> None:
    first, second = read(a_scene(venue).following().fault(Trouble.WS_UNKNOWN_TYPE, "frame").news())
    assert first["type"] == "weather"
    assert second.get("type", second.get("event_type")) in {"orderbook_delta", "price_change"}


def test_a_crossed_book_is_numbered_on_at_kalshi_and_names_its_top_at_polymarket() -> None:
    kalshi = read(a_scene(KALSHI).following().fault(Trouble.WS_CROSSED, "frame").news(changes=2))
    poly = read(a_scene(POLY).following().fault(Trouble.WS_CROSSED, "frame").news(changes=2))
    assert [(frame["seq"], frame["msg"]["price_dollars"]) for frame in kalshi] == [
        (2, "0.4000"), (3, "0.9900"), (4, "0.3900"),
    ]  # fmt: skip
    assert poly[1]["price_changes"][0]["best_bid"] == poly[1]["price_changes"][0]["price"] == "0.99"


def test_a_change_comes_for_a_market_that_nobody_asked_for() -> None:
    kalshi = read(a_scene(KALSHI).following().fault(Trouble.WS_WRONG_MARKET, "frame").news(changes=2))
    poly = read(a_scene(POLY).following().fault(Trouble.WS_WRONG_MARKET, "frame").news(changes=2))
    assert [(frame["seq"], frame["msg"]["market_ticker"]) for frame in kalshi] == [
        (2, RATES_CUT), (3, NOBODYS_TICKER), (4, RATES_CUT),
    ]  # fmt: skip
    assert [frame["price_changes"][0]["asset_id"] for frame in poly] == [YES_TOKEN, NOBODYS_TOKEN, YES_TOKEN]


def test_the_tick_is_said_to_change_in_midstream() -> None:
    frames = read(a_scene(POLY).following().fault(Trouble.WS_TICK_CHANGE, "frame").news(changes=2))
    assert [frame["event_type"] for frame in frames] == ["price_change", "tick_size_change", "price_change"]
    assert (frames[1]["asset_id"], frames[1]["new_tick_size"]) == (YES_TOKEN, "0.001")


@pytest.mark.parametrize("venue", VENUES)
def test_a_lag_holds_frames_back_in_order_and_grows(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_LAG, "frame", times=0, ms=500, step_ms=100)
    lags = []
    for _ in range(3):
        [sending] = scene.news()
        assert sending.due is not None
        lags.append((sending.due - scene.now) / timedelta(milliseconds=1))
        scene.wait(2_000)
    assert lags == [500, 700, 900]


@pytest.mark.parametrize("venue", VENUES)
def test_a_lag_of_some_frames_ends_with_them(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_LAG, "frame", times=2, ms=500)
    assert [sending.due is not None for sending in scene.news(changes=3)] == [True, True, False]


@pytest.mark.parametrize("venue", VENUES)
def test_a_subscription_is_ignored_once(venue: str) -> None:
    scene = a_scene(venue).fault(Trouble.WS_SUB_ACK_MISSING, "command")
    assert scene.subscribe() == []
    assert scene.news() == []
    assert scene.subscribe() != []


# Connections


@pytest.mark.parametrize("venue", VENUES)
def test_an_upgrade_is_refused(venue: str) -> None:
    scene = a_scene(venue).fault(Trouble.WS_CONNECT_REFUSE, "connect", status=503)
    refused = scene.open()
    assert isinstance(refused, Answer)
    assert refused.status == 503
    assert isinstance(scene.open(), Stream)


@pytest.mark.parametrize("venue", VENUES)
def test_a_connection_that_flaps_is_accepted_and_cut(venue: str) -> None:
    scene = a_scene(venue).fault(Trouble.WS_FLAP, "connect", times=50, ms=200)
    for _ in range(50):
        opened = scene.open()
        assert isinstance(opened, Stream)
        scene.stream = opened
        scene.subscribe()
        assert Line.CUT not in read(scene.news())
        scene.wait(200)
        assert read(scene.news()) == [Line.CUT]
    lasting = scene.open()
    assert isinstance(lasting, Stream)
    scene.stream = lasting
    scene.wait(10_000)
    assert Line.CUT not in read(scene.news())


# A whole venue, for a time


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("do", [Trouble.WS_SILENT, Trouble.WS_SILENT_WITH_PONG])
def test_a_venue_is_silent_from_a_moment_for_a_time_on_old_connections_and_new_ones(venue: str, do: Trouble) -> None:
    scene = a_scene(venue).following().fault(do, "time", after_ms=1_000, for_ms=5_000)
    assert len(scene.news()) == 1
    scene.wait(1_000)
    assert scene.news() == []
    fresh = scene.open()
    assert isinstance(fresh, Stream)
    scene.stream = fresh
    assert scene.subscribe() == []
    scene.wait(5_000)
    assert len(scene.news()) == 1


@pytest.mark.parametrize("venue", VENUES)
def test_every_connection_of_a_venue_is_cut_at_a_moment(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_CLOSE, "time", after_ms=1_000)
    assert Line.CUT not in read(scene.news())
    scene.wait(1_000)
    assert read(scene.news()) == [Line.CUT]
    assert isinstance(scene.open(), Stream)


@pytest.mark.parametrize("venue", VENUES)
def test_every_connection_of_a_venue_goes_half_open_and_new_ones_recover(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_HALF_OPEN, "time", for_ms=1_000)
    assert read(scene.news()) == [Line.HALF_OPEN]
    scene.wait(2_000)
    assert scene.news() == []
    fresh = scene.open()
    assert isinstance(fresh, Stream)
    scene.stream = fresh
    assert scene.subscribe() != []


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_refuses_connections_for_a_time(venue: str) -> None:
    scene = a_scene(venue).fault(Trouble.WS_CONNECT_REFUSE, "time", for_ms=1_000)
    assert isinstance(scene.open(), Answer)
    scene.wait(1_000)
    assert isinstance(scene.open(), Stream)


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_lags_more_and_more_for_a_time(venue: str) -> None:
    scene = a_scene(venue).following().fault(Trouble.WS_LAG, "time", for_ms=10_000, step_ms=1_000)
    scene.wait(3_000)
    [late] = scene.news()
    assert late.due == scene.now + timedelta(seconds=3)
    scene.wait(7_000)
    [prompt] = scene.news()
    assert prompt.due is None


# Markets and exchanges


def kalshi_market(simulation: Simulation, now: datetime) -> dict[str, Any]:
    request = Request(method="GET", path=f"/trade-api/v2/markets/{RATES_CUT}", at=now)
    return json.loads(simulation.answer(Service.KALSHI, request).body)["market"]


def clob_market(simulation: Simulation, now: datetime) -> dict[str, Any]:
    request = Request(method="GET", path=f"/clob-markets/{CONDITION}", at=now)
    return json.loads(simulation.answer(Service.CLOB, request).body)


def test_a_market_is_paused_for_a_time_and_kalshis_lifecycle_says_so() -> None:
    scene = a_scene(KALSHI).fault(Trouble.MARKET_PAUSE, "time", key=RATES_CUT, after_ms=1_000, for_ms=3_000)
    scene.say({"id": 1, "cmd": "subscribe", "params": {"channels": ["market_lifecycle_v2"]}})
    told = []
    for _ in range(6):
        told += read(scene.simulation.hear(scene.stream, None, scene.now))
        scene.wait(1_001)
    assert [frame["msg"]["event_type"] for frame in told] == ["deactivated", "activated"]
    poly = PolyTrader(simulation=Simulation(a_world()))
    plan = FaultPlan([Fault(on=Target.POLY_TIME, do=Trouble.MARKET_PAUSE, key=CONDITION, for_ms=5_000)])
    poly.simulation.put_faults(plan, poly.now)
    assert content(poly.send())["error"] == "the market is not yet ready to process new orders"
    poly.wait(seconds=6)
    assert content(poly.send())["success"] is True


def test_a_market_closes_or_is_settled_at_a_moment() -> None:
    for do, more, status in ((Trouble.MARKET_CLOSE, {}, "closed"), (Trouble.MARKET_RESOLVE, {"ms": 500}, "finalized")):
        scene = a_scene(KALSHI).fault(do, "time", key=RATES_CUT, **more)
        market = kalshi_market(scene.simulation, scene.now)
        assert market["status"] == status
    assert market["settlement_value_dollars"] == "0.5000"
    for do in (Trouble.MARKET_CLOSE, Trouble.MARKET_RESOLVE):
        scene = a_scene(POLY).fault(do, "time", key=CONDITION)
        scene.simulation.advance(scene.now)
        assert scene.simulation.polymarket_listing.by_condition[CONDITION].closed


def test_the_tick_and_the_least_size_of_a_market_change_and_are_held_to() -> None:
    scene = a_scene(POLY).following().fault(Trouble.MARKET_TICK, "time", key=CONDITION, value="0.001")
    [told] = read(scene.simulation.hear(scene.stream, None, scene.now))
    assert (told["event_type"], told["old_tick_size"], told["new_tick_size"]) == ("tick_size_change", "0.01", "0.001")
    assert clob_market(scene.simulation, scene.now)["mts"] == 0.001
    scene.fault(Trouble.MARKET_MIN_SIZE, "time", key=CONDITION, value="200")
    assert clob_market(scene.simulation, scene.now)["mos"] == 200


def test_a_fee_changes_at_both_venues() -> None:
    kalshi = a_scene(KALSHI).fault(Trouble.MARKET_FEE, "time", key=RATES_CUT, value="3")
    kalshi.simulation.advance(kalshi.now)
    listing = kalshi.simulation.kalshi_listing
    assert listing.fees_of(listing.markets[RATES_CUT]) == ("quadratic", 3.0)
    poly = a_scene(POLY).fault(Trouble.MARKET_FEE, "time", key=CONDITION, value="0.1")
    assert clob_market(poly.simulation, poly.now)["fd"]["r"] == 0.1
    assert poly.simulation.polymarket_listing.by_condition[CONDITION].fee == (0.1, 1)


def test_rules_are_rewritten_at_a_moment() -> None:
    scene = a_scene(KALSHI)
    before = kalshi_market(scene.simulation, scene.now)["rules_primary"]
    scene.fault(Trouble.RULES_CHANGED, "time", key=RATES_CUT)
    assert kalshi_market(scene.simulation, scene.now)["rules_primary"] != before
    poly = a_scene(POLY).fault(Trouble.RULES_CHANGED, "time", key=CONDITION)
    poly.simulation.advance(poly.now)
    assert "rewritten" in str(poly.simulation.polymarket_listing.by_condition[CONDITION].changed["description"])


def test_a_maintenance_window_opens_and_closes_at_kalshi() -> None:
    scene = a_scene(KALSHI).fault(Trouble.MAINTENANCE, "time", after_ms=1_000, for_ms=2_000)
    states = []
    for _ in range(4):
        answer = scene.simulation.answer(
            Service.KALSHI, Request(method="GET", path="/trade-api/v2/exchange/status", at=scene.now)
        )
        states.append(json.loads(answer.body)["trading_active"])
        scene.wait(1_000)
    assert states == [True, False, False, True]


def test_an_engine_restart_answers_425_and_then_takes_only_post_only_orders() -> None:
    poly = PolyTrader(simulation=Simulation(a_world()))
    poly.send()
    plan = FaultPlan([Fault(on=Target.POLY_TIME, do=Trouble.MAINTENANCE, for_ms=4_000, ms=3_000)])
    poly.simulation.put_faults(plan, poly.now)
    answers = []
    for _ in range(4):
        answers.append(poly.send())
        poly.wait(seconds=2)
    assert [answer.status for answer in answers] == [425, 425, 503, 503]
    assert content(answers[2])["code"] == "post_only_mode"
    assert poly.send().status == 200


def test_kalshi_orders_meet_what_was_planned_for_a_moment() -> None:
    kalshi = KalshiTrader(simulation=Simulation(a_world()))
    plan = FaultPlan([Fault(on=Target.KALSHI_TIME, do=Trouble.MARKET_PAUSE, key=RATES_CUT, for_ms=1_000)])
    kalshi.simulation.put_faults(plan, kalshi.now)
    assert content(kalshi.send())["error"]["code"] == "trading_is_paused"
    kalshi.wait(seconds=2)
    assert kalshi.send().status == 201


@pytest.mark.parametrize(
    ("do", "more", "status", "at_poly"),
    [
        (Trouble.REJECT, {}, 400, 400),
        (Trouble.REJECT, {"status": 409}, 409, 409),
        (Trouble.HTTP_401, {}, 401, 401),
        (Trouble.HTTP_503_DISABLED, {}, 503, 503),
    ],
)
def test_an_order_that_is_refused_was_not_placed(do: Trouble, more: dict[str, Any], status: int, at_poly: int) -> None:
    simulation = Simulation(a_world())
    kalshi, poly = KalshiTrader(simulation=simulation), PolyTrader(simulation=simulation)
    for on in (Target.KALSHI_ORDER, Target.POLY_ORDER):
        simulation.put_faults(FaultPlan([Fault(on=on, do=do, **more)]), MADE_AT)
    assert (kalshi.send().status, poly.send().status) == (status, at_poly)
    assert kalshi.account.truth.fills == []
    assert poly.read("/data/trades")["data"] == []


def test_a_slow_answer_is_the_proper_one_later() -> None:
    simulation = Simulation(a_world())
    kalshi = KalshiTrader(simulation=simulation)
    simulation.put_faults(FaultPlan([Fault(on=Target.KALSHI_ORDER, do=Trouble.SLOW, ms=900)]), MADE_AT)
    answer = kalshi.send()
    assert (answer.status, answer.after_ms) == (201, 900)


# Telegram


def a_message(simulation: Simulation, text: str = "hello") -> Answer:
    body = json.dumps({"chat_id": "1", "text": text}).encode()
    path = "/sim/telegram/bot123:abc/sendMessage"
    return simulation.answer(Service.KALSHI, Request(method="POST", path=path, at=MADE_AT, body=body))


def test_messages_to_telegram_are_kept() -> None:
    simulation = Simulation(a_world())
    assert a_message(simulation).status == 200
    kept = simulation.answer(Service.KALSHI, Request(method="GET", path="/sim/telegram", at=MADE_AT))
    assert json.loads(kept.body) == {"messages": [{"chat_id": "1", "text": "hello"}]}


@pytest.mark.parametrize(
    ("do", "more", "status", "says"),
    [
        (Trouble.TG_DOWN, {}, 502, "Bad Gateway"),
        (Trouble.TG_DOWN, {"status": 500}, 500, "Bad Gateway"),
        (Trouble.TG_400_PARSE, {}, 400, "can't parse entities"),
        (Trouble.TG_429, {"ms": 7_000}, 429, '"retry_after":7'),
    ],
)
def test_telegram_fails_once_and_takes_the_next(do: Trouble, more: dict[str, Any], status: int, says: str) -> None:
    simulation = Simulation(a_world())
    simulation.put_faults(FaultPlan([Fault(on=Target.TELEGRAM, do=do, **more)]), MADE_AT)
    answer = a_message(simulation)
    assert answer.status == status
    assert says in answer.body.decode()
    assert (len(simulation.bot.messages), a_message(simulation).status) == (0, 200)


def test_telegram_is_slow_and_takes_the_message() -> None:
    simulation = Simulation(a_world())
    simulation.put_faults(FaultPlan([Fault(on=Target.TELEGRAM, do=Trouble.TG_SLOW, ms=3_000)]), MADE_AT)
    assert (a_message(simulation).after_ms, len(simulation.bot.messages)) == (3_000, 1)


# Over sockets


def socket_of(server: SimServer, venue: str) -> connect:
    if venue == POLY:
        return connect(server.urls.clob.replace("http", "ws") + CLOB_MARKET_STREAM, proxy=None, ping_interval=None)
    headers = SIGNER.headers("GET", KALSHI_STREAM, now=datetime.now(MADE_AT.tzinfo))
    url = server.urls.base.replace("http", "ws") + KALSHI_STREAM
    return connect(url, additional_headers=headers, proxy=None, ping_interval=None)


def served(*faults: Fault) -> Simulation:
    simulation = Simulation(a_world(made_at=datetime.now(MADE_AT.tzinfo)))
    simulation.open_kalshi_account("k", key_id="k", public_pem=SIGNER.public_pem)
    simulation.put_faults(FaultPlan(faults), datetime.now(MADE_AT.tzinfo))
    return simulation


async def listen(socket: ClientConnection, venue: str) -> None:
    params = {"channels": ["orderbook_delta"], "market_tickers": [RATES_CUT]}
    ask: Any = {"id": 1, "cmd": "subscribe", "params": params}
    await socket.send(json.dumps(ask if venue == KALSHI else {"type": "market", "assets_ids": [YES_TOKEN]}))


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
async def test_over_a_socket_a_half_open_connection_answers_no_ping_and_does_not_close(venue: str) -> None:
    simulation = served(Fault(on=Target(f"{venue}.frame"), do=Trouble.WS_HALF_OPEN))
    with SimServer(simulation) as server:
        async with socket_of(server, venue) as socket:
            assert await (await socket.ping()) >= 0
            await listen(socket, venue)
            with pytest.raises(TimeoutError):
                async with timeout(0.6):
                    await socket.recv()
            pong = await socket.ping()
            with pytest.raises(TimeoutError):
                async with timeout(0.6):
                    await pong
            assert socket.state.name == "OPEN"
            socket.transport.abort()


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
async def test_over_a_socket_a_silent_connection_still_answers_pings_of_the_protocol(venue: str) -> None:
    simulation = served(Fault(on=Target(f"{venue}.frame"), do=Trouble.WS_SILENT_WITH_PONG))
    with SimServer(simulation) as server:
        async with socket_of(server, venue) as socket:
            await listen(socket, venue)
            with pytest.raises(TimeoutError):
                async with timeout(0.5):
                    await socket.recv()
            assert await (await socket.ping()) >= 0


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
async def test_over_a_socket_refusals_cuts_and_lags_are_what_they_say(venue: str) -> None:
    simulation = served(
        Fault(on=Target(f"{venue}.connect"), do=Trouble.WS_CONNECT_REFUSE, status=503),
        Fault(on=Target(f"{venue}.connect"), do=Trouble.WS_FLAP, nth=2, ms=100),
        Fault(on=Target(f"{venue}.frame"), do=Trouble.WS_LAG, nth=1, times=0, ms=400),
    )
    with SimServer(simulation) as server:
        with pytest.raises(InvalidStatus) as refused:
            await socket_of(server, venue)
        assert refused.value.response.status_code == 503
        async with socket_of(server, venue) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        async with socket_of(server, venue) as socket:
            await listen(socket, venue)
            started = datetime.now(MADE_AT.tzinfo)
            await socket.recv()
            assert datetime.now(MADE_AT.tzinfo) - started >= timedelta(milliseconds=390)


# Plans


def test_every_knob_has_a_line_in_the_table_and_an_example_that_reads() -> None:
    assert [knob.do for knob in KNOBS] == list(dict.fromkeys(knob.do for knob in KNOBS))
    assert {knob.do for knob in KNOBS} == set(Trouble)
    for knob in KNOBS:
        plan = read_plan(b'{"faults":[' + example(knob) + b"]}")
        assert plan.faults[0].do is knob.do


def test_every_knob_is_tried_somewhere_in_these_tests() -> None:
    tried = "".join((Path(__file__).parent / name).read_text() for name in ("test_sim_knobs.py", "test_sim_faults.py"))
    assert {trouble.name for trouble in Trouble if f"Trouble.{trouble.name}" not in tried} == set()


def test_a_plan_is_printed_as_it_is_read() -> None:
    text = b'{"faults":[{"on":"poly.frame","do":"ws.dup","nth":3,"percent":5.0}],"seed":7}'
    assert read_plan(text).text() == text


def test_chance_follows_from_the_seed_alone() -> None:
    def hits(seed: int) -> list[int]:
        plan = FaultPlan([Fault(on=Target.KALSHI_FRAME, do=Trouble.WS_DUP, times=0, percent=10)], seed=seed)
        return [number for number in range(2_000) if plan.hit(Target.KALSHI_FRAME)]

    assert hits(1) == hits(1) != hits(2)
    assert 120 < len(hits(1)) < 280


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ('{"on":"poly.frame","do":"ws.snow"}', r"Invalid enum value 'ws.snow' - at `\$\.faults\[0\]\.do`"),
        ('{"on":"moon.frame","do":"ws.dup"}', r"Invalid enum value 'moon.frame'"),
        ('{"on":"poly.frame","do":"ws.dup","nht":2}', r"unknown field `nht`"),
        ('{"on":"poly.frame","do":"ws.dup","nth":"2"}', r"Expected `int`, got `str`"),
        ('{"on":"kalshi.frame","do":"order.slow","ms":5}', r"order\.slow does not happen on kalshi\.frame; it does on"),
        ('{"on":"kalshi.frame","do":"ws.tick_change"}', r"it does on poly\.frame"),
        ('{"on":"poly.frame","do":"ws.dup","ms":5}', r"ws\.dup on poly\.frame takes no ms"),
        ('{"on":"poly.time","do":"ws.close","nth":2}', r"takes no nth"),
        ('{"on":"poly.time","do":"market.pause"}', r"market\.pause needs key"),
        ('{"on":"poly.frame","do":"ws.lag","ms":-1}', r"ms must not be negative"),
        ('{"on":"poly.frame","do":"ws.dup","nth":0}', r"nth counts from 1"),
        ('{"on":"poly.frame","do":"ws.dup","percent":120}', r"percent lies between"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_with_the_place_and_the_reason(fault: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_plan(f'{{"faults":[{fault}]}}'.encode())


def test_a_plan_that_names_what_is_not_there_changes_nothing() -> None:
    for fault, why in (
        (Fault(on=Target.KALSHI_TIME, do=Trouble.MARKET_PAUSE, key="KXNONE"), "'KXNONE' is not the ticker"),
        (Fault(on=Target.POLY_TIME, do=Trouble.MARKET_TICK, key=CONDITION, value="fine"), "'fine' is no number"),
    ):
        simulation = Simulation(a_world())
        with pytest.raises(UsageError, match=why):
            simulation.put_faults(FaultPlan([Fault(on=Target.POLY_FRAME, do=Trouble.WS_DUP), fault]))
        assert simulation.control.faults.faults == []


def test_moments_of_a_plan_that_is_given_at_the_start_count_from_the_first_listener() -> None:
    scene = a_scene(KALSHI)
    scene.simulation.put_faults(FaultPlan([Fault(on=Target.KALSHI_TIME, do=Trouble.WS_CLOSE, after_ms=1_000)]))
    scene.wait(60_000)
    scene.subscribe()
    assert Line.CUT not in read(scene.news())
    scene.wait(1_000)
    assert read(scene.news()) == [Line.CUT]


def test_faults_are_added_and_forgotten_over_http() -> None:
    scene = a_scene(KALSHI).following()

    def ask(method: str, body: bytes = b"") -> Answer:
        return scene.simulation.answer(
            Service.KALSHI, Request(method=method, path="/sim/faults", at=scene.now, body=body)
        )

    assert ask("POST", b'{"faults":[{"on":"kalshi.time","do":"ws.silent"}]}').status == 201
    assert scene.news() == []
    assert b"does not happen" in ask("POST", b'{"faults":[{"on":"kalshi.time","do":"ws.dup"}]}').body
    assert ask("DELETE").status == 204
    assert len(scene.news()) == 1
