"""Clients for the tests of the simulated venues: they sign on their own, so that no product code judges itself."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import msgspec
from coincurve import PrivateKey
from Crypto.Hash import keccak
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from arbkit.venues.sim.kalshi_portfolio import KalshiAccount
from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.wire.message import Answer, Request
from arbkit.venues.sim.world.model import JsonObject
from tests.venues.sim_worlds import MADE_AT, RATES_CUT, YES_TOKEN

V2 = "/trade-api/v2"
WALLET = "0x" + "22" * 20
EXCHANGES = {
    "plain": ("2", "E111180000d2663C0091e4f400237545B87B996B"),
    "neg_risk": ("2", "e2222d279d744050d28e00520010520000310F59"),
    "v3": ("3", "e3333700cA9d93003F00f0F71f8515005F6c00Aa"),
}


def content(answer: Answer) -> JsonObject:
    return msgspec.json.decode(answer.body)


@dataclass(kw_only=True)
class KalshiTrader:
    """One API key at the simulated Kalshi, with an account of its own."""

    simulation: Simulation
    name: str = "ann"
    usd: int = 1000
    now: datetime = MADE_AT
    made: int = 0
    account: KalshiAccount = field(init=False)

    def __post_init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.account = self.simulation.open_kalshi_account(self.name, key_id=self.name, public_pem=pem, usd=self.usd)

    def headers(self, method: str, path: str, at: datetime) -> dict[str, str]:
        stamp = str(round(at.timestamp() * 1000))
        signature = self.key.sign(f"{stamp}{method}{path}".encode())
        return {
            "kalshi-access-key": self.name,
            "kalshi-access-timestamp": stamp,
            "kalshi-access-signature": base64.b64encode(signature).decode(),
        }

    def ask(self, method: str, path: str, *query: tuple[str, str], body: object = None) -> Answer:
        request = Request(
            method=method,
            path=V2 + path,
            query=query,
            at=self.now,
            headers=self.headers(method, V2 + path, self.now),
            body=b"" if body is None else json.dumps(body).encode(),
        )
        return self.simulation.answer(Service.KALSHI, request)

    def order(self, **more: object) -> JsonObject:
        self.made += 1
        return {
            "ticker": RATES_CUT,
            "client_order_id": f"{self.name}-{self.made}",
            "side": "bid",
            "count": "1.00",
            "price": "0.5200",
            "time_in_force": "fill_or_kill",
            "self_trade_prevention_type": "taker_at_cross",
        } | more

    def send(self, **more: object) -> Answer:
        return self.ask("POST", "/portfolio/events/orders", body=self.order(**more))

    def read(self, path: str, *query: tuple[str, str]) -> JsonObject:
        return content(self.ask("GET", path, *query))

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def hashed(*parts: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=b"".join(parts)).digest()


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def address_word(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address.removeprefix("0x"))


ORDER_TYPE = (
    b"Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    b"uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)"
)
DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
WRAP_TYPE = (
    b"TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
)


@dataclass(kw_only=True)
class PolyTrader:
    """One wallet key at the simulated Polymarket, with a deposit wallet (signature type 3) unless told otherwise."""

    simulation: Simulation
    secret: int = 7
    wallet: str = WALLET
    signature_type: int = 3
    now: datetime = MADE_AT
    salt: int = 0

    @cached_property
    def key(self) -> PrivateKey:
        return PrivateKey(word(self.secret))

    @cached_property
    def eoa(self) -> str:
        return "0x" + hashed(self.key.public_key.format(compressed=False)[1:])[12:].hex()

    @property
    def maker(self) -> str:
        return self.eoa if self.signature_type == 0 else self.wallet

    @cached_property
    def api_key(self) -> JsonObject:
        return content(self.login("POST", "/auth/api-key"))

    def signed(self, digest: bytes) -> bytes:
        raw = self.key.sign_recoverable(digest, hasher=None)
        return raw[:64] + bytes([27 + raw[64]])

    def login(self, method: str, path: str, **more: str) -> Answer:
        stamp = str(int(self.now.timestamp()))
        domain = hashed(
            hashed(b"EIP712Domain(string name,string version,uint256 chainId)"),
            hashed(b"ClobAuthDomain"),
            hashed(b"1"),
            word(137),
        )
        struct = hashed(
            hashed(b"ClobAuth(address address,string timestamp,uint256 nonce,string message)"),
            address_word(self.eoa),
            hashed(stamp.encode()),
            word(0),
            hashed(b"This message attests that I control the given wallet"),
        )
        headers = {
            "poly_address": self.eoa,
            "poly_signature": "0x" + self.signed(hashed(b"\x19\x01", domain, struct)).hex(),
            "poly_timestamp": stamp,
            "poly_nonce": "0",
        } | more
        request = Request(method=method, path=path, at=self.now, headers=headers)
        return self.simulation.answer(Service.CLOB, request)

    def ask(self, method: str, path: str, *query: tuple[str, str], body: object = None, **more: str) -> Answer:
        raw = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        stamp = str(int(self.now.timestamp()))
        key = base64.urlsafe_b64decode(self.api_key["secret"])
        signature = hmac.new(key, f"{stamp}{method}{path}".encode() + raw, hashlib.sha256).digest()
        headers = {
            "poly_address": self.eoa,
            "poly_api_key": self.api_key["apiKey"],
            "poly_passphrase": self.api_key["passphrase"],
            "poly_signature": base64.urlsafe_b64encode(signature).decode(),
            "poly_timestamp": stamp,
        } | more
        request = Request(method=method, path=path, query=query, at=self.now, headers=headers, body=raw)
        return self.simulation.answer(Service.CLOB, request)

    def order(
        self,
        *,
        usd: str = "4.10",
        shares: str = "10",
        side: str = "BUY",
        token: str = YES_TOKEN,
        order_type: str = "FOK",
        exchange: str = "plain",
        expiration: str = "0",
    ) -> JsonObject:
        """A body of POST /order: `usd` and `shares` in the roles that the side gives them."""
        self.salt += 1
        dollars, units = round(float(usd) * 1_000_000), round(float(shares) * 1_000_000)
        maker_amount, taker_amount = (dollars, units) if side == "BUY" else (units, dollars)
        signer = self.wallet if self.signature_type == 3 else self.eoa
        order: JsonObject = {
            "salt": self.salt,
            "maker": self.maker,
            "signer": signer,
            "tokenId": token,
            "makerAmount": str(maker_amount),
            "takerAmount": str(taker_amount),
            "side": side,
            "signatureType": self.signature_type,
            "timestamp": str(round(self.now.timestamp() * 1000)),
            "metadata": "0x" + "00" * 32,
            "builder": "0x" + "00" * 32,
            "expiration": expiration,
        }
        separator, struct = self.separator(exchange), self.struct(order)
        digest = hashed(b"\x19\x01", separator, struct)
        self.last_hash = "0x" + digest.hex()
        order["signature"] = "0x" + self.signature(digest, separator, struct).hex()
        return {
            "deferExec": False,
            "order": order,
            "orderType": order_type,
            "owner": self.api_key["apiKey"],
        }

    def separator(self, exchange: str) -> bytes:
        version, contract = EXCHANGES[exchange]
        name = hashed(b"Polymarket CTF Exchange")
        return hashed(hashed(DOMAIN_TYPE), name, hashed(version.encode()), word(137), address_word(contract))

    def struct(self, order: JsonObject) -> bytes:
        numbers = [int(order[key]) for key in ("tokenId", "makerAmount", "takerAmount")]
        return hashed(
            hashed(ORDER_TYPE),
            word(order["salt"]),
            address_word(order["maker"]),
            address_word(order["signer"]),
            *map(word, numbers),
            word(0 if order["side"] == "BUY" else 1),
            word(order["signatureType"]),
            word(int(order["timestamp"])),
            bytes(64),
        )

    def signature(self, digest: bytes, separator: bytes, struct: bytes) -> bytes:
        if self.signature_type != 3:
            return self.signed(digest)
        wrap = hashed(
            hashed(WRAP_TYPE, ORDER_TYPE),
            struct,
            hashed(b"DepositWallet"),
            hashed(b"1"),
            word(137),
            address_word(self.wallet),
            bytes(32),
        )
        inner = self.signed(hashed(b"\x19\x01", separator, wrap))
        return inner + separator + struct + ORDER_TYPE + len(ORDER_TYPE).to_bytes(2, "big")

    def send(self, **more: str) -> Answer:
        return self.ask("POST", "/order", body=self.order(**more))

    def read(self, path: str, *query: tuple[str, str]) -> JsonObject:
        return content(self.ask("GET", path, *query))

    def positions(self, *query: tuple[str, str]) -> list[JsonObject]:
        path, user = "/v2/positions", ("user", self.maker)
        request = Request(method="GET", path=path, query=(user, *query), at=self.now)
        return content(self.simulation.answer(Service.POSITIONS, request))["data"]

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)
