"""Which Kalshi market and which Polymarket market pay the same, and why."""

from arbkit.core.matching.engine import Curated, match

__all__ = ["Curated", "match"]
