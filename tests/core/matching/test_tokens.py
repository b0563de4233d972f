"""Tokens that are kept: under a name that changes with whatever makes them."""

from hashlib import sha256

from arbkit.core.matching.tokens import TOKENS_VERSION, Asked, asked_in, edition, kept, read_kept

SAMPLE = (
    ("Will the price of Bitcoin be above $95,000 on March 31?", "bitcoin-above-95k-on-march-31-2026"),
    ("Oklahoma City at Los Angeles L Winner? (Nov 9, 2026)", "KXNBAGAME-26NOV09OKCLAL-OKC"),
    ("Ada Novak: 30+ points before Jan 1, 2027?", "KXNBAPTS-27JAN01"),
    ("Will CPI rise by more than 0.3% in November 2026?", "KXCPI-26NOV-T0.3"),
    ("Highest temperature in NYC between 40-41°F on 2026-12-24", "highest-temperature-in-nyc-on-december-24"),
    ("Société Générale: 94,999.99 or above; $2.5 million; 2025\u201326 season; OH-12", ""),
)


def test_a_change_that_makes_other_tokens_raises_the_version() -> None:
    made = repr([asked_in(text, key=key) for text, key in SAMPLE])

    assert (TOKENS_VERSION, sha256(made.encode()).hexdigest()[:12]) == (1, "ff5aef5f7af0"), (
        "other tokens than before: raise TOKENS_VERSION, so that kept ones are read afresh"
    )


def test_what_is_kept_is_read_again_under_the_same_name_only() -> None:
    asked = Asked("bitcoin n95000 dt0331", 0, 739_000)
    name = edition({})

    assert read_kept(kept(asked, name), name) == asked
    assert read_kept(kept(asked, name), edition({"dealbreaker": "ceasefire"})) is None
    assert read_kept("", name) is None


def test_a_market_without_any_words_is_kept_too() -> None:
    name = edition({})

    assert read_kept(kept(Asked("", 0, 0), name), name) == Asked("", 0, 0)


def test_a_piece_of_a_text_means_the_same_wherever_it_stands() -> None:
    whole = asked_in("Dallas at Denver: Ivo Marin 20+ points on Jan 12, 2027")
    parts = asked_in("Dallas", "Denver", "Ivo Marin 20+ points", "Jan 12, 2027")

    assert whole == parts
    assert whole.day > 0
