"""A request that is ready: for one order alone, once, and never when it is old."""

import pytest

from arbkit.net import Exchange
from arbkit.ports import PreparedOrder
from arbkit.venues.ready import READY_MS_MAX, ReadyRequest
from tests.builders import StandingClock
from tests.venues.test_kalshi_desk import an_order


class Rendering:
    """Counts what is rendered."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, prepared: PreparedOrder) -> Exchange:
        self.count += 1
        return Exchange("POST", "/orders", {"Host": "h"}, prepared.body, body_bytes_max=1)


def a_prepared_order(body: bytes = b"{}") -> PreparedOrder:
    return PreparedOrder(order=an_order(), client_id="ak1-1-K", venue_order_id="", body=body)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def rendering() -> Rendering:
    return Rendering()


@pytest.fixture
def ready(rendering: Rendering, clock: StandingClock) -> ReadyRequest:
    return ReadyRequest(rendering, clock)


def test_what_was_made_ready_is_given_out_and_only_once(ready: ReadyRequest, rendering: Rendering) -> None:
    order = a_prepared_order()
    ready.make(order)
    first = ready.take(order)
    assert rendering.count == 1
    assert ready.take(order) is not first
    assert rendering.count == 2


def test_what_became_old_is_rendered_anew(ready: ReadyRequest, rendering: Rendering, clock: StandingClock) -> None:
    order = a_prepared_order()
    ready.make(order)
    clock.advance(milliseconds=READY_MS_MAX + 1)
    ready.take(order)
    assert rendering.count == 2


def test_another_order_is_not_sent_in_its_place_though_it_goes_by_the_same_id(ready: ReadyRequest) -> None:
    ready.make(a_prepared_order(b'{"a":1}'))
    assert ready.take(a_prepared_order(b'{"b":2}')).request.endswith(b'{"b":2}')


def test_what_is_not_ready_is_rendered_when_it_is_sent(ready: ReadyRequest, rendering: Rendering) -> None:
    assert ready.take(a_prepared_order()).request.endswith(b"{}")
    assert rendering.count == 1
