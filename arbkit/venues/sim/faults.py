"""Faults as data: which request is hit, and what happens to it. A plan can be printed, kept and shrunk."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from arbkit.errors import UsageError


class Target(StrEnum):
    """Kinds of requests that a fault can hit."""

    KALSHI_ORDER = "kalshi.order"
    KALSHI_CANCEL = "kalshi.cancel"
    KALSHI_READ = "kalshi.read"
    POLY_ORDER = "poly.order"
    POLY_CANCEL = "poly.cancel"
    POLY_READ = "poly.read"
    POLY_TRADE = "poly.trade"
    GAMMA_READ = "gamma.read"
    POSITIONS_READ = "positions.read"
    KALSHI_CONNECT = "kalshi.connect"
    POLY_CONNECT = "poly.connect"
    KALSHI_FRAME = "kalshi.frame"
    """Frames that a stream sends, every connection counted together."""
    POLY_FRAME = "poly.frame"


class Trouble(StrEnum):
    """What can go wrong; the names are those of the fault catalogue."""

    ACCEPT_THEN_TIMEOUT = "order.accept_then_timeout"
    ACCEPT_THEN_5XX = "order.accept_then_5xx"
    DROP_REQUEST = "order.drop_request"
    LATE_ACCEPT = "order.late_accept"
    SLOW = "order.slow"
    REJECT = "order.reject"
    OK_WITHOUT_ORDER = "order.ok_without_order"
    MALFORMED_JSON = "order.malformed_json"
    DELAYED = "order.delayed"
    STATUS_PATH = "trade.status_path"
    READ_LAG = "rest.read_lag"
    HTTP_401 = "http.401"
    HTTP_403_BAN = "http.403_ban"
    HTTP_425 = "http.425"
    HTTP_429 = "http.429"
    HTTP_503_CANCEL_ONLY = "http.503_cancel_only"
    HTTP_503_DISABLED = "http.503_disabled"
    MARKET_PAUSE = "market.pause"
    MARKET_CLOSE = "market.close"
    MARKET_RESOLVE = "market.resolve"
    RULES_CHANGED = "market.rules_changed"
    MAINTENANCE = "exchange.maintenance"
    WS_CONNECT_REFUSE = "ws.connect_refuse"
    WS_SILENT = "ws.silent"
    WS_SILENT_WITH_PONG = "ws.silent_with_pong"
    WS_CLOSE = "ws.close"
    WS_LAG = "ws.lag"
    WS_SEQ_GAP = "ws.seq_gap"
    WS_DUP = "ws.dup"
    WS_REORDER = "ws.reorder"
    WS_CROSSED = "ws.crossed"
    WS_MALFORMED = "ws.malformed"
    WS_UNKNOWN_TYPE = "ws.unknown_type"
    WS_WRONG_MARKET = "ws.wrong_market"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fault: the `nth` request of a kind (from 1) and the `times - 1` after it (0: all after it) are hit.

    `ms` is a delay, a lag or the distance between two states of a trade; `path` the states; `key` a market, of which
    `ms` thousandths are what YES pays when it is resolved; `status` an HTTP status. For `rest.read_lag` the fault holds
    from the start, whatever `nth` says.
    """

    on: Target
    do: Trouble
    nth: int = 1
    times: int = 1
    ms: int = 0
    path: tuple[str, ...] = ()
    key: str = ""
    status: int = 0


class FaultPlan:
    """Counts requests by kind and says which fault hits the present one."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = list(faults)
        self._seen: dict[Target, int] = {}

    def add(self, fault: Fault) -> None:
        """Plan another fault; `nth` counts from now on."""
        seen = self._seen.get(fault.on, 0)
        self.faults.append(msgspec.structs.replace(fault, nth=fault.nth + seen))

    def clear(self) -> None:
        """Forget every fault."""
        self.faults.clear()

    def hit(self, target: Target) -> Fault | None:
        """Count a request, and give the first fault that hits it."""
        number = self._seen[target] = self._seen.get(target, 0) + 1
        for fault in self.faults:
            last = fault.nth + fault.times - 1 if fault.times else number
            if fault.on is target and fault.do is not Trouble.READ_LAG and fault.nth <= number <= last:
                return fault
        return None

    def lag_ms(self, target: Target) -> int:
        """How much later than the truth reads of a venue are."""
        return max((f.ms for f in self.faults if f.do is Trouble.READ_LAG and f.on is target), default=0)


def read_plan(text: bytes) -> FaultPlan:
    """Read a plan from JSON: {"faults": [{"on": ..., "do": ...}]}. Raises UsageError."""
    try:
        plan = msgspec.json.decode(text, type=dict[str, list[Fault]])
    except msgspec.DecodeError as error:
        raise UsageError(f"the fault plan cannot be read: {error}") from None
    return FaultPlan(plan.get("faults", []))
