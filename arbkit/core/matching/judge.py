"""Comparison -> verdict: the probability that both contracts pay the same, the method, and the reasons for it."""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Method, Polarity, Relation
from arbkit.core.matching.compare import Comparison, compare
from arbkit.core.matching.facts import Facts
from arbkit.core.matching.findings import Finding, Kind, hard
from arbkit.core.matching.verdict import REVIEW_FLOOR_PPM, Verdict
from arbkit.core.money import MICRO, ceil_div, plain

AGREED_PPM = 993_000
"""Confidence when every fact agrees and both rules are known. Of 969 labelled pairs accepted none was wrong, which by
the rule of three supports no more than 1 - 3/969 = 0.997; the rest is kept for rules that no label saw."""
RULES_UNKNOWN_PPM = 6_000
"""Doubt for each side whose rules text is missing."""
CONFLICT_CAP_PPM = 400_000
"""No pair with one hard conflict is above; each further conflict halves it."""
MENDABLE_CAP_PPM = 600_000
"""The cap when the only conflict is one that a missing alias or a loose title can cause: a person may look."""
FUZZY_TITLE_PPM = 950_000
"""The specification's fuzzyMatchMinSimilarity: titles this similar give the signal "fuzzy title"."""


def judge(kalshi: Facts, polymarket: Facts, *, floor_ppm: int = 0) -> Verdict:
    """Judge one candidate pair. What cannot reach `floor_ppm` is not read to its end: its confidence then is what the
    conflicts found so far leave, and nobody asks for its reasons."""
    if kalshi.placeholder or polymarket.placeholder:
        return _refused("conflict: outcome: a placeholder or an Other, whose meaning may change")
    comparison = compare(kalshi, polymarket, lambda found: _cap_ppm(hard(found)) < floor_ppm)
    confidence = _confidence(kalshi, polymarket, comparison)
    if confidence < floor_ppm:
        return _below(confidence, ())
    exact = kalshi.title == polymarket.title and confidence >= CONFIDENCE_FLOOR_PPM and _complete(comparison)
    signals = _signals(kalshi, polymarket, comparison)
    if hard(comparison.findings):
        relation = comparison.relation if comparison.relation is not Relation.EQUAL else _conflicting(comparison)
    else:
        relation = comparison.relation
    return Verdict(
        confidence_ppm=MICRO if exact else confidence,
        polarity=comparison.polarity,
        relation=relation,
        method=Method.EXACT if exact else Method.FUZZY,
        reasons=_reasons(comparison, signals),
        signals=signals,
    )


def worth_a_look(kalshi: Facts, polymarket: Facts) -> Verdict | None:
    """The verdict on a pair, or None below the floor of review."""
    verdict = judge(kalshi, polymarket, floor_ppm=REVIEW_FLOOR_PPM)
    return verdict if verdict.confidence_ppm >= REVIEW_FLOOR_PPM else None


def _confidence(kalshi: Facts, polymarket: Facts, comparison: Comparison) -> int:
    doubt = sum(item.doubt_ppm for item in comparison.findings)
    doubt += RULES_UNKNOWN_PPM * ((not kalshi.rules_known) + (not polymarket.rules_known))
    confidence = max(AGREED_PPM - doubt, 0)
    return min(confidence, _cap_ppm(hard(comparison.findings)))


def _cap_ppm(conflicts: Sequence[Finding]) -> int:
    """How sure a pair with these conflicts can be at most."""
    if not conflicts:
        return MICRO
    cap = MENDABLE_CAP_PPM if len(conflicts) == 1 and _mendable(conflicts[0]) else CONFLICT_CAP_PPM
    return cap >> (len(conflicts) - 1)


def _mendable(conflict: Finding) -> bool:
    """Whether one side merely says more than the other."""
    return conflict.fact in {"name", "qualifier"} and "nothing" in conflict.words


def _complete(comparison: Comparison) -> bool:
    """Whether nothing is silent: an exact title alone is not enough when the dates stand on one side only."""
    return all(item.kind is Kind.AGREE for item in comparison.findings)


def _signals(kalshi: Facts, polymarket: Facts, comparison: Comparison) -> tuple[str, ...]:
    signals = []
    if kalshi.title == polymarket.title:
        signals.append("exact title")
    elif (similarity := _similarity_ppm(kalshi.title, polymarket.title)) >= FUZZY_TITLE_PPM:
        signals.append(f"fuzzy title {plain(similarity)}")
    agreed = {item.fact for item in comparison.findings if item.kind is Kind.AGREE}
    if "subject" in agreed and agreed & {"deadline", "match day", "period", "season", "year"}:
        signals.append("category and date")
    return tuple(signals)


def _similarity_ppm(one: str, two: str) -> int:
    """Levenshtein similarity in millionths; 0 when it is below the specification's."""
    length = max(len(one), len(two))
    edits_max = (MICRO - FUZZY_TITLE_PPM) * length // MICRO
    edits = Levenshtein.distance(one, two, score_cutoff=edits_max)
    return 0 if edits > edits_max else MICRO - ceil_div(edits * MICRO, length)


def _conflicting(comparison: Comparison) -> Relation:
    facts = {item.fact for item in comparison.findings if item.kind is Kind.CONFLICT}
    if facts <= {"deadline", "source"}:
        return Relation.OVERLAP
    return Relation.DIFFERENT if facts & {"name", "outcome", "match day", "subject"} else Relation.RELATED


def _reasons(comparison: Comparison, signals: tuple[str, ...]) -> tuple[str, ...]:
    order = {Kind.CONFLICT: 0, Kind.SILENT: 1, Kind.AGREE: 2}
    ordered = sorted(comparison.findings, key=lambda item: order[item.kind])
    return (*(str(item) for item in ordered), *(f"signal: {signal}" for signal in signals))


def _refused(reason: str) -> Verdict:
    return _below(0, (reason,))


def _below(confidence_ppm: int, reasons: tuple[str, ...]) -> Verdict:
    """The verdict on a pair that nobody looks at any more."""
    return Verdict(
        confidence_ppm=confidence_ppm,
        polarity=Polarity.ALIGNED,
        relation=Relation.RELATED,
        method=Method.FUZZY,
        reasons=reasons,
        signals=(),
    )
