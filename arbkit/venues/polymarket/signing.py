"""Polymarket's signatures: ClobAuth (L1), the HMAC of requests (L2), and orders (EIP-712, ERC-7739 wrap).

An order is twelve words of 32 bytes, so neither an Ethereum library nor an ABI encoder is needed. Sources: EIP-55,
EIP-712, ERC-7739; docs.polymarket.com, authentication and v2-migration; addresses from docs.polymarket.com, contracts.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final, NoReturn

import msgspec
from Crypto.Hash import keccak

from arbkit.core import curve
from arbkit.core.orders import Action
from arbkit.errors import AuthError, InvariantError, UsageError, shown
from arbkit.venues.polymarket.wire import fields
from arbkit.venues.secrets import Secret

try:
    import coincurve
except ImportError:  # slower without it; `doctor` says so
    _QUICK = False
else:
    _QUICK = True

CHAIN_ID: Final = 137
"""Polygon."""

SALT_LIMIT: Final = 1 << 53
"""Salts travel as JSON numbers."""

ZERO_WORD: Final = bytes(32)

_WORD_LIMIT: Final = 1 << 256
_V2_POSITION_MASK: Final = ((1 << 64) - 1) << 40
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_KEY: Final = re.compile(r"(?:0x)?([0-9a-fA-F]{64})", re.ASCII)


def keccak_256(content: bytes) -> bytes:
    """Ethereum's hash (not SHA3-256: the padding differs)."""
    return keccak.new(data=content, digest_bits=256).digest()


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


_ORDER_TYPE: Final = (
    b"Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    b"uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)"
)
_ORDER_TYPE_HASH: Final = keccak_256(_ORDER_TYPE)
_WRAP_TYPE_HASH: Final = keccak_256(
    b"TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
    + _ORDER_TYPE
)
_WALLET_DOMAIN: Final = keccak_256(b"DepositWallet") + keccak_256(b"1") + _word(CHAIN_ID)
_AUTH_TYPE_HASH: Final = keccak_256(b"ClobAuth(address address,string timestamp,uint256 nonce,string message)")
_AUTH_MESSAGE_HASH: Final = keccak_256(b"This message attests that I control the given wallet")
_AUTH_DOMAIN: Final = keccak_256(
    keccak_256(b"EIP712Domain(string name,string version,uint256 chainId)")
    + keccak_256(b"ClobAuthDomain")
    + keccak_256(b"1")
    + _word(CHAIN_ID)
)


class SignatureType(IntEnum):
    """Who holds the money and who signs for it."""

    EOA = 0
    """The signing wallet itself."""
    PROXY = 1
    """A proxy of an old e-mail account."""
    SAFE = 2
    """A Gnosis Safe of an old browser wallet."""
    DEPOSIT_WALLET = 3
    """The contract wallet of every account since 2026-05-04."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A contract that settles orders; its domain separator is computed once."""

    address: str
    version: str
    separator: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        domain = (
            keccak_256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak_256(b"Polymarket CTF Exchange"),
            keccak_256(self.version.encode()),
            _word(CHAIN_ID),
            _address_word(self.address),
        )
        object.__setattr__(self, "separator", keccak_256(b"".join(domain)))


def is_protocol_v2(asset_id: str) -> bool:
    """Whether an asset is a position of Protocol V2: bits 40 to 103 of its id are zero."""
    return not int(asset_id) & _V2_POSITION_MASK


def exchange_for(asset_id: str, *, neg_risk: bool) -> Exchange:
    """Which contract an order for an asset is signed for; a wrong one is refused as an invalid signature.

    An asset is a position of Protocol V2 if bits 40 to 103 of its id are zero (polymarket-client 0.14).
    """
    if is_protocol_v2(asset_id):
        return EXCHANGE_V3
    return NEG_RISK_EXCHANGE if neg_risk else CTF_EXCHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The signed part of an order. Amounts are millionths: BUY gives pUSD and takes shares, SELL the reverse."""

    salt: int
    maker: str
    signer: str
    asset_id: str
    maker_amount: int
    taker_amount: int
    action: Action
    signature_type: SignatureType
    timestamp_ms: int
    metadata: bytes = ZERO_WORD
    builder: bytes = ZERO_WORD
    struct_hash: bytes = field(init=False, repr=False)
    """EIP-712 hashStruct of the order."""

    def __post_init__(self) -> None:
        if not 0 < self.salt < SALT_LIMIT:
            raise InvariantError("an order's salt must lie between 1 and 2**53 - 1")
        if not 0 < int(self.asset_id) < _WORD_LIMIT or self.timestamp_ms <= 0:
            raise InvariantError("an order's asset id and time must be positive and fit their words")
        if not (0 < self.maker_amount < _WORD_LIMIT and 0 < self.taker_amount < _WORD_LIMIT):
            raise InvariantError("an order's amounts must be positive")
        if len(self.metadata) != 32 or len(self.builder) != 32:
            raise InvariantError("an order's metadata and builder have 32 bytes each")
        object.__setattr__(self, "struct_hash", self._hashed())

    def _hashed(self) -> bytes:
        words = (
            _ORDER_TYPE_HASH,
            _word(self.salt),
            _address_word(self.maker),
            _address_word(self.signer),
            _word(int(self.asset_id)),
            _word(self.maker_amount),
            _word(self.taker_amount),
            _word(0 if self.action is Action.BUY else 1),
            _word(self.signature_type),
            _word(self.timestamp_ms),
            self.metadata,
            self.builder,
        )
        return keccak_256(b"".join(words))


def order_id(order: Order, exchange: Exchange) -> str:
    """The venue's id of an order, known before it is sent: the EIP-712 hash, for every signature type."""
    return "0x" + _digest(exchange.separator, order.struct_hash).hex()


