"""Which Kalshi market and which Polymarket market pay the same, and why."""
