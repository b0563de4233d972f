"""How good is matching? Score labelled pairs, pair by pair or through the full pipeline over two catalogues.

    python bench/match_quality.py PAIRS.jsonl.gz [--json] [--catalog DIR]

PAIRS holds one labelled pair a line: family, label (same, partial, different), polarity, polarity's Polymarket outcome,
negative_kind, and both market objects of the venues. DIR holds kalshi.jsonl.gz and polymarket.jsonl.gz. No parameter of
matching is fitted by a family: the row of a family is what matching does on a family it was never told about.
"""

import argparse
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from arbkit.core.markets import (
    CONFIDENCE_FLOOR_PPM,
    Market,
    MarketId,
    MarketStatus,
    Method,
    Polarity,
    Relation,
    Strike,
    StrikeKind,
    VenueName,
)
from arbkit.core.matching.engine import candidate_pairs, match
from arbkit.core.matching.facts import read_facts
from arbkit.core.matching.judge import judge
from arbkit.core.matching.verdict import Verdict
from arbkit.core.text import clean, clean_lines
from arbkit.venues.kalshi.wire import catalogue as kalshi_wire
from arbkit.venues.polymarket.wire import catalogue as polymarket_wire

BINS = (0.0, 0.5, 0.9, 0.95, 0.97, 0.98, 0.99, 1.0)


class KalshiRow(msgspec.Struct):
    """A labelled Kalshi market; most rows lack what the venue always sends, so the wire parser cannot read them."""

    ticker: str
    title: str
    event_ticker: str = ""
    subtitle: str | None = None
    yes_sub_title: str | None = None
    rules_primary: str | None = None
    rules_secondary: str | None = None
    open_time: str | None = None
    close_time: str | None = None
    expected_expiration_time: str | None = None
    strike_type: str | None = None
    floor_strike: float | str | None = None
    cap_strike: float | str | None = None


class PolymarketRow(msgspec.Struct, rename="camel"):
    """A labelled Polymarket market."""

    question: str
    condition_id: str
    outcomes: str | list[str]
    description: str | None = None
    slug: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    game_start_time: str | None = None
    group_item_title: str | None = None
    resolution_source: str | None = None
    neg_risk_other: bool | None = None
    event_title: str | None = msgspec.field(name="event_title", default=None)

    @property
    def labels(self) -> list[str]:
        """The names of both outcomes."""
        return msgspec.json.decode(self.outcomes, type=list[str]) if isinstance(self.outcomes, str) else self.outcomes


class LabelledPair(msgspec.Struct):
    """One row of the file."""

    pair_id: str
    family: str
    label: str
    kalshi: KalshiRow
    polymarket: PolymarketRow
    polarity: str = ""
    negative_kind: str = ""
    polymarket_outcome: str = ""

    @property
    def expected(self) -> Polarity:
        """The polarity of YES (the first outcome) on Polymarket; the label speaks of the outcome it names."""
        labels = self.polymarket.labels
        second = len(labels) == 2 and self.polymarket_outcome == labels[1]
        return Polarity.INVERTED if (self.polarity == "inverted") != second else Polarity.ALIGNED


class Judged(Protocol):
    """What a verdict and a pair have in common."""

    @property
    def confidence_ppm(self) -> int:
        """Probability in millionths."""
        ...

    @property
    def polarity(self) -> Polarity:
        """How YES lies to YES."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why."""
        ...


NOT_FOUND = Verdict(
    confidence_ppm=0,
    polarity=Polarity.ALIGNED,
    relation=Relation.DIFFERENT,
    method=Method.FUZZY,
    reasons=("not among the pairs that came out",),
    signals=(),
)


@dataclass(slots=True)
class Score:
    """Counts of one family, one kind or all rows."""

    rows: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    polarity_errors: int = 0
    same_in_candidates: int = 0

    def add(self, pair: LabelledPair, accepted: bool, polarity: Polarity, *, candidate: bool) -> None:
        """Count one row."""
        self.rows += 1
        self.labels[pair.label] += 1
        if accepted:
            self.accepted[pair.label] += 1
            self.polarity_errors += pair.label == "same" and polarity is not pair.expected
        self.same_in_candidates += candidate and pair.label == "same"

    def row(self, family: str) -> dict[str, str | int | float | None]:
        """The row of the report; a ratio of nothing is null."""
        return {
            "family": family,
            "rows": self.rows,
            "accepted_same": self.accepted["same"],
            "accepted_partial": self.accepted["partial"],
            "accepted_different": self.accepted["different"],
            "polarity_errors": self.polarity_errors,
            "precision": _ratio(self.accepted["same"] - self.polarity_errors, self.accepted.total()),
            "recall": _ratio(self.accepted["same"] - self.polarity_errors, self.labels["same"]),
            "candidate_recall": _ratio(self.same_in_candidates, self.labels["same"]),
        }


