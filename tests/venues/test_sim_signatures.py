"""The simulator's own reading of how clients sign, held against reference vectors."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from arbkit.errors import UsageError
from arbkit.venues.sim import signatures as sim
from arbkit.venues.sim.world.model import JsonObject

VECTORS = Path(__file__).resolve().parents[3] / "shared/samples/polymarket/signing_test_vectors.json"
ORDERS = ["v2_eoa", "v2_negrisk_eoa", "v2_safe", "v2_deposit", "v3_deposit"]


@pytest.fixture(scope="module")
def vectors() -> JsonObject:
    return json.loads(VECTORS.read_text())


def the_order(vectors: JsonObject, name: str, **more: object) -> tuple[sim.OrderToCheck, sim.Domain]:
    common, order = vectors["order_common"], vectors["orders"][name]
    wallets = {"eoa": vectors["eoa"], "wallet": vectors["deposit_or_safe_wallet"]}
    fields: JsonObject = {
        "salt": common["salt"],
        "maker": wallets[order["maker"]],
        "signer": wallets[order["signer"]],
        "token_id": int(common["tokenId"]),
        "maker_amount": int(common["makerAmount"]),
        "taker_amount": int(common["takerAmount"]),
        "side": 0,
        "signature_type": order["signatureType"],
        "timestamp": int(common["timestamp"]),
        "metadata": bytes(32),
        "builder": bytes(32),
    }
    return sim.OrderToCheck(**(fields | more)), sim.Domain(order["domainVersion"], order["verifyingContract"])


@pytest.mark.shared
@pytest.mark.parametrize("name", ORDERS)
def test_the_id_and_the_signer_of_an_order_are_found(vectors: JsonObject, name: str) -> None:
    order, domain = the_order(vectors, name)

    assert sim.order_id(order, domain) == vectors["orders"][name]["orderID"]
    assert sim.order_signer(order, domain, vectors["orders"][name]["signature"]) == vectors["eoa"].lower()


@pytest.mark.shared
@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("change", [{"maker_amount": 5_220_001}, {"side": 1}, {"timestamp": 1_710_000_000_001}])
def test_a_changed_order_has_another_signer(vectors: JsonObject, name: str, change: JsonObject) -> None:
    order, domain = the_order(vectors, name, **change)

    assert sim.order_signer(order, domain, vectors["orders"][name]["signature"]) != vectors["eoa"].lower()


@pytest.mark.shared
@pytest.mark.parametrize("name", ORDERS)
def test_the_domain_of_another_exchange_does_not_do(vectors: JsonObject, name: str) -> None:
    order, domain = the_order(vectors, name)
    other = sim.NEG_RISK_EXCHANGE if domain == sim.EXCHANGE else sim.EXCHANGE

    assert sim.order_signer(order, other, vectors["orders"][name]["signature"]) != vectors["eoa"].lower()


@pytest.mark.shared
@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 317])
@pytest.mark.parametrize("name", ["v2_eoa", "v2_deposit"])
def test_a_malformed_signature_has_no_signer(vectors: JsonObject, name: str, signature: str) -> None:
    order, domain = the_order(vectors, name)

    assert sim.order_signer(order, domain, signature) is None


@pytest.mark.shared
def test_the_signer_of_a_login_is_found(vectors: JsonObject) -> None:
    login = vectors["l1_clob_auth"]
    fields = {"address": login["address"], "timestamp": login["timestamp"], "nonce": 0}

    assert sim.login_signer(**fields, signature=login["signature"]) == vectors["eoa"].lower()
    assert sim.login_signer(**(fields | {"nonce": 1}), signature=login["signature"]) != vectors["eoa"].lower()


@pytest.mark.shared
def test_requests_signed_with_an_api_key_are_told_from_others(vectors: JsonObject) -> None:
    secret = vectors["l2_hmac"]["api_secret"]
    for case in vectors["l2_hmac"]["cases"]:
        body = (case["body"] or "").encode()
        fields = {"timestamp": str(case["timestamp"]), "method": case["method"], "path": case["path"]}
        assert sim.api_signature_holds(secret, **fields, body=body, signature=case["signature"])
        assert not sim.api_signature_holds(secret, **fields, body=body + b" ", signature=case["signature"])


def public_pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_both_kinds_of_request_signatures_are_checked() -> None:
    old, new = rsa.generate_private_key(public_exponent=65537, key_size=2048), ed25519.Ed25519PrivateKey.generate()
    fields = {"timestamp": "1703123456789", "method": "GET", "path": "/trade-api/v2/portfolio/balance"}
    text = "".join(fields.values()).encode()
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signed = {old: old.sign(text, pss, hashes.SHA256()), new: new.sign(text)}

    for key, signature in signed.items():
        verifying = sim.load_verifying_key(public_pem(key))
        given = base64.b64encode(signature).decode()
        assert sim.request_signature_holds(verifying, **fields, signature=given)
        assert not sim.request_signature_holds(verifying, **(fields | {"method": "POST"}), signature=given)
        assert not sim.request_signature_holds(verifying, **fields, signature="not base64!")


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError):
        sim.load_verifying_key(b"not a key")
