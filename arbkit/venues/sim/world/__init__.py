"""What the simulated venues hold: seeded worlds and recorded catalogues."""
