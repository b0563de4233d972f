"""Contest: who, out of several, will win it; the pattern of championships, awards, elections and rankings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from arbkit.venues.sim.world.drafts import (
    Claim,
    FeeClass,
    GammaEvent,
    GammaListing,
    KalshiEvent,
    KalshiListing,
    Series,
    ask,
)
from arbkit.venues.sim.world.phrases import slug


@dataclass(frozen=True, slots=True)
class Runner:
    """One of the contestants, as each venue calls it."""

    code: str
    kalshi: str
    gamma: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KalshiContest:
    """A contest in Kalshi's words; `{}` stands for the contestant."""

    series: Series
    ticker: str
    title: str
    sub_title: str
    asks: str
    condition: str
    decided_at: datetime
    closes_at: datetime
    more_rules: str = ""
    exclusive: bool = True
    participant: str = "Name"

    def event(self, runners: Sequence[Runner], claims: Sequence[Claim]) -> KalshiEvent:
        """List the contestants."""
        listings = [
            KalshiListing(
                ticker=f"{self.ticker}-{runner.code}",
                claim=claim,
                title=self.asks.format(runner.kalshi),
                label=runner.kalshi,
                rules=f"If {self.condition.format(runner.kalshi)}, then the market resolves to Yes.",
                more_rules=self.more_rules,
                strike={"strike_type": "structured", "custom_strike": {self.participant: runner.kalshi}},
            )
            for runner, claim in zip(runners, claims, strict=False)
        ]
        return KalshiEvent(
            series=self.series,
            ticker=self.ticker,
            title=self.title,
            sub_title=self.sub_title,
            decided_at=self.decided_at,
            closes_at=self.closes_at,
            listings=listings,
            exclusive=self.exclusive,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaContest:
    """A contest in Polymarket's words; `{}` stands for the contestant."""

    title: str
    question: str
    rules: str
    ends_at: datetime
    fees: FeeClass
    tags: tuple[str, ...]
    mark: str = ""
    """What makes the slugs unique when the texts are not, such as a year."""
    tick: float = 0.01
    source: str = ""
    neg_risk: bool = True
    placeholders: Sequence[Claim] = field(default=())

    def event(self, runners: Sequence[Runner], claims: Sequence[Claim]) -> GammaEvent:
        """List the contestants, then placeholders and an "Other" when the event may grow."""
        listings = [self._listing(runner.gamma, claim) for runner, claim in zip(runners, claims, strict=False)]
        for index, claim in enumerate(self.placeholders):
            name = "Other" if index == len(self.placeholders) - 1 else f"Person {'ABCDEFG'[index]}"
            listings.append(self._listing(name, claim, other=name == "Other"))
        return GammaEvent(
            slug=slug(self.title, self.mark),
            title=self.title,
            rules=self.rules.format("the listed contestant"),
            ends_at=self.ends_at,
            listings=listings,
            tags=self.tags,
            fees=self.fees,
            neg_risk=self.neg_risk,
            augmented=bool(self.placeholders),
        )

    def _listing(self, name: str, claim: Claim, *, other: bool = False) -> GammaListing:
        question = self.question.format(name)
        return GammaListing(
            slug=slug(question, self.mark),
            claim=claim,
            question=question,
            group=name,
            rules=self.rules.format(name),
            tick=self.tick,
            source=self.source,
            other=other,
        )


def bet(question: str, claim: Claim, *, rules: str, group: str = "", mark: str = "", source: str = "") -> GammaListing:
    """Draft a Yes/No market of Polymarket; `mark` makes its slug unique."""
    return GammaListing(
        slug=slug(question, mark), claim=claim, question=question, group=group, rules=rules, source=source
    )


__all__ = ["GammaContest", "KalshiContest", "Runner", "ask", "bet"]
