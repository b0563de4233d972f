"""Capital: how money is spread over both venues, and what a person might do about it (specification section 7).

Nothing here moves money: at this size that is a person's act, it costs 1 to 2 % and takes days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arbkit.core.markets import VenueName
from arbkit.core.money import MICRO, ZERO_USD, Usd, plain

LOW = Usd(20 * MICRO)
"""Below this a venue's cash is low (specification sections 7.1 and 8.2)."""

SHARE = Usd(50 * MICRO)
"""What the specification allots to each venue, of $100 in all."""

ASIDE = Usd(10 * MICRO)
"""Of Polymarket's share, for gas."""

COST_PPM = (10_000, 20_000)
"""What moving money from one venue to the other costs: bridge, spread, gas."""

ROUTES: Mapping[VenueName, str] = {
    VenueName.POLYMARKET: "withdraw USDC to Ethereum, turn it into dollars (Coinbase or alike), deposit them at Kalshi",
    VenueName.KALSHI: "withdraw dollars from Kalshi (the next day), buy USDC, bridge it to Polygon, deposit it",
}
"""How money leaves a venue for the other one (specification section 7.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capital:
    """The money at one venue."""

    venue: VenueName
    cash: Usd
    reserved: Usd = ZERO_USD
    """Of the cash, spoken for by orders that are open."""
    at_work: Usd = ZERO_USD
    """What the open positions cost."""
    due: Usd = ZERO_USD
    """Settled, and not seen yet."""

    @property
    def total(self) -> Usd:
        """All that is there, positions at cost."""
        return self.cash + self.at_work + self.due

    @property
    def is_low(self) -> bool:
        """Whether little is left to trade with."""
        return self.cash < LOW


def advice(capitals: Sequence[Capital]) -> list[str]:
    """What might be done, in words; nothing where both venues have enough."""
    said = [f"{one.venue} is low: ${one.cash} is below ${LOW}" for one in capitals if one.is_low]
    poor = min(capitals, key=lambda one: one.cash)
    rich = max(capitals, key=lambda one: one.cash)
    spare = rich.cash.micros - poor.cash.micros
    if not poor.is_low or rich.venue is poor.venue:
        return said
    if rich.is_low or spare < LOW.micros:
        return [*said, f"there is not enough at {rich.venue} to share: deposit at {poor.venue}, up to ${SHARE} there"]
    moved = Usd(spare // 2 // MICRO * MICRO)
    least, most = (plain(moved.micros * ppm // MICRO) for ppm in COST_PPM)
    said.append(
        f"to level both, move ${moved} from {rich.venue} to {poor.venue}: {ROUTES[rich.venue]}; it costs about "
        f"${least} to ${most} and takes days"
    )
    said.append(f"trades that close what is held bring money back to {poor.venue}, too: see `arbkit positions --pairs`")
    return said


def beyond_allotment(capitals: Sequence[Capital]) -> list[str]:
    """Where more lies at a venue than the specification allots: all of it is at that venue's risk."""
    return [
        f"{one.venue} holds ${one.total}; the specification allots ${SHARE}"
        + (f", ${ASIDE} of it for gas" if one.venue is VenueName.POLYMARKET else "")
        for one in capitals
        if one.total > SHARE
    ]
