"""Odds: what claims are worth now and how they end, coherent within a subject."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import WHOLE, Claim

_FAIR_MIN = 60


def _fair(chance: float) -> int:
    return min(WHOLE - _FAIR_MIN, max(_FAIR_MIN, round(chance * WHOLE)))


def coin(dice: Dice, key: str, *, low: float = 0.04, high: float = 0.9, void_percent: float = 0) -> Claim:
    """A claim of its own."""
    chance = dice.uniform(low, high)
    return Claim(key, _fair(chance), WHOLE if dice.random() < chance else 0, dice.happens(void_percent))


def one_of(dice: Dice, keys: Sequence[str], *, spread: float = 1.1) -> list[Claim]:
    """Claims of which exactly one comes true; a larger `spread` makes clearer favourites."""
    weights = [math.exp(dice.gauss(0, spread)) for _ in keys]
    total = sum(weights)
    winner = dice.choices(range(len(keys)), weights)[0]
    return [
        Claim(key, _fair(weight / total), WHOLE if index == winner else 0)
        for index, (key, weight) in enumerate(zip(keys, weights, strict=True))
    ]


def rising(dice: Dice, keys: Sequence[str], *, first: float, last: float) -> list[Claim]:
    """Claims of which each contains the one before, such as "by March", "by June", "by December"."""
    step = (last - first) / max(1, len(keys) - 1)
    draw = dice.random()
    return [
        Claim(key, _fair(first + step * index), WHOLE if draw < first + step * index else 0)
        for index, key in enumerate(keys)
    ]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number nobody knows yet: believed to be normal, and what it will turn out to be."""

    key: str
    mean: float
    deviation: float
    final: float

    def above(self, threshold: float) -> Claim:
        """Claim: the number is above the threshold, and not equal to it."""
        chance = self._chance_above(threshold)
        return Claim(f"{self.key} > {threshold:g}", _fair(chance), WHOLE if self.final > threshold else 0)

    def between(self, low: float, high: float) -> Claim:
        """Claim: the number is above `low` and not above `high`."""
        chance = self._chance_above(low) - self._chance_above(high)
        pays = WHOLE if low < self.final <= high else 0
        return Claim(f"{self.key} in ({low:g}, {high:g}]", _fair(chance), pays)

    def _chance_above(self, threshold: float) -> float:
        return 0.5 * math.erfc((threshold - self.mean) / (self.deviation * math.sqrt(2)))


def gauge(dice: Dice, key: str, mean: float, deviation: float, *, step: float = 0.0) -> Gauge:
    """A number drawn from what is believed of it, rounded to `step` when there is one."""
    final = dice.gauss(mean, deviation)
    return Gauge(key, mean, deviation, round(final / step) * step if step else final)
