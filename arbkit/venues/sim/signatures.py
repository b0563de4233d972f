"""Checks what clients sign, on its own reading of the rules: Kalshi's request signatures, Polymarket's orders and keys.

Rules: docs.kalshi.com (API keys) for RSA-PSS and Ed25519; EIP-712 and ERC-7739 as used by Polymarket's exchange
contracts of 2026 (domain versions 2 and 3) and by its deposit wallets; HMAC-SHA256 for its API keys. Nothing is signed.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from Crypto.Hash import keccak
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from arbkit.core import curve
from arbkit.errors import UsageError

try:
    import coincurve
except ImportError:  # slower without it
    _QUICK = False
else:
    _QUICK = True

VerifyingKey = RSAPublicKey | Ed25519PublicKey

CHAIN_ID = 137
ORDER_TYPE = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)"
)
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_SHORT_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId)"
_WRAP_TYPE = (
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
)
_LOGIN_TYPE = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"
_LOGIN_TEXT = "This message attests that I control the given wallet"
_ECDSA_LENGTH = 65
POLY_1271 = 3


@dataclass(frozen=True, slots=True)
class Domain:
    """An exchange contract as EIP-712 sees it."""

    version: str
    contract: str


EXCHANGE = Domain("2", "0xE111180000d2663C0091e4f400237545B87B996B")
NEG_RISK_EXCHANGE = Domain("2", "0xe2222d279d744050d28e00520010520000310F59")
EXCHANGE_V3 = Domain("3", "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderToCheck:
    """The signed fields of a Polymarket order. `side` is 0 to buy, 1 to sell; `metadata` and `builder` are 32 bytes."""

    salt: int
    maker: str
    signer: str
    token_id: int
    maker_amount: int
    taker_amount: int
    side: int
    signature_type: int
    timestamp: int
    metadata: bytes
    builder: bytes


def load_verifying_key(pem: bytes) -> VerifyingKey:
    """Read a public key in PEM; raises UsageError when it is neither RSA nor Ed25519."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        raise UsageError("the public key is not PEM") from None
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise UsageError("the public key is neither RSA nor Ed25519")
    return key


def request_signature_holds(key: VerifyingKey, *, timestamp: str, method: str, path: str, signature: str) -> bool:
    """Whether a Kalshi request was signed with this key: timestamp, method and path without query, base64."""
    text = f"{timestamp}{method}{path}".encode()
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(given, text)
        else:
            padding = PSS(mgf=MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
            key.verify(given, text, padding, hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def order_id(order: OrderToCheck, domain: Domain) -> str:
    """The hash of an order in its exchange's domain: its id at the venue, whatever the kind of signature."""
    return "0x" + _typed_hash(_separator(domain), _order_struct(order)).hex()


def order_signer(order: OrderToCheck, domain: Domain, signature: str) -> str | None:
    """The address whose key signed, in lower case; None when the signature is malformed.

    For a deposit wallet (type 3) the signature is over the ERC-7739 wrap, followed by the domain separator, the order's
    struct hash, the type text and its length, each of which must be right.
    """
    try:
        given = bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        return None
    separator, struct = _separator(domain), _order_struct(order)
    if order.signature_type != POLY_1271:
        return _recovered(_typed_hash(separator, struct), given)
    tail = separator + struct + ORDER_TYPE.encode() + len(ORDER_TYPE).to_bytes(2, "big")
    if given[_ECDSA_LENGTH:] != tail:
        return None
    wrap = _keccak(
        _keccak((_WRAP_TYPE + ORDER_TYPE).encode())
        + struct
        + _keccak(b"DepositWallet")
        + _keccak(b"1")
        + _word(CHAIN_ID)
        + _address_word(order.maker)
        + bytes(32)
    )
    return _recovered(_typed_hash(separator, wrap), given[:_ECDSA_LENGTH])


def login_signer(*, address: str, timestamp: str, nonce: int, signature: str) -> str | None:
    """The address whose key signed an L1 login, in lower case; None when the signature is malformed."""
    try:
        given = bytes.fromhex(signature.removeprefix("0x"))
        owner = _address_word(address)
    except ValueError:
        return None
    separator = _keccak(
        _keccak(_SHORT_DOMAIN_TYPE.encode()) + _keccak(b"ClobAuthDomain") + _keccak(b"1") + _word(CHAIN_ID)
    )
    struct = _keccak(
        _keccak(_LOGIN_TYPE.encode())
        + owner
        + _keccak(timestamp.encode())
        + _word(nonce)
        + _keccak(_LOGIN_TEXT.encode())
    )
    return _recovered(_typed_hash(separator, struct), given)


def api_signature_holds(secret: str, *, timestamp: str, method: str, path: str, body: bytes, signature: str) -> bool:
    """Whether an L2 request was signed with the secret of its API key, over the raw body."""
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    wanted = hmac.new(key, f"{timestamp}{method}{path}".encode() + body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(wanted).decode(), signature)


def _order_struct(order: OrderToCheck) -> bytes:
    return _keccak(
        _keccak(ORDER_TYPE.encode())
        + _word(order.salt)
        + _address_word(order.maker)
        + _address_word(order.signer)
        + _word(order.token_id)
        + _word(order.maker_amount)
        + _word(order.taker_amount)
        + _word(order.side)
        + _word(order.signature_type)
        + _word(order.timestamp)
        + order.metadata
        + order.builder
    )


def _separator(domain: Domain) -> bytes:
    return _keccak(
        _keccak(_DOMAIN_TYPE.encode())
        + _keccak(b"Polymarket CTF Exchange")
        + _keccak(domain.version.encode())
        + _word(CHAIN_ID)
        + _address_word(domain.contract)
    )


def _typed_hash(separator: bytes, struct: bytes) -> bytes:
    return _keccak(b"\x19\x01" + separator + struct)


def _recovered(digest: bytes, signature: bytes) -> str | None:
    if len(signature) != _ECDSA_LENGTH or signature[64] not in (27, 28):
        return None
    public = _public_of(digest, signature[:64], signature[64] - 27)
    return None if public is None else "0x" + _keccak(public)[12:].hex()


def _public_of(digest: bytes, signature: bytes, parity: int) -> bytes | None:
    if not _QUICK:
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        point = curve.signer(digest, r=r, s=s, odd=parity == 1)
        return None if point is None else curve.octets(point)
    try:
        key = coincurve.PublicKey.from_signature_and_message(signature + bytes([parity]), digest, hasher=None)
    except ValueError:
        return None
    return key.format(compressed=False)[1:]


def _keccak(content: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=content).digest()


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address_word(address: str) -> bytes:
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != 20:
        raise ValueError("an address has 20 bytes")
    return bytes(12) + raw
