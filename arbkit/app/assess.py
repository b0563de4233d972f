"""Assess: have a language model read what matching accepted. It can stop a pair; it never lets one pass."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from arbkit.core.markets import Method
from arbkit.core.matching.opinion import SYSTEM, Judgement, key_of, question, read_answer, weighed
from arbkit.core.money import MICRO, Usd, ceil_div
from arbkit.ports import Answered, Clock, NotAnswered, Reader
from arbkit.store.store import Store

FAILURES_MAX = 3
"""After so many questions in a row without an answer, the rest is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be asked."""

    questions_max: int
    """In one run."""
    day_max: Usd
    """In one UTC day."""
    input_price: Usd
    """Of a million tokens read."""
    output_price: Usd
    """Of a million tokens written."""


@dataclass(slots=True)
class Assessed:
    """What was asked, and what came of it."""

    judgements: Counter[Judgement] = field(default_factory=Counter)
    asked: int = 0
    remembered: int = 0
    unasked: int = 0
    cost: Usd = field(default_factory=lambda: Usd(0))
    last_failure: str = ""
    stopped: str = ""
    """Why not everything was asked."""


async def assess(store: Store, reader: Reader, budget: Budget, clock: Clock) -> Assessed:
    """Put every tradable pair that matching found to the model, and store what it objects to."""
    result = Assessed()
    pairs = [pair for pair in store.pairs.standing() if pair.tradable and pair.method is not Method.MANUAL]
    markets = store.catalogue.named(market for pair in pairs for market in (pair.kalshi, pair.polymarket))
    failures = 0
    for pair in pairs:
        kalshi, polymarket = markets[pair.kalshi], markets[pair.polymarket]
        asked = question(pair, kalshi, polymarket)
        key = key_of(reader.model, asked)
        text = store.opinions.answer(key)
        if text is not None:
            result.remembered += 1
        else:
            text = await _asked(store, reader, budget, clock, key=key, asked=asked, result=result)
            failures = 0 if text is not None else failures + 1
            if failures >= FAILURES_MAX and not result.stopped:
                result.stopped = f"{FAILURES_MAX} questions in a row were not answered: {result.last_failure}"
        if text is None:
            result.unasked += 1
            continue
        opinion = read_answer(text, kalshi, polymarket)
        result.judgements[opinion.judgement] += 1
        store.pairs.release(weighed(pair, opinion, reader.model), at=clock.now())
    return result


async def _asked(
    store: Store, reader: Reader, budget: Budget, clock: Clock, *, key: str, asked: str, result: Assessed
) -> str | None:
    """One question, if the budget allows it; None if it was not asked or not answered."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    _, spent = store.opinions.spent_since(midnight)
    if not result.stopped and result.asked >= budget.questions_max:
        result.stopped = f"llm.questions_max ({budget.questions_max}) is reached"
    if not result.stopped and spent >= budget.day_max:
        result.stopped = f"llm.usd_max_per_day (${budget.day_max}) is spent"
    if result.stopped:
        return None
    result.asked += 1
    answer = await reader.ask(SYSTEM, asked)
    if isinstance(answer, NotAnswered):
        result.last_failure = answer.why
        return None
    cost = _cost(answer, budget)
    result.cost += cost
    store.opinions.keep(key, model=reader.model, answer=answer.text, cost=cost, at=clock.now())
    return answer.text


def _cost(answer: Answered, budget: Budget) -> Usd:
    read = ceil_div(answer.tokens_in * budget.input_price.micros, MICRO)
    return Usd(read + ceil_div(answer.tokens_out * budget.output_price.micros, MICRO))


def summary(result: Assessed) -> Sequence[str]:
    """What a person is told of it."""
    counts = ", ".join(f"{count} {judgement}" for judgement, count in sorted(result.judgements.items()))
    lines = [
        f"language model: {result.asked} asked, {result.remembered} remembered, ${result.cost}: {counts or 'none'}"
    ]
    if result.unasked:
        lines.append(f"{result.unasked} pairs were not read by it: {result.stopped or 'no answer'}")
    return lines
