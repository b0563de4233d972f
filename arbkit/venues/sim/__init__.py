"""Both venues, simulated in their real wire formats. Shares no parser with the clients."""
