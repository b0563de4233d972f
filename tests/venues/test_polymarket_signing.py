"""Polymarket's signatures: equal to the reference byte for byte, and never talkative."""

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from coincurve import PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core import curve
from arbkit.core.orders import Action
from arbkit.errors import AuthError, InvariantError, SchemaMismatch, UsageError
from arbkit.venues.polymarket import signing
from arbkit.venues.polymarket.signing import (
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
    keccak_256,
    l1_headers,
    l2_headers,
    order_id,
    parse_address,
    random_salt,
)
from arbkit.venues.secrets import Secret

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "polymarket" / "signing_vectors.json").read_text())
WALLET = Wallet(Secret(VECTORS["private_key"]))
FUNDER = VECTORS["orders"][3]["maker"]
NOW = datetime(2026, 11, 25, 12, 0, 0, 999_000, tzinfo=UTC)
EXCHANGES = {exchange.address: exchange for exchange in (CTF_EXCHANGE, NEG_RISK_EXCHANGE, EXCHANGE_V3)}


def an_order(**changes: object) -> Order:
    defaults: dict[str, object] = {
        "salt": 1,
        "maker": WALLET.address,
        "signer": WALLET.address,
        "asset_id": str(1 << 200),
        "maker_amount": 5_000_000,
        "taker_amount": 10_000_000,
        "action": Action.BUY,
        "signature_type": SignatureType.EOA,
        "timestamp_ms": 1_795_608_000_000,
    }
    return Order(**{**defaults, **changes})


@pytest.mark.shared
@pytest.mark.parametrize("name", ["v2_eoa", "v2_negrisk_eoa", "v2_safe", "v2_deposit", "v3_deposit"])
def test_an_order_is_signed_as_the_reference_signs_it(shared: Path, name: str) -> None:
    reference = json.loads((shared / "samples/polymarket/signing_test_vectors.json").read_text())
    wanted, common = reference["orders"][name], reference["order_common"]
    addresses = {"eoa": reference["eoa"], "wallet": reference["deposit_or_safe_wallet"]}
    wallet = Wallet(Secret(reference["private_key"]))
    exchange = EXCHANGES[wanted["verifyingContract"]]
    order = Order(
        salt=common["salt"],
        maker=addresses[wanted["maker"]],
        signer=addresses[wanted["signer"]],
        asset_id=common["tokenId"],
        maker_amount=int(common["makerAmount"]),
        taker_amount=int(common["takerAmount"]),
        action=Action.BUY,
        signature_type=SignatureType(wanted["signatureType"]),
        timestamp_ms=int(common["timestamp"]),
    )

    assert wallet.address == reference["eoa"]
    assert exchange.version == wanted["domainVersion"]
    assert "0x" + exchange.separator.hex() == wanted["domainSeparator"]
    assert "0x" + order.struct_hash.hex() == wanted["contentsHash"]
    assert order_id(order, exchange) == wanted["orderID"]
    assert wallet.sign_order(order, exchange) == wanted["signature"]


@pytest.mark.shared
def test_requests_and_the_statement_of_control_are_signed_as_the_reference_does(shared: Path) -> None:
    reference = json.loads((shared / "samples/polymarket/signing_test_vectors.json").read_text())
    auth, requests = reference["l1_clob_auth"], reference["l2_hmac"]
    wallet = Wallet(Secret(reference["private_key"]))
    credentials = ApiCredentials("key", Secret(requests["api_secret"]), Secret("pass"))

    assert wallet.sign_auth(timestamp_s=int(auth["timestamp"]), nonce=auth["nonce"]) == auth["signature"]
    for case in requests["cases"]:
        body = (case["body"] or "").encode()
        signed = credentials.signature(case["method"], case["path"], body, timestamp_s=case["timestamp"])
        assert signed == case["signature"]


@pytest.mark.parametrize("wanted", VECTORS["orders"], ids=lambda row: f"type{row['signature_type']}-{row['action']}")
def test_an_order_is_signed_as_it_always_was(wanted: dict[str, object]) -> None:
    """The vectors were computed by this code once it agreed with the reference and with both official clients."""
    order = an_order(
        **{
            key: wanted[key]
            for key in ("salt", "maker", "signer", "asset_id", "maker_amount", "taker_amount", "timestamp_ms")
        },
        action=Action(wanted["action"]),
        signature_type=SignatureType(wanted["signature_type"]),
        builder=bytes.fromhex(str(wanted["builder"])),
    )
    exchange = exchange_for(order.asset_id, neg_risk=bool(wanted["neg_risk"]))

    assert exchange.address == wanted["exchange"]
    assert order_id(order, exchange) == wanted["order_id"]
    assert WALLET.sign_order(order, exchange) == wanted["signature"]


