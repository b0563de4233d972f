"""Shortest decimals, as Polymarket writes prices and amounts."""

_MICRO = 1_000_000


def price_text(price: int) -> str:
    """Write a price in 1e-4 dollars as the shortest decimal: "0.5", "0.015"."""
    return decimal_text(price * 100)


def decimal_text(micros: int) -> str:
    """Write millionths as the shortest decimal."""
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    return sign + f"{micros // _MICRO}.{micros % _MICRO:06d}".rstrip("0").rstrip(".")
