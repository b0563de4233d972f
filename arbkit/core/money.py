"""Usd, Price, Qty: exact millionths, rounding with a direction.

Every amount is a whole number of millionths ("micros"). A price on either venue has at most four
decimals of a dollar and a quantity at most two decimals of a contract, so price x quantity is a whole
number of micro-dollars and nothing is rounded there. Fees and fills of dust are rounded; each such
function has its direction in its name.
"""

from dataclasses import dataclass
from typing import Self

from arbkit.errors import BadNumber

MICRO = 1_000_000
"""Millionths in one: of a dollar, of a contract, of a rate."""

_WHOLE_DIGITS_MAX, _FRACTION_DIGITS_MAX = 12, 18


def parse_micros(text: str) -> int:
    """Read a plain decimal such as ``"0.5600"`` into millionths, exactly.

    Raises BadNumber for anything else: exponents, signs other than a leading minus, blanks, underscores, non-ASCII
    digits, NaN, a fraction finer than a millionth. (``int(Decimal("1E+999999"))`` blocks for most of a minute.)
    """
    negative = text.startswith("-")
    digits = text[1:] if negative else text
    whole, point, fraction = digits.partition(".")
    if not (
        text.isascii()
        and whole.isdigit()
        and len(whole) <= _WHOLE_DIGITS_MAX
        and (fraction.isdigit() and len(fraction) <= _FRACTION_DIGITS_MAX if point else True)
    ):
        raise BadNumber(text, "a plain decimal such as 0.5600")
    if fraction[6:].strip("0"):
        raise BadNumber(text, "at most six decimals")
    micros = int(whole + fraction[:6].ljust(6, "0"))
    return -micros if negative else micros


def plain(micros: int) -> str:
    """Write millionths as the shortest plain decimal: ``732500`` -> ``"0.7325"``, ``-5`` -> ``"-0.000005"``."""
    whole, fraction = divmod(abs(micros), MICRO)
    text = f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if micros < 0 else text


def ceil_div(dividend: int, divisor: int) -> int:
    """Divide and round towards plus infinity."""
    return -(-dividend // divisor)


def ceil_to(micros: int, step: int) -> int:
    """Round up to a multiple of `step` (both in millionths)."""
    return ceil_div(micros, step) * step


def floor_to(micros: int, step: int) -> int:
    """Round down to a multiple of `step` (both in millionths)."""
    return micros // step * step


@dataclass(frozen=True, slots=True, order=True)
class Usd:
    """An amount of dollars; may be negative."""

    micros: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"12.34"``; raises BadNumber."""
        return cls(parse_micros(text))

    def __add__(self, other: "Usd") -> "Usd":
        if type(other) is not Usd:
            return NotImplemented
        return Usd(self.micros + other.micros)

    def __sub__(self, other: "Usd") -> "Usd":
        if type(other) is not Usd:
            return NotImplemented
        return Usd(self.micros - other.micros)

    def __neg__(self) -> "Usd":
        return Usd(-self.micros)

    def __abs__(self) -> "Usd":
        return Usd(abs(self.micros))

    def __bool__(self) -> bool:
        return self.micros != 0

    def __str__(self) -> str:
        return plain(self.micros)


ZERO_USD = Usd(0)


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Dollars a contract; a contract pays between 0 and 1 dollar, so a price lies in [0, 1]."""

    micros: int

    def __post_init__(self) -> None:
        if not 0 <= self.micros <= MICRO:
            raise BadNumber(plain(self.micros), "a price between 0 and 1 dollar")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"0.5600"``; raises BadNumber."""
        return cls(parse_micros(text))

    @property
    def complement(self) -> "Price":
        """What the other outcome is worth: 1 - p."""
        return Price(MICRO - self.micros)

    def __str__(self) -> str:
        return plain(self.micros)


@dataclass(frozen=True, slots=True, order=True)
class Qty:
    """A number of contracts (Polymarket: shares), never negative. Each pays 1 dollar if its outcome happens."""

    micros: int

    def __post_init__(self) -> None:
        if self.micros < 0:
            raise BadNumber(plain(self.micros), "a quantity that is not negative")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"10.00"``; raises BadNumber."""
        return cls(parse_micros(text))

    @classmethod
    def whole(cls, contracts: int) -> Self:
        """Build a quantity of whole contracts."""
        return cls(contracts * MICRO)

    def __add__(self, other: "Qty") -> "Qty":
        if type(other) is not Qty:
            return NotImplemented
        return Qty(self.micros + other.micros)

    def __sub__(self, other: "Qty") -> "Qty":
        if type(other) is not Qty:
            return NotImplemented
        return Qty(self.micros - other.micros)

    def __bool__(self) -> bool:
        return self.micros != 0

    def __str__(self) -> str:
        return plain(self.micros)


ZERO_QTY = Qty(0)


def cost_up(price: Price, qty: Qty) -> Usd:
    """What buying takes from the account; a fraction of a micro-dollar counts as one."""
    return Usd(ceil_div(price.micros * qty.micros, MICRO))


def proceeds_down(price: Price, qty: Qty) -> Usd:
    """What selling brings; a fraction of a micro-dollar counts as none."""
    return Usd(price.micros * qty.micros // MICRO)


def payout(qty: Qty) -> Usd:
    """What a hedged quantity pays at settlement: one dollar a contract."""
    return Usd(qty.micros)
