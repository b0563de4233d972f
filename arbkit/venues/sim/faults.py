"""Faults as data: what is hit, and what happens to it. A plan can be printed, kept and shrunk; its dice are seeded."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import msgspec

WHOLE_PERCENT = 100


class Target(StrEnum):
    """What a fault can hit: requests and frames by their kind, connections, or a moment."""

    KALSHI_ORDER = "kalshi.order"
    KALSHI_CANCEL = "kalshi.cancel"
    KALSHI_READ = "kalshi.read"
    POLY_ORDER = "poly.order"
    POLY_CANCEL = "poly.cancel"
    POLY_READ = "poly.read"
    KALSHI_TRADE = "kalshi.trade"
    """The trades that an order makes, each order counted once."""
    POLY_TRADE = "poly.trade"
    GAMMA_READ = "gamma.read"
    POSITIONS_READ = "positions.read"
    KALSHI_CONNECT = "kalshi.connect"
    POLY_CONNECT = "poly.connect"
    KALSHI_COMMAND = "kalshi.command"
    """Frames of the client: commands, subscriptions; no pings."""
    POLY_COMMAND = "poly.command"
    KALSHI_FRAME = "kalshi.frame"
    """Frames that a stream sends, every connection counted together."""
    POLY_FRAME = "poly.frame"
    KALSHI_TIME = "kalshi.time"
    """No request: `after_ms` after the plan was made known the whole venue is hit, for `for_ms` (0: for good)."""
    POLY_TIME = "poly.time"
    TELEGRAM = "tg.send"
    """Messages to the simulated Telegram."""

    @property
    def is_time(self) -> bool:
        """Whether it is a moment."""
        return self in {Target.KALSHI_TIME, Target.POLY_TIME}

    @property
    def at_kalshi(self) -> bool:
        """Whether it belongs to Kalshi."""
        return self.value.startswith("kalshi")


class Trouble(StrEnum):
    """What can go wrong; the names are those of the fault catalogue."""

    ACCEPT_THEN_TIMEOUT = "order.accept_then_timeout"
    ACCEPT_THEN_5XX = "order.accept_then_5xx"
    ACCEPT_THEN_RESET = "order.accept_then_reset"
    DROP_REQUEST = "order.drop_request"
    TORN_REQUEST = "order.torn_request"
    LATE_ACCEPT = "order.late_accept"
    QUEUE_THROTTLE = "order.queue_throttle"
    SLOW = "order.slow"
    REJECT = "order.reject"
    OK_WITHOUT_ORDER = "order.ok_without_order"
    MALFORMED_JSON = "order.malformed_json"
    PARTIAL = "order.partial"
    OVERFILL = "order.overfill"
    DELAYED = "order.delayed"
    STATUS_PATH = "trade.status_path"
    DUPLICATE_EVENT = "trade.duplicate_event"
    MISSING_EVENT = "trade.missing_event"
    OUT_OF_ORDER = "trade.out_of_order"
    RESTATE = "trade.restate"
    READ_LAG = "rest.read_lag"
    STALE_PAGE = "rest.stale_page"
    PAGINATION_CUT = "rest.pagination_cut"
    HTTP_401 = "http.401"
    HTTP_403_BAN = "http.403_ban"
    HTTP_425 = "http.425"
    HTTP_429 = "http.429"
    HTTP_503_CANCEL_ONLY = "http.503_cancel_only"
    HTTP_503_DISABLED = "http.503_disabled"
    HTTP_REDIRECT = "http.redirect"
    HTTP_SLOW_BODY = "http.slow_body"
    HTTP_HUGE_BODY = "http.huge_body"
    HTTP_GZIP_BOMB = "http.gzip_bomb"
    DEPOSIT = "account.deposit"
    BALANCE_DROP = "account.balance_drop"
    MARKET_PAUSE = "market.pause"
    MARKET_CLOSE = "market.close"
    MARKET_RESOLVE = "market.resolve"
    MARKET_TICK = "market.tick"
    MARKET_MIN_SIZE = "market.min_size"
    MARKET_FEE = "market.fee"
    RULES_CHANGED = "market.rules_changed"
    MAINTENANCE = "exchange.maintenance"
    WS_CONNECT_REFUSE = "ws.connect_refuse"
    WS_FLAP = "ws.flap"
    WS_SUB_ACK_MISSING = "ws.sub_ack_missing"
    WS_SILENT = "ws.silent"
    WS_SILENT_WITH_PONG = "ws.silent_with_pong"
    WS_HALF_OPEN = "ws.half_open"
    WS_CLOSE = "ws.close"
    WS_LAG = "ws.lag"
    WS_SEQ_GAP = "ws.seq_gap"
    WS_DUP = "ws.dup"
    WS_REORDER = "ws.reorder"
    WS_CROSSED = "ws.crossed"
    WS_MALFORMED = "ws.malformed"
    WS_UNKNOWN_TYPE = "ws.unknown_type"
    WS_WRONG_MARKET = "ws.wrong_market"
    WS_TICK_CHANGE = "ws.tick_change"
    TG_DOWN = "tg.down"
    TG_SLOW = "tg.slow"
    TG_400_PARSE = "tg.400_parse"
    TG_429 = "tg.429"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One fault: the `nth` thing of a kind (from 1) and the `times - 1` after it (0: all after it) are hit, each with a
    chance of `percent`. What the other fields mean, each knob says."""

    on: Target
    do: Trouble
    nth: int = 1
    times: int = 1
    percent: float = WHOLE_PERCENT
    ms: int = 0
    step_ms: int = 0
    after_ms: int = 0
    for_ms: int = 0
    path: tuple[str, ...] = ()
    key: str = ""
    value: str = ""
    status: int = 0


class PlanText(msgspec.Struct, forbid_unknown_fields=True):
    """A plan as it is written."""

    faults: list[Fault]
    seed: int = 0


class FaultPlan:
    """Counts requests by kind and says which fault hits the present one. Faults at a moment are not its affair."""

    def __init__(self, faults: Sequence[Fault] = (), *, seed: int = 0) -> None:
        self.faults = list(faults)
        self.seed = seed
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
        for place, fault in enumerate(self.faults):
            last = fault.nth + fault.times - 1 if fault.times else number
            if fault.on is not target or fault.do is Trouble.READ_LAG or not fault.nth <= number <= last:
                continue
            if fault.percent >= WHOLE_PERCENT or _thrown(self.seed, place, number) < fault.percent:
                return fault
        return None

    def holds(self, do: Trouble) -> bool:
        """Whether a fault of a kind is planned, for whatever it may hit."""
        return any(fault.do is do for fault in self.faults)

    def lag_ms(self, target: Target) -> int:
        """How much later than the truth reads of a venue are."""
        return max((f.ms for f in self.faults if f.do is Trouble.READ_LAG and f.on is target), default=0)

    def text(self) -> bytes:
        """The plan as JSON, as `knobs.read_plan` reads it."""
        return msgspec.json.encode(PlanText(self.faults, self.seed))


def _thrown(*words: object) -> float:
    """A number below a hundred that follows from words alone."""
    throw = hashlib.sha256(":".join(map(str, words)).encode()).digest()
    return int.from_bytes(throw[:4]) * WHOLE_PERCENT / (1 << 32)