@dataclass(slots=True)
class Report:
    """All scores."""

    families: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    kinds: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    total: Score = field(default_factory=Score)
    bins: defaultdict[int, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    disagreements: list[str] = field(default_factory=list)

    def add(self, pair: LabelledPair, verdict: Judged, *, accepted: bool, candidate: bool) -> None:
        """Count one judged row everywhere."""
        for score in (self.families[pair.family], self.kinds[pair.negative_kind or f"({pair.label})"], self.total):
            score.add(pair, accepted, verdict.polarity, candidate=candidate)
        confidence = verdict.confidence_ppm / 1e6
        pays_alike = pair.label == "same" and verdict.polarity is pair.expected
        self.bins[max(index for index, start in enumerate(BINS) if confidence >= start)][pays_alike] += 1
        if accepted != pays_alike:
            self.disagreements.append(
                f"{pair.family} {pair.pair_id} labelled {pair.label}, confidence {confidence:.3f}: "
                f"{clean(pair.kalshi.title)} [{pair.kalshi.ticker}] <> {clean(pair.polymarket.question)} | "
                + "; ".join(verdict.reasons[:3])
            )


def kalshi_market(row: KalshiRow) -> Market:
    """A Market of a labelled row; fields that the row lacks stay unknown."""
    strike = None
    if row.strike_type and (row.floor_strike is not None or row.cap_strike is not None):
        floor, cap = ("" if value is None else str(value) for value in (row.floor_strike, row.cap_strike))
        strike = Strike(StrikeKind(row.strike_type), floor, cap)
    return Market(
        id=MarketId(VenueName.KALSHI, row.ticker),
        event_key=row.event_ticker,
        title=clean(row.title),
        subtitle=clean(row.subtitle or ""),
        yes_label=clean(row.yes_sub_title or ""),
        rules=clean_lines("\n".join(part for part in (row.rules_primary, row.rules_secondary) if part)),
        status=MarketStatus.OPEN,
        opens_at=_moment(row.open_time),
        closes_at=_moment(row.close_time),
        expected_at=_moment(row.expected_expiration_time),
        strike=strike,
    )


def polymarket_market(row: PolymarketRow) -> Market:
    """A Market of a labelled row."""
    yes_label, no_label = (*row.labels, "Yes", "No")[:2]
    return Market(
        id=MarketId(VenueName.POLYMARKET, row.condition_id),
        event_key="",
        event_title=clean(row.event_title or ""),
        title=clean(row.question),
        subtitle=clean(row.group_item_title or ""),
        yes_label=clean(yes_label),
        no_label=clean(no_label),
        rules=clean_lines(row.description or ""),
        resolution_source=clean(row.resolution_source or ""),
        slug=clean(row.slug or ""),
        status=MarketStatus.OPEN,
        opens_at=_moment(row.start_date),
        closes_at=_moment(row.end_date),
        expected_at=_moment(row.game_start_time) or _moment(row.end_date),
        placeholder=bool(row.neg_risk_other),
    )


def score_pairs(pairs: Sequence[LabelledPair]) -> Report:
    """Judge every labelled pair on its own; candidates are sought among all markets of the file."""
    kalshi = {pair.kalshi.ticker: kalshi_market(pair.kalshi) for pair in pairs}
    polymarket = {pair.polymarket.condition_id: polymarket_market(pair.polymarket) for pair in pairs}
    candidates = _candidates(list(kalshi.values()), list(polymarket.values()))
    report = Report()
    for pair in pairs:
        verdict = judge(read_facts(kalshi_market(pair.kalshi)), read_facts(polymarket_market(pair.polymarket)))
        candidate = (pair.kalshi.ticker, pair.polymarket.condition_id) in candidates
        report.add(pair, verdict, accepted=verdict.acceptable, candidate=candidate)
    return report


def score_catalogues(pairs: Sequence[LabelledPair], directory: Path) -> tuple[Report, str]:
    """Match two catalogues, then judge what comes out by the labels; rows outside the catalogues are left out."""
    kalshi = kalshi_wire.parse_file(_read(directory / "kalshi.jsonl.gz")).markets
    polymarket = polymarket_wire.parse_file(_read(directory / "polymarket.jsonl.gz")).markets
    candidates = _candidates(kalshi, polymarket)
    found = {(pair.kalshi.key, pair.polymarket.key): pair for pair in match(kalshi, polymarket)}
    here = {market.id.key for market in kalshi}
    there = {market.title: market.id.key for market in polymarket}
    keys = {market.id.key for market in polymarket}
    report, labelled = Report(), set()
    for pair in pairs:
        key = pair.polymarket.condition_id
        key = key if key in keys else there.get(clean(pair.polymarket.question), "")
        if pair.kalshi.ticker not in here or not key:
            continue
        labelled.add((pair.kalshi.ticker, key))
        made = found.get((pair.kalshi.ticker, key))
        accepted = made is not None and made.confidence_ppm >= CONFIDENCE_FLOOR_PPM and made.relation is Relation.EQUAL
        report.add(
            pair,
            made or NOT_FOUND,
            accepted=accepted,
            candidate=(pair.kalshi.ticker, key) in candidates,
        )
    tradable = {key for key, pair in found.items() if pair.tradable}
    note = (
        f"{len(kalshi)} x {len(polymarket)} markets: {len(tradable)} tradable pairs, "
        f"{len(tradable - labelled)} of them without a label"
    )
    return report, note


def _candidates(kalshi: Sequence[Market], polymarket: Sequence[Market]) -> set[tuple[str, str]]:
    return {(kalshi[one].id.key, polymarket[two].id.key) for one, two in candidate_pairs(kalshi, polymarket)}


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    text = text.replace(" ", "T").replace("Z", "+00:00")
    return datetime.fromisoformat(f"{text}:00" if text.endswith("+00") else text)


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def print_text(report: Report, note: str) -> None:
    """Tables for people."""
    _table(tuple(Score().row("")), (score.row(name) for name, score in sorted(report.families.items())))
    print()
    _table(tuple(Score().row("")), (score.row(name) for name, score in sorted(report.kinds.items())))
    print()
    _table(tuple(Score().row("")), [report.total.row("total")])
    print("\nreliability: of the pairs with this confidence, so many pay alike")
    for index in sorted(report.bins):
        alike, rows = report.bins[index][True], report.bins[index].total()
        print(f"  from {BINS[index]:.2f}: {alike:5} of {rows:5}  {alike / rows:.4f}")
    print(f"\ndisagreements with the labels: {len(report.disagreements)}")
    for line in report.disagreements:
        print(f"  {line}")
    if note:
        print(f"\n{note}")


def _table(head: Sequence[str], rows: Iterable[dict[str, str | int | float | None]]) -> None:
    print("  ".join(f"{name:>18}" if index else f"{name:24}" for index, name in enumerate(head)))
    for row in rows:
        cells = ["-" if row[name] is None else str(row[name]) for name in head]
        print("  ".join(f"{cell:>18}" if index else f"{cell:24}" for index, cell in enumerate(cells)))


def main() -> None:
    """Read the arguments, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--json", action="store_true", help="JSON lines: one object a family, the total last")
    parser.add_argument(
        "--catalog", type=Path, help="run the full pipeline over DIR/kalshi.jsonl.gz and polymarket.jsonl.gz"
    )
    arguments = parser.parse_args()
    pairs = [
        msgspec.json.decode(line, type=LabelledPair) for line in _read(arguments.pairs).splitlines() if line.strip()
    ]
    report, note = score_catalogues(pairs, arguments.catalog) if arguments.catalog else (score_pairs(pairs), "")
    if not arguments.json:
        print_text(report, note)
        return
    for family, score in [*sorted(report.families.items()), ("total", report.total)]:
        sys.stdout.write(msgspec.json.encode(score.row(family)).decode() + "\n")


if __name__ == "__main__":
    main()
