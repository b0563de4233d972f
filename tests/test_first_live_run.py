"""The first live run covers everything that only the real venues can prove."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "first-live-run.md").read_text()
OPEN_AT_KALSHI = ["3.34", "use_yes_price", "rounded", "tier", "shards", "maker", "listed", "MARKET_INACTIVE",
                  "immediate-or-cancel", "clock error", "endpoint_costs"]  # fmt: skip
OPEN_AT_POLYMARKET = ["`/book`", "`/books`", "`fd`", "feeSchedule", "Derived API credentials", "fully filled",
                      "fee in dollars", "CONFIRMED", "type 0", "`sd`", "`itode`", "Poly-RateLimit",
                      "Assets a connection"]  # fmt: skip


@pytest.mark.parametrize("words", [*OPEN_AT_KALSHI, *OPEN_AT_POLYMARKET])
def test_what_is_open_at_a_venue_is_in_the_list(words: str) -> None:
    assert words.replace("listed", "listed") in TEXT or words.lower() in TEXT.lower()


@pytest.mark.shared
@pytest.mark.parametrize(("venue", "count"), [("kalshi", 10), ("polymarket", 9)])
def test_the_reference_has_asked_no_more_since(shared: Path, venue: str, count: int) -> None:
    text = (shared / "venues" / f"{venue}.md").read_text()
    found = re.search(r"^## 14\..*?$(.*?)^## 15", text, re.MULTILINE | re.DOTALL)
    assert found
    asked = re.split(r";|Still|\d\. ", found[1]) if venue == "kalshi" else re.findall(r"\b\d\. ", found[1])
    assert len(asked) >= count
