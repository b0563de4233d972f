"""Knobs: every fault of the simulated venues in a table: what it hits, which fields it takes, and what it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from arbkit.errors import UsageError
from arbkit.venues.sim.faults import WHOLE_PERCENT, Fault, FaultPlan, PlanText, Target, Trouble

_ORDERS: Final = (Target.KALSHI_ORDER, Target.POLY_ORDER)
_REQUESTS: Final = (
    *_ORDERS, Target.KALSHI_CANCEL, Target.POLY_CANCEL, Target.KALSHI_READ, Target.POLY_READ, Target.GAMMA_READ,
    Target.POSITIONS_READ,
)  # fmt: skip
_READS: Final = (Target.KALSHI_READ, Target.POLY_READ, Target.GAMMA_READ, Target.POSITIONS_READ)
_TRADES: Final = (Target.KALSHI_TRADE, Target.POLY_TRADE)
_FRAMES: Final = (Target.KALSHI_FRAME, Target.POLY_FRAME)
_TIMES: Final = (Target.KALSHI_TIME, Target.POLY_TIME)
_CONNECTS: Final = (Target.KALSHI_CONNECT, Target.POLY_CONNECT)
_COUNTED: Final = frozenset({"nth", "times", "percent"})
_TIMED: Final = frozenset({"after_ms", "for_ms"})


@dataclass(frozen=True, slots=True)
class Knob:
    """One fault: what it can hit, the fields beside the counting ones that it takes (those in `needs` it must have)."""

    do: Trouble
    on: Sequence[Target]
    does: str
    takes: frozenset[str] = field(default_factory=frozenset)
    needs: frozenset[str] = field(default_factory=frozenset)


def _knob(do: Trouble, on: Sequence[Target], does: str, *, takes: str = "", needs: str = "") -> Knob:
    return Knob(do, on, does, frozenset((takes + " " + needs).split()), frozenset(needs.split()))


T = Trouble
KNOBS: Final[Sequence[Knob]] = (
    _knob(T.ACCEPT_THEN_TIMEOUT, _ORDERS, "the order is dealt with, and never answered"),
    _knob(T.ACCEPT_THEN_5XX, _ORDERS, "the order is dealt with, and answered with `status` (502, 500)", takes="status"),
    _knob(T.ACCEPT_THEN_RESET, _ORDERS, "the order is dealt with, and the connection reset"),
    _knob(T.DROP_REQUEST, _REQUESTS, "never arrives, is never answered"),
    _knob(T.TORN_REQUEST, _ORDERS, "the connection is reset within the request; not dealt with"),
    _knob(T.LATE_ACCEPT, _ORDERS, "dealt with after `ms`; no answer, or `status` at once", takes="status", needs="ms"),
    _knob(T.QUEUE_THROTTLE, _ORDERS, "held at the edge, dealt with after `ms`, and then answered", needs="ms"),
    _knob(T.SLOW, _REQUESTS, "answered after `ms`", needs="ms"),
    _knob(T.REJECT, _ORDERS, "refused with `status` (400)", takes="status"),
    _knob(T.OK_WITHOUT_ORDER, _ORDERS, "success is claimed, no order is named"),
    _knob(T.MALFORMED_JSON, _REQUESTS, "dealt with; half of the answer is missing"),
    _knob(T.PARTIAL, (Target.KALSHI_ORDER,), "half of the order is filled, whatever it asked for"),
    _knob(
        T.OVERFILL,
        _ORDERS,
        "`value` contracts too many are filled; at Polymarket about so many, for the same dollars",
        needs="value",
    ),
    _knob(T.DELAYED, (Target.POLY_ORDER,), "held for `ms` before it is matched", needs="ms"),
    _knob(
        T.STATUS_PATH,
        (Target.POLY_TRADE,),
        "the trade goes through the states of `path`, `ms` apart",
        needs="path",
        takes="ms",
    ),
    _knob(T.DUPLICATE_EVENT, _TRADES, "reads list each trade twice"),
    _knob(T.MISSING_EVENT, _TRADES, "reads do not list the trades for `ms`; their order they do", needs="ms"),
    _knob(T.OUT_OF_ORDER, _TRADES, "reads list the trades at once, all else of the account after `ms`", needs="ms"),
    _knob(T.RESTATE, _TRADES, "after `ms` the trades are said to have cost a cent a contract more", needs="ms"),
    _knob(
        T.READ_LAG,
        (Target.KALSHI_READ, Target.POLY_READ, Target.POSITIONS_READ),
        "reads of the account are `ms` behind the truth, from the start",
        needs="ms",
    ),
    _knob(T.STALE_PAGE, _READS, "answered once more as when the same was last asked since the plan was known"),
    _knob(T.PAGINATION_CUT, _READS, "the second half of a page of a listing is missing, and no next page is named"),
    _knob(T.HTTP_401, _REQUESTS, "401: credentials are refused"),
    _knob(T.HTTP_403_BAN, _REQUESTS, "403 with a page of HTML, as an edge that bans"),
    _knob(T.HTTP_425, _REQUESTS, "425: the engine restarts"),
    _knob(T.HTTP_429, _REQUESTS, "429: too many requests"),
    _knob(T.HTTP_503_CANCEL_ONLY, _REQUESTS, "503: only cancels are taken"),
    _knob(T.HTTP_503_DISABLED, _REQUESTS, "503: trading is disabled"),
    _knob(T.HTTP_REDIRECT, _REQUESTS, "307: to be asked elsewhere; not dealt with"),
    _knob(T.HTTP_SLOW_BODY, _REQUESTS, "dealt with; the body comes in pieces over `ms`", needs="ms"),
    _knob(T.HTTP_HUGE_BODY, _REQUESTS, "dealt with; the answer is followed by `ms` thousand spaces", needs="ms"),
    _knob(T.HTTP_GZIP_BOMB, _REQUESTS, "dealt with; the answer is `ms` thousand zeros, packed", needs="ms"),
    _knob(T.DEPOSIT, (*_REQUESTS, *_TIMES), "`value` dollars come into every account just before", needs="value"),
    _knob(T.BALANCE_DROP, (*_REQUESTS, *_TIMES), "`value` dollars leave every account just before", needs="value"),
    _knob(
        T.MARKET_PAUSE,
        (*_REQUESTS, *_TIMES),
        "the market `key` is paused just before; active again after `for_ms`",
        needs="key",
        takes="for_ms",
    ),
    _knob(T.MARKET_CLOSE, (*_REQUESTS, *_TIMES), "the market `key` closes just before", needs="key"),
    _knob(
        T.MARKET_RESOLVE,
        (*_REQUESTS, *_TIMES),
        "the market `key` is settled just before; a YES is paid `ms` thousandths of a dollar",
        needs="key",
        takes="ms",
    ),
    _knob(
        T.MARKET_TICK,
        (Target.POLY_TIME,),
        "the tick of the market `key` becomes `value`; its stream says so",
        needs="key value",
    ),
    _knob(
        T.MARKET_MIN_SIZE,
        (Target.POLY_TIME,),
        "the least size of the market `key` becomes `value` shares",
        needs="key value",
    ),
    _knob(T.MARKET_FEE, _TIMES, "the fee of the market `key` becomes `value` (multiplier; rate)", needs="key value"),
    _knob(T.RULES_CHANGED, (*_REQUESTS, *_TIMES), "the rules of the market `key` are rewritten", needs="key"),
    _knob(
        T.MAINTENANCE,
        (*_REQUESTS, *_TIMES),
        "the exchange is closed (Kalshi), or the engine restarts (425) and then for `ms` takes only post-only orders",
        takes="ms for_ms",
    ),
    _knob(T.WS_CONNECT_REFUSE, (*_CONNECTS, *_TIMES), "the upgrade is refused with `status` (502)", takes="status"),
    _knob(T.WS_FLAP, _CONNECTS, "the connection is accepted, and cut after `ms`", takes="ms"),
    _knob(T.WS_SUB_ACK_MISSING, (Target.KALSHI_COMMAND, Target.POLY_COMMAND), "the command is ignored, unanswered"),
    _knob(T.WS_SILENT, (*_FRAMES, *_TIMES), "nothing more is sent, no text PONG either"),
    _knob(T.WS_SILENT_WITH_PONG, (*_FRAMES, *_TIMES), "nothing more is sent but answers to pings"),
    _knob(T.WS_HALF_OPEN, (*_FRAMES, *_TIMES), "nothing is read or sent any more, pongs included; nobody hangs up"),
    _knob(T.WS_CLOSE, (*_FRAMES, *_TIMES), "the connection is closed"),
    _knob(
        T.WS_LAG,
        (*_FRAMES, *_TIMES),
        "frames come `ms` late, and `step_ms` later for each second since then; their order stays",
        takes="ms step_ms",
    ),
    _knob(T.WS_SEQ_GAP, _FRAMES, "the frame is lost; sequence numbers go on"),
    _knob(T.WS_DUP, _FRAMES, "the frame comes twice"),
    _knob(T.WS_REORDER, _FRAMES, "the frame comes after the one behind it"),
    _knob(T.WS_CROSSED, _FRAMES, "after a change of a book somebody bids 0.99 in it, and stays"),
    _knob(T.WS_MALFORMED, _FRAMES, "half of the frame is missing"),
    _knob(T.WS_UNKNOWN_TYPE, _FRAMES, "a frame of a type that nobody knows comes before it"),
    _knob(T.WS_WRONG_MARKET, _FRAMES, "after a change of a book the same comes for a market nobody asked for"),
    _knob(T.WS_TICK_CHANGE, (Target.POLY_FRAME,), "after a change of a book its tick is said to be 0.001"),
    _knob(T.TG_DOWN, (Target.TELEGRAM,), "answered with `status` (502)", takes="status"),
    _knob(T.TG_SLOW, (Target.TELEGRAM,), "taken, and answered after `ms`", needs="ms"),
    _knob(T.TG_400_PARSE, (Target.TELEGRAM,), "400: the text cannot be parsed"),
    _knob(T.TG_429, (Target.TELEGRAM,), "429: come back in `ms` (1000)", takes="ms"),
)
_BY_NAME: Final = {knob.do: knob for knob in KNOBS}
_PLAIN: Final = Fault(on=Target.KALSHI_ORDER, do=Trouble.SLOW)


def fields_of(knob: Knob, target: Target) -> frozenset[str]:
    """The fields beside `on` and `do` that a knob takes on a target."""
    return knob.takes | (_TIMED if target.is_time else _COUNTED)


def wrong(fault: Fault) -> str:
    """Why a fault cannot be meant, "" when it can."""
    knob = _BY_NAME[fault.do]
    if fault.on not in knob.on:
        return f"{fault.do} does not happen on {fault.on}; it does on {', '.join(knob.on)}"
    given = {
        name
        for name in fault.__struct_fields__
        if name not in {"on", "do"} and getattr(fault, name) != getattr(_PLAIN, name)
    }
    if unused := sorted(given - fields_of(knob, fault.on)):
        return f"{fault.do} on {fault.on} takes no {', '.join(unused)}"
    if missing := sorted(knob.needs - given):
        return f"{fault.do} needs {', '.join(missing)}"
    return _wrong_number(fault)


def _wrong_number(fault: Fault) -> str:
    numbers = {name: getattr(fault, name) for name in ("ms", "step_ms", "after_ms", "for_ms", "times")}
    if negative := [name for name, number in numbers.items() if number < 0]:
        return f"{negative[0]} must not be negative"
    if fault.nth < 1:
        return "nth counts from 1"
    if not 0 < fault.percent <= WHOLE_PERCENT:
        return f"percent lies between 0 and {WHOLE_PERCENT}, and {fault.percent} does not"
    return ""


def read_plan(text: bytes) -> FaultPlan:
    """Read a plan from JSON: {"seed": ..., "faults": [{"on": ..., "do": ...}]}. Raises UsageError."""
    try:
        plan = msgspec.json.decode(text, type=PlanText)
    except msgspec.DecodeError as error:
        raise UsageError(f"the fault plan cannot be read: {error}; `arbkit sim faults` lists what there is") from None
    for place, fault in enumerate(plan.faults):
        if why := wrong(fault):
            raise UsageError(f"the fault plan cannot be meant: $.faults[{place}]: {why}")
    return FaultPlan(plan.faults, seed=plan.seed)


def example(knob: Knob) -> bytes:
    """A fault with this knob, as it is written in a plan."""
    given: dict[str, object] = {
        "ms": 900,
        "path": ("MATCHED", "RETRYING", "FAILED"),
        "key": "KXEXAMPLE",
        "value": "0.001",
    }
    fault = Fault(on=knob.on[0], do=knob.do)
    return msgspec.json.encode(msgspec.structs.replace(fault, **{name: given[name] for name in sorted(knob.needs)}))