def test_headers_carry_what_they_always_did() -> None:
    auth, request = VECTORS["auth"], VECTORS["hmac"]
    credentials = ApiCredentials("key", Secret(request["secret"]), Secret("pass"))

    assert l1_headers(WALLET, now=NOW, nonce=auth["nonce"]) == {
        "POLY_ADDRESS": VECTORS["address"],
        "POLY_SIGNATURE": auth["signature"],
        "POLY_TIMESTAMP": str(auth["timestamp_s"]),
        "POLY_NONCE": "3",
    }
    assert l2_headers(
        WALLET.address, credentials, request["method"], request["path"], request["body"].encode(), now=NOW
    ) == {
        "POLY_ADDRESS": VECTORS["address"],
        "POLY_API_KEY": "key",
        "POLY_PASSPHRASE": "pass",
        "POLY_SIGNATURE": request["signature"],
        "POLY_TIMESTAMP": str(request["timestamp_s"]),
    }


def test_a_query_is_not_signed_and_padding_may_be_missing() -> None:
    full = ApiCredentials("key", Secret("AAECAwQF-_8="), Secret(""))
    bare = ApiCredentials("key", Secret("AAECAwQF-_8"), Secret(""))

    plain = full.signature("GET", "/data/orders", b"", timestamp_s=1)

    assert full.signature("GET", "/data/orders?market=0x1", b"", timestamp_s=1) == plain
    assert bare.signature("GET", "/data/orders", b"", timestamp_s=1) == plain
    assert full.signature("GET", "/data/orders", b"", timestamp_s=2) != plain


def test_the_hash_is_keccak_and_not_sha3() -> None:
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize(
    "address",
    [  # EIP-55
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_are_written_with_their_checksum(address: str) -> None:
    assert checksummed(bytes.fromhex(address[2:])) == address
    assert parse_address(address) == address
    assert parse_address(address.lower()) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        "0x" + "g" * 40,
        " 0x" + "a" * 40,
    ],
)
def test_a_mistyped_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text)


@pytest.mark.parametrize(
    ("asset_id", "neg_risk", "exchange"),
    [
        (str((1 << 256) - 1), False, CTF_EXCHANGE),
        (str((1 << 256) - 1), True, NEG_RISK_EXCHANGE),
        (str(1 << 40), False, CTF_EXCHANGE),
        (str(1 << 103), True, NEG_RISK_EXCHANGE),
        (str(1 << 104), True, EXCHANGE_V3),
        (str((1 << 40) - 1), False, EXCHANGE_V3),
    ],
)
def test_the_exchange_follows_from_the_asset(asset_id: str, neg_risk: bool, exchange: Exchange) -> None:
    assert exchange_for(asset_id, neg_risk=neg_risk) is exchange


def recovered(signature: str, digest: bytes) -> str:
    raw = bytes.fromhex(signature[2:])[:65]
    public = PublicKey.from_signature_and_message(raw[:64] + bytes([raw[64] - 27]), digest, hasher=None)
    return checksummed(keccak_256(public.format(compressed=False)[1:])[-20:])


orders = st.builds(
    an_order,
    salt=st.integers(1, SALT_LIMIT - 1),
    asset_id=st.integers(1, (1 << 256) - 1).map(str),
    maker_amount=st.integers(1, 10**15),
    taker_amount=st.integers(1, 10**15),
    action=st.sampled_from(Action),
    timestamp_ms=st.integers(1, 10**14),
    builder=st.binary(min_size=32, max_size=32),
)


@given(order=orders, neg_risk=st.booleans())
def test_the_signer_can_be_recovered_from_any_order(order: Order, neg_risk: bool) -> None:
    exchange = exchange_for(order.asset_id, neg_risk=neg_risk)

    signature = WALLET.sign_order(order, exchange)

    assert recovered(signature, bytes.fromhex(order_id(order, exchange)[2:])) == WALLET.address
    assert int(signature[66:130], 16) <= 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@given(order=orders)
def test_a_wrapped_signature_carries_the_order_it_is_for(order: Order) -> None:
    wrapped = replace(order, maker=FUNDER, signer=FUNDER, signature_type=SignatureType.DEPOSIT_WALLET)

    raw = bytes.fromhex(WALLET.sign_order(wrapped, CTF_EXCHANGE)[2:])

    assert len(raw) == 317
    assert raw[65:97] == CTF_EXCHANGE.separator
    assert raw[97:129] == wrapped.struct_hash
    assert int.from_bytes(raw[-2:], "big") == len(raw[129:-2]) == 186


