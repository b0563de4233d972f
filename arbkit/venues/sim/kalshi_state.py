"""KalshiState: whether the simulated Kalshi is open, and which of its shards trade."""

from dataclasses import dataclass, field

SHARDS = {0: "Default", 1: "Combos", 2: "Crypto & Commodities", 3: "Tennis, Baseball & Basketball"}
"""The shards of the exchange and their names."""


@dataclass(slots=True)
class KalshiState:
    """`closed` stops everything, cancels included; a paused shard takes cancels but no orders."""

    closed: bool = False
    paused_shards: set[int] = field(default_factory=set)

    def trades(self, shard: int) -> bool:
        """Whether a shard takes orders."""
        return not self.closed and shard not in self.paused_shards