def random_salt() -> int:
    """A salt that makes an order differ from every other."""
    return secrets.randbelow(SALT_LIMIT - 1) + 1


class Wallet:
    """A private key. Shows its address only."""

    __slots__ = ("_sign_digest", "address")

    def __init__(self, secret: Secret) -> None:
        """Take 64 hexadecimal digits, with or without 0x. Raises AuthError for anything else, without showing it."""
        match = _KEY.fullmatch(secret.reveal().strip())
        try:
            public, self._sign_digest = _loaded(bytes.fromhex(match.group(1) if match else ""))
        except ValueError:
            raise AuthError(
                f"the Polymarket key is not a private key: 64 hexadecimal digits are wanted, this is {secret!r}"
            ) from None
        self.address = checksummed(keccak_256(public)[-20:])

    def __repr__(self) -> str:
        return f"Wallet({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not written down")

    def sign_auth(self, *, timestamp_s: int, nonce: int = 0) -> str:
        """Sign the statement that makes or derives API credentials (L1)."""
        words = (
            _AUTH_TYPE_HASH,
            _address_word(self.address),
            keccak_256(str(timestamp_s).encode()),
            _word(nonce),
            _AUTH_MESSAGE_HASH,
        )
        return "0x" + self._sign(_digest(_AUTH_DOMAIN, keccak_256(b"".join(words)))).hex()

    def sign_order(self, order: Order, exchange: Exchange) -> str:
        """Sign an order; for a deposit wallet inside the ERC-7739 wrap that the wallet's contract unpacks."""
        contents = order.struct_hash
        if order.signature_type is not SignatureType.DEPOSIT_WALLET:
            if order.signer != self.address:
                raise InvariantError(f"{self!r} cannot sign for {shown(order.signer)}")
            return "0x" + self._sign(_digest(exchange.separator, contents)).hex()
        if order.signer != order.maker:
            raise InvariantError("a deposit wallet is maker and signer of its orders")
        wrap = keccak_256(_WRAP_TYPE_HASH + contents + _WALLET_DOMAIN + _address_word(order.signer) + ZERO_WORD)
        signature = self._sign(_digest(exchange.separator, wrap))
        trailer = exchange.separator + contents + _ORDER_TYPE + len(_ORDER_TYPE).to_bytes(2, "big")
        return "0x" + (signature + trailer).hex()

    def _sign(self, digest: bytes) -> bytes:
        """r, s, and 27 or 28 by the parity of the point; s is the lower of both."""
        signed = self._sign_digest(digest)
        return signed[:64] + bytes([27 + signed[64]])


def _loaded(secret: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The public point, and what signs a digest: r, the lower s, and 0 or 1 by the parity. Raises ValueError."""
    if not _QUICK:
        return _loaded_without_coincurve(secret)
    key = coincurve.PrivateKey(secret)
    return key.public_key.format(compressed=False)[1:], lambda digest: key.sign_recoverable(digest, hasher=None)


def _loaded_without_coincurve(secret: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The same by OpenSSL, which does not tell the parity: it is found with public numbers, in milliseconds."""
    # Loaded only where it is needed: it takes a tenth of a second.
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    if not any(secret):
        raise ValueError("no key")
    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256K1())
    numbers = key.public_key().public_numbers()
    public = numbers.x, numbers.y
    algorithm = ec.ECDSA(utils.Prehashed(SHA256()), deterministic_signing=True)

    def sign(digest: bytes) -> bytes:
        r, s = utils.decode_dss_signature(key.sign(digest, algorithm))
        s = min(s, curve.N - s)
        odd = curve.signer(digest, r=r, s=s, odd=True) == public
        if not odd and curve.signer(digest, r=r, s=s, odd=False) != public:
            raise InvariantError("a signature was made that does not lead back to its key")
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([odd])

    return curve.octets(public), sign


