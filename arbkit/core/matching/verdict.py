"""What matching thinks of a pair, apart from all that makes it: who only keeps verdicts loads nothing that judges."""

from dataclasses import dataclass

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM, Method, Polarity, Relation

REVIEW_FLOOR_PPM = 500_000
"""Pairs from here on are worth a person's look; what lies below is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What matching thinks of one pair. `confidence_ppm`: probability in millionths that both pay the same."""

    confidence_ppm: int
    polarity: Polarity
    relation: Relation
    method: Method
    reasons: tuple[str, ...]
    signals: tuple[str, ...]
    """The strategies of the specification, section 3.2, that speak for the pair."""

    @property
    def acceptable(self) -> bool:
        """Whether the pair is at or above the hard floor and equal (aligned or inverted)."""
        return self.confidence_ppm >= CONFIDENCE_FLOOR_PPM and self.relation is Relation.EQUAL