@pytest.mark.parametrize(
    "change",
    [
        {"salt": 2},
        {"maker": FUNDER},
        {"signer": FUNDER},
        {"asset_id": "7"},
        {"maker_amount": 1},
        {"taker_amount": 1},
        {"action": Action.SELL},
        {"signature_type": SignatureType.SAFE},
        {"timestamp_ms": 1},
        {"metadata": b"\x01" * 32},
        {"builder": b"\x01" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_of_an_order_changes_its_id(change: dict[str, object]) -> None:
    assert order_id(an_order(**change), CTF_EXCHANGE) != order_id(an_order(), CTF_EXCHANGE)


@pytest.mark.parametrize(
    "change",
    [
        {"salt": 0},
        {"salt": SALT_LIMIT},
        {"maker_amount": 0},
        {"taker_amount": -1},
        {"asset_id": "0"},
        {"asset_id": str(1 << 256)},
        {"timestamp_ms": 0},
        {"metadata": b""},
    ],
)
def test_an_order_that_cannot_be_is_a_bug(change: dict[str, object]) -> None:
    with pytest.raises(InvariantError):
        an_order(**change)


def test_salts_fit_a_json_number_and_differ() -> None:
    salts = {random_salt() for _ in range(1_000)}

    assert len(salts) == 1_000
    assert all(0 < salt < SALT_LIMIT for salt in salts)


def test_a_wallet_does_not_sign_for_another() -> None:
    with pytest.raises(InvariantError):
        WALLET.sign_order(an_order(signer=FUNDER, signature_type=SignatureType.SAFE), CTF_EXCHANGE)
    with pytest.raises(InvariantError):
        WALLET.sign_order(an_order(signer=FUNDER, signature_type=SignatureType.DEPOSIT_WALLET), CTF_EXCHANGE)


@pytest.mark.parametrize(
    ("kind", "maker", "signer"),
    [
        (SignatureType.EOA, WALLET.address, WALLET.address),
        (SignatureType.PROXY, FUNDER, WALLET.address),
        (SignatureType.SAFE, FUNDER, WALLET.address),
        (SignatureType.DEPOSIT_WALLET, FUNDER, FUNDER),
    ],
)
def test_maker_and_signer_follow_from_the_kind_of_account(kind: SignatureType, maker: str, signer: str) -> None:
    account = TradingAccount(WALLET, kind, "" if kind is SignatureType.EOA else FUNDER.lower())

    assert (account.maker, account.signer) == (maker, signer)


def test_an_account_whose_funder_does_not_fit_is_refused() -> None:
    with pytest.raises(AuthError, match="has no funder"):
        TradingAccount(WALLET, SignatureType.EOA, FUNDER)
    with pytest.raises(AuthError, match=r"polymarket\.funder"):
        TradingAccount(WALLET, SignatureType.DEPOSIT_WALLET)


@pytest.mark.parametrize("text", ["", "0x", "12", "0x" + "0" * 64, "f" * 64, "g" * 64, VECTORS["private_key"] + "0"])
def test_a_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(AuthError) as caught:
        Wallet(Secret(text))

    assert f"Secret({len(text)} characters)" in str(caught.value)
    assert len(text) < 3 or text not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_may_come_without_prefix_and_with_a_line_end() -> None:
    assert Wallet(Secret(VECTORS["private_key"][2:] + "\n")).address == WALLET.address


def test_nothing_that_holds_a_key_shows_or_stores_it() -> None:
    credentials = ApiCredentials.parse(b'{"apiKey":"id","secret":"hush-secret","passphrase":"hush-pass"}')
    account = TradingAccount(WALLET, SignatureType.SAFE, FUNDER)

    for thing in (WALLET, credentials, account):
        for text in (repr(thing), str(thing), f"{thing}"):
            assert VECTORS["private_key"][2:] not in text
            assert "hush" not in text
        for store in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                store(thing)


def test_credentials_of_another_shape_are_refused_without_being_shown() -> None:
    with pytest.raises(SchemaMismatch) as caught:
        ApiCredentials.parse(b'{"apiKey":"id","secret":"hush-secret","passphrase":7}')

    assert "hush" not in str(caught.value)
    with pytest.raises(AuthError):
        ApiCredentials("id", Secret("not base64 !"), Secret("")).signature("GET", "/", b"", timestamp_s=1)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_without_the_c_library_keys_and_signatures_are_the_same_to_the_byte(secret: bytes, digest: bytes) -> None:
    try:
        public, sign = signing._loaded(secret)
    except ValueError:
        assert not loads(signing._loaded_without_coincurve, secret)
        return
    same, plain = signing._loaded_without_coincurve(secret)
    assert (same, plain(digest)) == (public, sign(digest))


@pytest.mark.parametrize("number", [0, curve.N, 2**256 - 1])
def test_without_the_c_library_the_same_numbers_are_no_keys(number: int) -> None:
    for load in (signing._loaded, signing._loaded_without_coincurve):
        assert not loads(load, number.to_bytes(32, "big"))


def loads(load: Callable[[bytes], object], secret: bytes) -> bool:
    try:
        load(secret)
    except ValueError:
        return False
    return True
