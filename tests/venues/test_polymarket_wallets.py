"""Wallets of a key: held against addresses that the venue's own client derives; another wallet's is refused."""

import pytest

from arbkit.errors import AuthError
from arbkit.venues.polymarket.signing import SignatureType, TradingAccount, Wallet
from arbkit.venues.polymarket.wallets import check_owner, wallets_of
from arbkit.venues.secrets import Secret

KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The public development key number 0 of Hardhat and Anvil."""
FIRST, SECOND = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

# Derived by polymarket-client 0.14.0, environment "production".
DERIVED = [
    (FIRST, SignatureType.PROXY, {"0x365f0CA36Ae1f641E02fE3B7743673da42A13A70"}),
    (FIRST, SignatureType.SAFE, {"0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"}),
    (
        FIRST,
        SignatureType.DEPOSIT_WALLET,
        {"0xdf8b9E8f9AB23f261F6e1B171B7454ae6E46Ba76", "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50"},
    ),
    (SECOND, SignatureType.PROXY, {"0xd9d24e482c11F586cd9A1a53dC3eEc6dE3883862"}),
    (SECOND, SignatureType.SAFE, {"0x8ac5D4Bd2752AFc9F5CA531f19D617647216B893"}),
    (
        SECOND,
        SignatureType.DEPOSIT_WALLET,
        {"0x5F4f45aBd6e86C60B3Df2a4aF103f85256A2Ce6d", "0x4Fe2CC4925607a473264FA89e7138075695A5F8e"},
    ),
    (FIRST, SignatureType.EOA, {FIRST}),
]


@pytest.mark.parametrize(("key", "kind", "wallets"), DERIVED)
def test_the_wallets_of_a_key_are_those_the_venue_s_client_derives(
    key: str, kind: SignatureType, wallets: set[str]
) -> None:
    assert wallets_of(key, kind) == wallets


@pytest.mark.parametrize("kind", list(SignatureType))
def test_a_key_may_act_for_its_own_wallets(kind: SignatureType) -> None:
    for funder in wallets_of(FIRST, kind):
        check_owner(TradingAccount(Wallet(Secret(KEY)), kind, funder))


@pytest.mark.parametrize("kind", [SignatureType.PROXY, SignatureType.SAFE, SignatureType.DEPOSIT_WALLET])
def test_a_key_of_another_wallet_is_refused_with_the_ways_out_and_without_the_key(kind: SignatureType) -> None:
    [other, *_] = wallets_of(SECOND, kind)
    with pytest.raises(AuthError, match="no wallet of this key") as refused:
        check_owner(TradingAccount(Wallet(Secret(KEY)), kind, other))
    assert other in str(refused.value)
    assert KEY not in str(refused.value)
