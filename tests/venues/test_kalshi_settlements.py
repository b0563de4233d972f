"""What Kalshi's listing of settlements tells, and what only the market itself has exactly."""

from datetime import UTC, datetime
from typing import Any

import pytest

from arbkit.core.markets import MarketId, Side, VenueName
from arbkit.core.money import Price
from arbkit.errors import SchemaMismatch, VenueUnavailable
from arbkit.ports import Payout
from arbkit.venues.kalshi.account import KalshiAccount
from arbkit.venues.kalshi.signing import KalshiSigner, new_key_pem
from arbkit.venues.secrets import Secret
from tests.venues.kalshi_payloads import dumped
from tests.venues.test_kalshi_client import Answers, StoppedClock

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
MARKET = MarketId(VenueName.KALSHI, "KXVOID-26NOV24")
LISTED = "/portfolio/settlements"
SIGNER = KalshiSigner("key-1", Secret(new_key_pem()))


def listed(result: str, value: int | None) -> bytes:
    row: dict[str, Any] = {"ticker": MARKET.key, "settled_time": "2026-11-25T00:00:00Z", "market_result": result}
    return dumped({"settlements": [row if value is None else row | {"value": value}]})


def final(result: str, value: str, status: str = "finalized") -> bytes:
    market = {"ticker": MARKET.key, "status": status, "result": result, "settlement_value_dollars": value}
    return dumped({"market": market})


def account(listing: bytes, *markets: bytes) -> tuple[KalshiAccount, Answers]:
    play = Answers({LISTED: [(200, listing)]})
    if markets:
        play.by_path[f"/markets/{MARKET.key}"] = [(200, body) for body in markets]
    return KalshiAccount(play, SIGNER, StoppedClock()), play


async def paid(account: KalshiAccount) -> dict[Side, str]:
    payouts: list[Payout] = list(await account.payouts(since=SINCE))
    assert all(payout.market == MARKET for payout in payouts)
    return {payout.side: str(payout.paid) for payout in payouts}


@pytest.mark.parametrize(("result", "yes", "no"), [("yes", 100, 0), ("no", 0, 100)])
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_plain_result_is_believed_without_a_further_question(
    result: str, yes: int, no: int, is_told: bool
) -> None:
    theirs, play = account(listed(result, yes if is_told else None))

    assert await paid(theirs) == {Side.YES: str(Price(yes * 10_000)), Side.NO: str(Price(no * 10_000))}
    assert play.paths() == [LISTED]


@pytest.mark.parametrize("value", [37, None])
async def test_a_void_is_paid_to_the_micro_as_its_market_says_and_asked_for_once(value: int | None) -> None:
    theirs, play = account(listed("scalar", value), final("scalar", "0.372500"))

    for _ in range(2):
        assert await paid(theirs) == {Side.YES: "0.3725", Side.NO: "0.6275"}
    assert play.paths() == [LISTED, f"/markets/{MARKET.key}", LISTED]


async def test_a_result_that_its_own_value_contradicts_is_asked_of_the_market() -> None:
    theirs, _ = account(listed("no", 20), final("no", "0.2000"))
    with pytest.raises(SchemaMismatch, match="with the result no"):
        await paid(theirs)


async def test_what_is_not_final_yet_is_not_known_yet() -> None:
    theirs, _ = account(listed("scalar", 37), final("scalar", "0.3725", "determined"), final("scalar", "0.3725"))

    with pytest.raises(VenueUnavailable, match="does not say yet"):
        await paid(theirs)
    assert await paid(theirs) == {Side.YES: "0.3725", Side.NO: "0.6275"}
