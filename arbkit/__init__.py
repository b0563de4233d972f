"""arbkit: find, vet and execute arbitrage between Polymarket and Kalshi."""

__version__ = "0.1.0"
