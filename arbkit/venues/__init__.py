"""The venues: Kalshi, Polymarket, and simulated ones."""
