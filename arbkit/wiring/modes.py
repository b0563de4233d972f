"""Whether live orders may leave this state directory at all, whatever a command line says."""

from arbkit.store.store import Store

DRY_ONLY_FACT = "dry_only"
"""Whether `mode dry-run` was said."""


def dry_only(store: Store) -> str:
    """Why no live order may be sent from this state directory, "" if it may."""
    fact = store.operations.fact(DRY_ONLY_FACT)
    return "the mode is dry-run; `arbkit mode live --confirm` allows live orders" if fact and fact[0] == "yes" else ""
