"""The curve secp256k1, with public numbers alone: who signed a digest. For machines without the C library.

Milliseconds where C takes microseconds, and not in constant time: no secret may ever come here. Source: SEC 1, 4.1.6.
"""

from typing import Final

P: Final = 2**256 - 2**32 - 977
"""The field."""
N: Final = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""The order of the base point."""
_G: Final = (
    0x79BE667E_F9DCBBAC_55A06295_CE870B07_029BFCDB_2DCE28D9_59F2815B_16F81798,
    0x483ADA77_26A3C465_5DA4FBFC_0E1108A8_FD17B448_A6855419_9C47D08F_FB10D4B8,
)
Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_INFINITY: Final = (0, 1, 0)


def signer(digest: bytes, *, r: int, s: int, odd: bool) -> Point | None:
    """The public key that signed: `odd` is the parity of the point that r came from. None if there is none."""
    if not (0 < r < N and 0 < s < N and len(digest) == 32):
        return None
    right = (pow(r, 3, P) + 7) % P
    y = pow(right, (P + 1) // 4, P)
    if y * y % P != right:
        return None
    y = y if y % 2 == odd else P - y
    inverse = pow(r, -1, N)
    z = int.from_bytes(digest, "big")
    return _affine(_added(_times(s * inverse % N, (r, y)), _times(-z * inverse % N, _G)))


def octets(point: Point) -> bytes:
    """Both coordinates, 64 bytes."""
    return b"".join(number.to_bytes(32, "big") for number in point)


def _times(count: int, point: Point) -> _Jacobian:
    total, power = _INFINITY, (*point, 1)
    while count:
        if count & 1:
            total = _added(total, power)
        power = _doubled(power)
        count >>= 1
    return total


def _doubled(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z or not y:
        return _INFINITY
    square = y * y % P
    slant, slope = 4 * x * square % P, 3 * x * x % P
    x_new = (slope * slope - 2 * slant) % P
    return x_new, (slope * (slant - x_new) - 8 * square * square) % P, 2 * y * z % P


def _added(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if not one[2] or not other[2]:
        return other if not one[2] else one
    (x1, y1, z1), (x2, y2, z2) = one, other
    w1, w2 = z1 * z1 % P, z2 * z2 % P
    u1, u2, s1, s2 = x1 * w2 % P, x2 * w1 % P, y1 * w2 * z2 % P, y2 * w1 * z1 % P
    if u1 == u2:
        return _doubled(one) if s1 == s2 else _INFINITY
    across, up = u2 - u1, s2 - s1
    square = across * across % P
    cube, middle = across * square % P, u1 * square % P
    x = (up * up - cube - 2 * middle) % P
    return x, (up * (middle - x) - s1 * cube) % P, z1 * z2 * across % P


def _affine(point: _Jacobian) -> Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * inverse**3 % P
