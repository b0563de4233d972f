"""Settings: what can be set, where from, and which source wins. `load` is the way in."""
