"""Charts as inline SVG that keeps its strokes and texts at any width: shapes stretch, labels are HTML beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from arbkit.cli.report_tables import dollars
from arbkit.core.money import Usd

_WIDE, _HIGH = 10_000, 1_000
"""The inside of a chart: whole numbers, no fractions."""
_HEIGHT_REM = 9
_LEAD_SHARE = 8
_LEAD_MIN = timedelta(minutes=1)
_COLUMN_SHARE = 70
"""How much of its place a column fills, in hundredths."""


@dataclass(frozen=True, slots=True)
class Curve:
    """An amount over time that stays as it is until it changes."""

    name: str
    points: Sequence[tuple[datetime, int]]
    colour: str
    dashed: bool = False
    filled: bool = False


def steps(curves: Sequence[Curve], *, until: datetime, keyed: bool = False) -> str:
    """Step lines over time, from shortly before anything moves. `keyed` adds the names of the curves."""
    begin = max(min(curve.points[0][0] for curve in curves), _shortly_before_it_moves(curves, until))
    values = [0, *(micros for curve in curves for _, micros in curve.points)]
    low, high = _range(min(values), max(values))
    shapes = [_zero(low, high)]
    for curve in curves:
        path = _path(curve, begin=begin, until=until, low=low, high=high)
        if curve.filled:
            floor = _y(0, low, high)
            shapes.append(f'<path d="{path}V{floor}H0Z" fill="{curve.colour}" fill-opacity=".18"/>')
        dash = ' stroke-dasharray="5 4"' if curve.dashed else ""
        shapes.append(
            f'<path d="{path}" fill="none" stroke="{curve.colour}" stroke-width="2"{dash}'
            f' vector-effect="non-scaling-stroke"><title>{escape(curve.name)}</title></path>'
        )
    names = "".join(
        f'<span><i style="border-color:{curve.colour};border-top-style:{"dashed" if curve.dashed else "solid"}"></i>'
        f"{escape(curve.name)} {dollars(Usd(curve.points[-1][1]))}</span>"
        for curve in curves
    )
    key = f'<div class="key">{names}</div>' if keyed else ""
    ends = (f"{begin:%Y-%m-%d %H:%M}", f"{until:%Y-%m-%d %H:%M}")
    return key + _chart(shapes, low=low, high=high, ends=ends, label=", ".join(curve.name for curve in curves))


def _shortly_before_it_moves(curves: Sequence[Curve], until: datetime) -> datetime:
    """So that one trade of today is more than an edge at the end of a month."""
    first = min((at for curve in curves for at, micros in curve.points if micros), default=until)
    return first - max((until - first) // _LEAD_SHARE, _LEAD_MIN)


def columns(rows: Sequence[tuple[str, int]]) -> str:
    """One column a row, up from zero for a gain and down for a loss."""
    low, high = _range(min(0, *(value for _, value in rows)), max(0, *(value for _, value in rows)))
    place = _WIDE // max(len(rows), 8)
    shapes = [_zero(low, high)]
    for index, (name, value) in enumerate(rows):
        top, bottom = sorted((_y(value, low, high), _y(0, low, high)))
        x = index * place + place * (100 - _COLUMN_SHARE) // 200
        colour = "var(--good)" if value >= 0 else "var(--bad)"
        shapes.append(
            f'<rect x="{x}" y="{top}" width="{place * _COLUMN_SHARE // 100}" height="{max(bottom - top, 4)}"'
            f' fill="{colour}"><title>{escape(name)}: {dollars(Usd(value))}</title></rect>'
        )
    ends = (rows[0][0], rows[-1][0] if len(rows) > 1 else "")
    return _chart(shapes, low=low, high=high, ends=ends, label="by day")


def bars(rows: Sequence[tuple[str, int]], *, long: bool = False) -> str:
    """One horizontal bar a row, with its name before and its number after it."""
    most = max((count for _, count in rows), default=0)
    if not most:
        return "<p>Nothing yet.</p>"
    lines = [
        f"<span>{escape(name)}</span>"
        f'<svg aria-hidden="true"><rect width="{100 * count // most}%" height="100%" rx="2" fill="var(--main)"/></svg>'
        f"<b>{count}</b>"
        for name, count in rows
    ]
    return f'<div class="bars{" long" if long else ""}">{"".join(lines)}</div>'


def _range(low: int, high: int) -> tuple[int, int]:
    return low, high if high > low else low + 1_000_000


def _y(value: int, low: int, high: int) -> int:
    return _HIGH * (high - value) // (high - low)


def _zero(low: int, high: int) -> str:
    y = _y(0, low, high)
    return f'<path d="M0,{y}H{_WIDE}" stroke="var(--line)" stroke-width="1" vector-effect="non-scaling-stroke"/>'


def _path(curve: Curve, *, begin: datetime, until: datetime, low: int, high: int) -> str:
    whole = max((until - begin) // timedelta(milliseconds=1), 1)
    parts: list[str] = []
    for at, micros in curve.points:
        x = min(_WIDE * max((at - begin) // timedelta(milliseconds=1), 0) // whole, _WIDE)
        y = _y(micros, low, high)
        parts.append(f"H{x}V{y}" if parts else f"M{x},{y}")
    return "".join([*parts, f"H{_WIDE}"])


def _chart(shapes: Sequence[str], *, low: int, high: int, ends: tuple[str, str], label: str) -> str:
    marks = {0: _y(0, low, high), high: 0, low: _HIGH}
    names = "".join(
        f'<span class="y" style="top:{_HEIGHT_REM * y}e-3rem">{dollars(Usd(value))}</span>'
        for value, y in sorted(marks.items())
    )
    return (
        f'<div class="chart"><svg viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">{"".join(shapes)}</svg>{names}'
        f'<div class="x"><span>{ends[0]}</span><span>{ends[1]}</span></div></div>'
    )
