"""arbkit: find, vet and execute arbitrage between Polymarket and Kalshi."""
