"""How each venue writes dates, tickers, slugs and ranks."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def month(day: date) -> str:
    """``November``."""
    return MONTHS[day.month - 1]


def month_short(day: date) -> str:
    """``Nov``."""
    return month(day)[:3]


def day_short(day: date) -> str:
    """Kalshi's date in prose: ``Nov 5, 2026``."""
    return f"{month_short(day)} {day.day}, {day.year}"


def day_long(day: date) -> str:
    """Polymarket's date in prose: ``November 5, 2026``."""
    return f"{month(day)} {day.day}, {day.year}"


def month_day(day: date) -> str:
    """Polymarket's date in a question: ``November 5``."""
    return f"{month(day)} {day.day}"


def month_day_short(day: date) -> str:
    """Kalshi's date in a subtitle: ``Nov 5``."""
    return f"{month_short(day)} {day.day}"


def ticker_day(day: date) -> str:
    """``26NOV05``."""
    return f"{day.year % 100:02d}{month_short(day).upper()}{day.day:02d}"


def ticker_month(day: date) -> str:
    """``26NOV``."""
    return f"{day.year % 100:02d}{month_short(day).upper()}"


def slug(*parts: object) -> str:
    """Make a slug as Polymarket does: lower case, ``3.5`` as ``3pt5``, accented letters dropped, the rest hyphens."""
    text = re.sub(r"(?<=\d)\.(?=\d)", "pt", " ".join(str(part) for part in parts).lower())
    text = "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isascii())
    return re.sub(r"[^a-z0-9]+", "-", text.replace("'", "").replace("$", "")).strip("-")


def letters(text: str, count: int) -> str:
    """An abbreviation for a ticker: the first `count` letters, ASCII, upper case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", plain)[:count].upper()


def initials(name: str, count: int = 4) -> str:
    """A person in a ticker: first letter of the first name, then the last name: ``Ann Bell`` is ``ABEL``."""
    first, _, last = name.rpartition(" ")
    return letters(letters(first, 1) + letters(last, 20), count)


def at_eastern(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall-clock time in New York as a moment of UTC."""
    return datetime.combine(day, time(hour, minute), EASTERN).astimezone(UTC)


def at_utc(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def clock(moment: datetime) -> str:
    """The time in New York: ``8:20 PM``."""
    local = moment.astimezone(EASTERN)
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def zone(moment: datetime) -> str:
    """``EST`` or ``EDT``."""
    return moment.astimezone(EASTERN).strftime("%Z")


def weekday_from(day: date, weekday: int) -> date:
    """The first such weekday (Monday is 0) on or after a day."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def month_start(day: date, months_on: int = 0) -> date:
    """The first day of a month, so many months on."""
    index = day.year * 12 + day.month - 1 + months_on
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of a month."""
    return month_start(day, 1) - timedelta(days=1)


def ordinal(number: int) -> str:
    """``2nd``."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def thousands(number: int) -> str:
    """``95,000``."""
    return f"{number:,}"
