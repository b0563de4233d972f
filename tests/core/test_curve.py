"""The curve in Python against the C library: who signed, for every key and digest."""

import coincurve
from hypothesis import given, settings
from hypothesis import strategies as st

from arbkit.core.curve import N, octets, signer

keys = st.integers(1, N - 1)


@settings(max_examples=25, deadline=None)
@given(keys, st.binary(min_size=32, max_size=32))
def test_the_signer_is_found(number: int, digest: bytes) -> None:
    key = coincurve.PrivateKey(number.to_bytes(32, "big"))
    signed = key.sign_recoverable(digest, hasher=None)
    r, s = int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big")
    if signed[64] < 2:  # r beyond the order of the curve: once in 2**128
        found = signer(digest, r=r, s=s, odd=signed[64] == 1)
        assert found is not None
        assert octets(found) == key.public_key.format(compressed=False)[1:]
        assert signer(digest, r=r, s=s, odd=signed[64] == 0) != found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, N), st.sampled_from([0, 1, 2**200, N - 1, N]), st.binary(min_size=32, max_size=32), st.booleans())
def test_it_finds_what_the_c_library_finds(r: int, s: int, digest: bytes, odd: bool) -> None:
    found = signer(digest, r=r, s=s, odd=odd)
    assert (octets(found) if found else None) == by_the_library(r, s, digest, odd)


def by_the_library(r: int, s: int, digest: bytes, odd: bool) -> bytes | None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([odd])
    try:
        return coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None).format(False)[1:]
    except Exception:  # noqa: BLE001 the library raises a bare Exception for some of them
        return None
