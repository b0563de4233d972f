"""From what a person types to the markets that are meant."""

from collections.abc import Sequence

from arbkit.core.markets import Market, MarketId, MarketStatus, VenueName
from arbkit.errors import BadId, UsageError, nearest
from arbkit.store.catalogue import Catalogue

_SHOWN_MAX = 5


def markets_of(
    catalogue: Catalogue, venue: str | None, statuses: Sequence[str], *, search: str, limit: int | None
) -> list[Market]:
    """The markets that are asked for in words."""
    return catalogue.markets(
        VenueName(venue) if venue else None,
        search=search,
        statuses=[MarketStatus(status) for status in statuses],
        limit=limit,
    )


def none_found(catalogue: Catalogue) -> str:
    """Why nothing is listed."""
    return "no such market" if catalogue.counts() else "no markets yet; `arbkit markets sync` reads the catalogues"


def one_market(catalogue: Catalogue, text: str, venue: VenueName | None = None) -> Market:
    """Find a market by `venue:key`, by its key, or by the beginning of its key if only one market has it;
    `venue` is where to look when the text does not say.

    Raises BadId when there is none, UsageError when there are several.
    """
    named, colon, key = text.partition(":")
    prefix = key if colon and named in set(VenueName) else text
    only = VenueName(named) if prefix != text else venue
    for name in (only,) if only else VenueName:
        if found := catalogue.market(MarketId(name, prefix)):
            return found
    if not catalogue.counts():
        raise BadId(text, "an id of `arbkit markets list`; nothing was read yet, run `arbkit markets sync` first")
    begun = [market for market in catalogue.markets(only, search=prefix) if market.id.key.startswith(prefix)]
    if not begun or not prefix:
        near = nearest(prefix, (market.id.key for market in catalogue.markets(only)))
        raise BadId(text, "an id of `arbkit markets list`, or the beginning of one", near=near)
    if len(begun) > 1:
        some = ", ".join(str(market.id) for market in begun[:_SHOWN_MAX])
        raise UsageError(f"{text!r} begins {len(begun)} ids: {some}{', ...' if len(begun) > _SHOWN_MAX else ''}")
    return begun[0]
