"""The wire formats of the simulated venues, from the venue's side; no code is shared with the clients."""
