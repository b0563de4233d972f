"""Figures of a bench: a small table for people, JSON lines for programs, and an exit code for CI."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, and the goal it is held to, if there is one."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.at_most is not None:
            return f"<= {_shown(self.at_most)}"
        return "" if self.at_least is None else f">= {_shown(self.at_least)}"

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """A row of the table."""
        verdict = {None: "", True: "reached", False: "NOT REACHED"}[self.reached]
        return self.name, f"{_shown(self.value)} {self.unit}".rstrip(), self.goal, verdict, self.note


def _shown(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def table(figures: Sequence[Figure], *, heads: Sequence[str] = ()) -> str:
    """Aligned columns: (whose it is,) what, value, goal, verdict, note."""
    heads = heads or [""] * len(figures)
    rows = [(head, *figure.cells) if head else figure.cells for head, figure in zip(heads, figures, strict=True)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)] if rows else []
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def percentile(values: Sequence[float], per_cent: float) -> float:
    """A percentile of measured values, the nearest one from above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * per_cent / 100))]


def own_cost(rounds: Sequence[Sequence[int]]) -> list[int]:
    """Of each event its quickest round: other programs' work comes and goes, an event's own cost stays."""
    return [min(times) for times in zip(*rounds, strict=True)]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def shown(name: str, about: str | None, measure: Callable[[argparse.Namespace], Sequence[Figure]],
          options: Callable[[argparse.ArgumentParser], object] = lambda _: None) -> None:  # fmt: skip
    """Read the arguments, measure, print, and leave with 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    options(parser)
    arguments = parser.parse_args()
    figures = measure(arguments)
    if arguments.json:
        for figure in figures:
            print(json.dumps({"bench": name, **asdict(figure), "reached": figure.reached}))
    else:
        print(table(figures))
    sys.exit(any(figure.reached is False for figure in figures))
