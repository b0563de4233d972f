"""Our signatures against those of the venue's own clients, on random orders.

Runs where both clients are installed (`pip install .[oracle]` in an environment of its own); skipped elsewhere.
"""

import json
import random
from datetime import UTC, datetime

import pytest

from arbkit.core.orders import Action
from arbkit.venues.polymarket.signing import (
    CHAIN_ID,
    CTF_EXCHANGE,
    EXCHANGE_V3,
    NEG_RISK_EXCHANGE,
    SALT_LIMIT,
    ApiCredentials,
    Exchange,
    Order,
    SignatureType,
    TradingAccount,
    Wallet,
    checksummed,
    exchange_for,
    l1_headers,
    order_id,
)
from arbkit.venues.secrets import Secret

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

WHY = "the venue's clients are not installed here"
eth_account = pytest.importorskip("eth_account", reason=WHY)
old_builder = pytest.importorskip("py_clob_client_v2.order_utils.exchange_order_builder_v2", reason=WHY)
old_config = pytest.importorskip("py_clob_client_v2.config", reason=WHY)
old_model = pytest.importorskip("py_clob_client_v2.order_utils.model.order_data_v2", reason=WHY)
old_signing = pytest.importorskip("py_clob_client_v2.signing", reason=WHY)
old_signer = pytest.importorskip("py_clob_client_v2.signer", reason=WHY)
new_environments = pytest.importorskip("polymarket.environments", reason=WHY)
new_environment = pytest.importorskip("polymarket._internal.environment", reason=WHY)
new_hmac = pytest.importorskip("polymarket._internal.hmac", reason=WHY)
new_l1 = pytest.importorskip("polymarket._internal.l1_auth", reason=WHY)
new_protocol = pytest.importorskip("polymarket._internal.protocol", reason=WHY)
new_orders = pytest.importorskip("polymarket._internal.actions.orders.types", reason=WHY)
new_typed_data = pytest.importorskip("polymarket._internal.actions.orders.typed_data", reason=WHY)

SEEDS = range(150)


def a_key(dice: random.Random) -> str:
    return "0x" + dice.randbytes(32).hex()


def an_asset(dice: random.Random) -> str:
    number = dice.getrandbits(256)
    if dice.random() < 0.4:
        number &= ~(((1 << 64) - 1) << 40)
    return str(number)


def an_order(dice: random.Random, wallet: Wallet) -> tuple[Order, Exchange]:
    kind = dice.choice(list(SignatureType))
    account = TradingAccount(wallet, kind, "" if kind is SignatureType.EOA else checksummed(dice.randbytes(20)))
    order = Order(
        salt=dice.randrange(1, SALT_LIMIT),
        maker=account.maker,
        signer=account.signer,
        asset_id=an_asset(dice),
        maker_amount=dice.randrange(1, 10**12),
        taker_amount=dice.randrange(1, 10**12),
        action=dice.choice(list(Action)),
        signature_type=kind,
        timestamp_ms=dice.randrange(1, 10**13),
        builder=dice.randbytes(32) if dice.random() < 0.5 else bytes(32),
    )
    return order, exchange_for(order.asset_id, neg_risk=dice.random() < 0.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_order_is_signed_as_py_clob_client_v2_signs_it(seed: int) -> None:
    dice = random.Random(seed)
    key = a_key(dice)
    wallet = Wallet(Secret(key))
    order, exchange = an_order(dice, wallet)
    builder = old_builder.ExchangeOrderBuilderV2(
        exchange.address,
        CHAIN_ID,
        old_signer.Signer(key, CHAIN_ID),
        generate_salt=lambda: str(order.salt),
        domain_version=exchange.version,
    )
    wanted = old_model.OrderDataV2(
        maker=order.maker,
        signer=order.signer,
        tokenId=order.asset_id,
        makerAmount=str(order.maker_amount),
        takerAmount=str(order.taker_amount),
        side=0 if order.action is Action.BUY else 1,
        signatureType=int(order.signature_type),
        timestamp=str(order.timestamp_ms),
        builder="0x" + order.builder.hex(),
    )

    signed = builder.build_signed_order(wanted)

    assert wallet.sign_order(order, exchange) == signed.signature
    assert order_id(order, exchange) == builder.build_order_hash(builder.build_order_typed_data(signed))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_order_is_signed_as_polymarket_client_signs_it(seed: int) -> None:
    dice = random.Random(1_000 + seed)
    key = a_key(dice)
    wallet = Wallet(Secret(key))
    order, exchange = an_order(dice, wallet)
    wanted = new_orders.UnsignedOrder(
        chain_id=CHAIN_ID,
        builder="0x" + order.builder.hex(),
        exchange_address=exchange.address,
        expiration=0,
        maker=order.maker,
        maker_amount=order.maker_amount,
        metadata="0x" + order.metadata.hex(),
        order_type="FOK",
        salt=order.salt,
        side="BUY" if order.action is Action.BUY else "SELL",
        signature_type=int(order.signature_type),
        signer=order.signer,
        taker_amount=order.taker_amount,
        timestamp=order.timestamp_ms,
        token_id=order.asset_id,
        protocol_version=exchange.version,
    )

    typed = new_typed_data.build_order_typed_data(wanted)
    signed = eth_account.Account.from_key(key).sign_typed_data(full_message=typed)
    signature = new_typed_data.build_order_signature(wanted, "0x" + signed.signature.hex())

    assert wallet.sign_order(order, exchange) == signature
    assert (exchange is EXCHANGE_V3) == new_protocol.is_v2_position_id(order.asset_id)


@pytest.mark.parametrize("seed", range(20))
def test_requests_and_statements_are_signed_as_both_clients_sign_them(seed: int) -> None:
    dice = random.Random(2_000 + seed)
    key, at, nonce = a_key(dice), dice.randrange(1, 2**32), dice.randrange(5)
    wallet = Wallet(Secret(key))
    headers = l1_headers(wallet, now=datetime.fromtimestamp(at, UTC), nonce=nonce)
    secret = "".join(dice.choices("ABCDEFabcdef0123456789-_", k=44))
    body = json.dumps({"orderID": a_key(dice)}, separators=(",", ":"))
    ours = ApiCredentials("key", Secret(secret), Secret("")).signature("POST", "/order", body.encode(), timestamp_s=at)

    account = eth_account.Account.from_key(key)
    assert headers["POLY_ADDRESS"] == account.address
    assert (
        headers["POLY_SIGNATURE"]
        == new_l1.sign_api_key_auth(account, chain_id=CHAIN_ID, timestamp=at, nonce=nonce).signature
    )
    assert headers["POLY_SIGNATURE"] == old_signing.sign_clob_auth_message(old_signer.Signer(key, CHAIN_ID), at, nonce)
    assert ours == new_hmac.build_hmac_signature(secret=secret, timestamp=at, method="POST", path="/order", body=body)
    assert ours == old_signing.build_hmac_signature(secret, str(at), "POST", "/order", body)


def test_the_contracts_are_those_of_both_clients() -> None:
    old = old_config.get_contract_config(CHAIN_ID)
    new = new_environment.get_environment_config(new_environments.PRODUCTION)

    assert CTF_EXCHANGE.address == old.exchange_v2 == new.standard_exchange
    assert NEG_RISK_EXCHANGE.address == old.neg_risk_exchange_v2 == new.neg_risk_exchange
    assert EXCHANGE_V3.address == new.exchange_v3
