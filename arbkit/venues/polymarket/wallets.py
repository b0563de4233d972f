"""Wallets: which addresses Polymarket lets a key act for.

A key of another wallet has to be found before an order is sent: the venue only refuses the order, and by then the other
leg may stand. Each kind of wallet is a contract whose address follows from the key's own (CREATE2): from the factory
that makes it, the code it is made with, and the key. The constants are those of the contracts on Polygon, as
`polymarket-client` 0.14 has them.
"""

from typing import Final

from arbkit.errors import AuthError
from arbkit.venues.polymarket.signing import SignatureType, TradingAccount, checksummed, keccak_256

_PROXY_FACTORY: Final = bytes.fromhex("aB45c5A4B0c941a2F231C04C3f49182e1A254052")
_PROXY_CODE: Final = bytes.fromhex("44e999d5c2F66Ef0861317f9A4805AC2e90aEB4f")
_SAFE_FACTORY: Final = bytes.fromhex("aacFeEa03eb1561C4e67d661e40682Bd20E3541b")
_SAFE_MADE_WITH: Final = bytes.fromhex("2bce2127ff07fb632d16c8347c4ebf501f4841168bed00d9e6ef715ddb6fcecf")
_DEPOSIT_FACTORY: Final = bytes.fromhex("00000000000Fb5C9ADea0298D729A0CB3823Cc07")
_DEPOSIT_CODE: Final = bytes.fromhex("58CA52ebe0DadfdF531Cde7062e76746de4Db1eB")
_DEPOSIT_BEACON: Final = bytes.fromhex("7A18EDfe055488A3128f01F563e5B479D92ffc3a")


def wallets_of(address: str, kind: SignatureType) -> frozenset[str]:
    """The addresses that a key may make orders for with a signature of this kind."""
    key = bytes.fromhex(address.removeprefix("0x"))
    match kind:
        case SignatureType.EOA:
            return frozenset({checksummed(key)})
        case SignatureType.PROXY:
            return frozenset({_made(_PROXY_FACTORY, keccak_256(key), keccak_256(_proxy_code()))})
        case SignatureType.SAFE:
            return frozenset({_made(_SAFE_FACTORY, keccak_256(key.rjust(32, b"\0")), _SAFE_MADE_WITH)})
        case SignatureType.DEPOSIT_WALLET:
            arguments = _DEPOSIT_FACTORY.rjust(32, b"\0") + key.rjust(32, b"\0")
            codes = (_upgradable_code(arguments), _beacon_code(arguments))
            return frozenset(_made(_DEPOSIT_FACTORY, keccak_256(arguments), keccak_256(code)) for code in codes)


def check_owner(account: TradingAccount) -> None:
    """Raise AuthError where the funder is no wallet of the key."""
    own = wallets_of(account.wallet.address, account.signature_type)
    if account.maker not in own:
        raise AuthError(
            f"polymarket.funder {account.maker} is no wallet of this key ({account.wallet.address}): with signature "
            f"type {int(account.signature_type)} that is {' or '.join(sorted(own))}; name the right key file, funder "
            "or type, or say polymarket.session_key: true if it is a session key"
        )


def _made(factory: bytes, salt: bytes, code_hash: bytes) -> str:
    """The address of what a factory makes (EIP-1014)."""
    return checksummed(keccak_256(b"\xff" + factory + salt + code_hash)[-20:])


def _proxy_code() -> bytes:
    """A minimal proxy that its factory initialises (EIP-1167)."""
    return b"".join(
        (
            bytes.fromhex("3d3d606380380380913d393d73"), _PROXY_FACTORY,
            bytes.fromhex("5af4602a57600080fd5b602d8060366000396000f3363d3d373d3d3d363d73"), _PROXY_CODE,
            bytes.fromhex("5af43d82803e903d91602b57fd5bf352e831dd"), (32).to_bytes(32, "big"), bytes(32),
        )
    )  # fmt: skip


def _upgradable_code(arguments: bytes) -> bytes:
    """A proxy whose code can be exchanged (ERC-1967), with the arguments it was made for behind it."""
    return b"".join(
        (
            _prefix(0x61003D3D8160233D3973, arguments), _DEPOSIT_CODE, bytes.fromhex("6009"),
            bytes.fromhex("5155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076"),
            bytes.fromhex("cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3"), arguments,
        )
    )  # fmt: skip


def _beacon_code(arguments: bytes) -> bytes:
    """The same, asking a beacon for its code."""
    return b"".join(
        (
            _prefix(0x6100523D8160233D3973, arguments), _DEPOSIT_BEACON,
            bytes.fromhex("60195155f3363d3d373d3d363d602036600436635c60da"),
            bytes.fromhex("1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c"),
            bytes.fromhex("b3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3"), arguments,
        )
    )  # fmt: skip


def _prefix(base: int, arguments: bytes) -> bytes:
    """The first instructions, which hold how long the arguments are."""
    return (base + (len(arguments) << 56)).to_bytes(10, "big")
