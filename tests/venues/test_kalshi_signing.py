"""Kalshi's signatures: verified by an independent reading of the scheme, and never talkative."""

import base64
import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.errors import AuthError, InvariantError
from arbkit.venues.kalshi.signing import WS_PATH, KalshiSigner, KeyKind
from arbkit.venues.secrets import Secret

NOW = datetime(2026, 11, 25, 12, 0, 0, 123_456, tzinfo=UTC)
KEY_ID = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"
PATH = "/trade-api/v2/portfolio/balance"
PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@cache
def a_private(kind: str = "ed25519") -> PrivateKey:
    match kind:
        case "rsa":
            return rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        case "small rsa":
            return rsa.generate_private_key(public_exponent=65_537, key_size=1024)
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def a_pem(kind: str = "ed25519", *, form: str = "PKCS8", passphrase: bytes = b"") -> str:
    return (
        a_private(kind)
        .private_bytes(
            serialization.Encoding.PEM,
            getattr(serialization.PrivateFormat, form),
            serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption(),
        )
        .decode()
    )


def a_signer(kind: str = "ed25519") -> KalshiSigner:
    return KalshiSigner(KEY_ID, Secret(a_pem(kind)))


def check(kind: str, signature: str, message: str) -> None:
    """Verify as the docs describe it, without our code; raises InvalidSignature."""
    raw, public = base64.b64decode(signature, validate=True), a_private(kind).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        public.verify(raw, message.encode(), pss, hashes.SHA256())
    else:
        public.verify(raw, message.encode())


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_time_method_and_path_are_signed_without_separators(kind: str) -> None:
    headers = a_signer(kind).headers("GET", PATH, now=NOW)

    assert headers["KALSHI-ACCESS-KEY"] == KEY_ID
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == "1795608000123"
    check(kind, headers["KALSHI-ACCESS-SIGNATURE"], f"1795608000123GET{PATH}")
    with pytest.raises(InvalidSignature):
        check(kind, headers["KALSHI-ACCESS-SIGNATURE"], f"1795608000123POST{PATH}")


@pytest.mark.parametrize(
    ("kind", "form", "found"),
    [("rsa", "TraditionalOpenSSL", KeyKind.RSA), ("rsa", "PKCS8", KeyKind.RSA), ("ed25519", "PKCS8", KeyKind.ED25519)],
)
def test_the_kind_of_key_is_told_by_the_key(kind: str, form: str, found: KeyKind) -> None:
    assert KalshiSigner(KEY_ID, Secret(a_pem(kind, form=form))).kind is found


def test_a_query_is_not_signed() -> None:
    signer = a_signer()

    assert signer.headers("GET", f"{PATH}?limit=5", now=NOW) == signer.headers("GET", PATH, now=NOW)


def test_a_websocket_is_opened_with_a_signed_get() -> None:
    headers = a_signer().headers("GET", WS_PATH, now=NOW)

    check("ed25519", headers["KALSHI-ACCESS-SIGNATURE"], "1795608000123GET/trade-api/ws/v2")


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_every_attempt_has_a_signature_of_its_own(kind: str) -> None:
    signer = a_signer(kind)

    first = signer.headers("POST", PATH, now=NOW)
    second = signer.headers("POST", PATH, now=NOW + timedelta(milliseconds=1))

    assert first["KALSHI-ACCESS-SIGNATURE"] != second["KALSHI-ACCESS-SIGNATURE"]
    assert signer.verifies(first, "POST", PATH)
    assert signer.verifies(second, "POST", PATH)
    assert not signer.verifies({**first, "KALSHI-ACCESS-TIMESTAMP": second["KALSHI-ACCESS-TIMESTAMP"]}, "POST", PATH)


@pytest.mark.slow
@settings(max_examples=50)
@given(
    kind=st.sampled_from(["rsa", "ed25519"]),
    method=st.sampled_from(["GET", "POST", "DELETE", "get"]),
    rest=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?"), max_size=60),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_any_request_is_signed_so_that_the_venue_agrees(kind: str, method: str, rest: str, now: datetime) -> None:
    headers = a_signer(kind).headers(method, f"/{rest}", now=now)

    milliseconds = (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    check(kind, headers["KALSHI-ACCESS-SIGNATURE"], f"{milliseconds}{method.upper()}/{rest}")


def test_a_path_that_does_not_start_at_the_root_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        a_signer().headers("GET", "portfolio/balance", now=NOW)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: "", "not a private key in PEM form"),
        (lambda: "hush-hush", "not a private key in PEM form"),
        (lambda: a_pem()[:60] + a_pem()[70:], "not a private key in PEM form"),
        (lambda: a_pem(passphrase=b"x"), "encrypted"),
        (lambda: a_pem("small rsa"), "1024 bits"),
        (lambda: a_pem("ec"), "RSA and Ed25519"),
    ],
    ids=["empty", "text", "damaged", "encrypted", "small", "ec"],
)
def test_a_key_that_cannot_be_used_is_refused_without_being_shown(make: Callable[[], str], why: str) -> None:
    pem = make()

    with pytest.raises(AuthError, match=why) as caught:
        KalshiSigner(KEY_ID, Secret(pem))

    assert not any(line in str(caught.value) for line in pem.splitlines()[1:-1])
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("key_id", ["", "a\nb", "é", "x" * 101])
def test_a_key_id_that_is_none_is_refused(key_id: str) -> None:
    with pytest.raises(AuthError, match="key_id"):
        KalshiSigner(key_id, Secret(a_pem()))


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_signer_does_not_show_or_store_its_key(kind: str) -> None:
    signer = a_signer(kind)

    assert repr(signer) == f"KalshiSigner('{KEY_ID}', {kind})"
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            store(signer)