@dataclass(frozen=True, slots=True)
class TradingAccount:
    """A wallet, and who makes and who signs its orders. `funder` holds the money; "" is the wallet itself."""

    wallet: Wallet
    signature_type: SignatureType
    funder: str = ""

    def __post_init__(self) -> None:
        own = self.wallet.address
        if self.signature_type is SignatureType.EOA:
            if self.funder and parse_address(self.funder) != own:
                raise AuthError(
                    f"polymarket.funder is not {own}, the address of the key; signature type 0 has no funder"
                )
        elif not self.funder:
            raise AuthError("set polymarket.funder to the address in your Polymarket account (it is not the key's own)")
        object.__setattr__(self, "funder", parse_address(self.funder) if self.funder else own)

    @property
    def maker(self) -> str:
        """Whose money an order spends."""
        return self.funder

    @property
    def signer(self) -> str:
        """Who the order says signs it."""
        return self.funder if self.signature_type is SignatureType.DEPOSIT_WALLET else self.wallet.address


class _CredentialsRow(msgspec.Struct, rename="camel"):
    api_key: str
    secret: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class ApiCredentials:
    """What the venue gives for a ClobAuth signature; it signs requests, not orders."""

    key: str
    secret: Secret
    passphrase: Secret

    @classmethod
    def parse(cls, body: bytes) -> "ApiCredentials":
        """Read the answer of /auth/derive-api-key or /auth/api-key. Raises SchemaMismatch, which shows no value."""
        row = fields.decode(body, _CredentialsRow)
        return cls(row.api_key, Secret(row.secret), Secret(row.passphrase))

    def signature(self, method: str, path: str, body: bytes, *, timestamp_s: int) -> str:
        """HMAC-SHA256 over time, method, path without query, and the very bytes of the body."""
        text = self.secret.reveal()
        try:
            key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise AuthError("the API secret that Polymarket gave is not base64; derive the credentials anew") from None
        message = f"{timestamp_s}{method}{path.partition('?')[0]}".encode() + body
        return base64.urlsafe_b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def l1_headers(wallet: Wallet, *, now: datetime, nonce: int = 0) -> Mapping[str, str]:
    """Headers of the calls that make or derive API credentials."""
    timestamp_s = int(now.timestamp())
    return {
        "POLY_ADDRESS": wallet.address,
        "POLY_SIGNATURE": wallet.sign_auth(timestamp_s=timestamp_s, nonce=nonce),
        "POLY_TIMESTAMP": str(timestamp_s),
        "POLY_NONCE": str(nonce),
    }


def l2_headers(
    address: str, credentials: ApiCredentials, method: str, path: str, body: bytes = b"", *, now: datetime
) -> Mapping[str, str]:
    """Headers of every private call. `address` is the signing wallet's, also for deposit wallets."""
    timestamp_s = int(now.timestamp())
    return {
        "POLY_ADDRESS": address,
        "POLY_API_KEY": credentials.key,
        "POLY_PASSPHRASE": credentials.passphrase.reveal(),
        "POLY_SIGNATURE": credentials.signature(method, path, body, timestamp_s=timestamp_s),
        "POLY_TIMESTAMP": str(timestamp_s),
    }


def checksummed(address: bytes) -> str:
    """Write twenty bytes as EIP-55 wants: a letter is a capital where the hash of the text has a high digit."""
    text = address.hex()
    marks = keccak_256(text.encode()).hex()
    return "0x" + "".join(char.upper() if mark >= "8" else char for char, mark in zip(text, marks, strict=False))


def parse_address(text: str) -> str:
    """Read an address; one in mixed case must have the right checksum. Raises UsageError."""
    if not _ADDRESS.fullmatch(text):
        raise UsageError(f"{shown(text)} is not an address: 0x and 40 hexadecimal digits are wanted")
    found = checksummed(bytes.fromhex(text[2:]))
    if text[2:] not in {text[2:].lower(), text[2:].upper(), found[2:]}:
        raise UsageError(f"{shown(text)} has a wrong checksum: one of its characters is mistyped")
    return found


def _address_word(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])


def _digest(separator: bytes, struct_hash: bytes) -> bytes:
    return keccak_256(b"\x19\x01" + separator + struct_hash)


CTF_EXCHANGE: Final = Exchange("0xE111180000d2663C0091e4f400237545B87B996B", "2")
NEG_RISK_EXCHANGE: Final = Exchange("0xe2222d279d744050d28e00520010520000310F59", "2")
EXCHANGE_V3: Final = Exchange("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa", "3")
