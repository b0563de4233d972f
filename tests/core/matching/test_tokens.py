"""Tokens that are kept: under a name that changes with whatever makes them."""

from arbkit.core.matching.tokens import Asked, asked_in, kept, read_kept


def test_what_is_kept_is_read_again_under_the_same_name_only() -> None:
    asked = Asked("bitcoin n95000 dt0331", 0, 739_000)
    name = "0a1b"

    assert read_kept(kept(asked, name), name) == asked
    assert read_kept(kept(asked, name), "0a1c") is None
    assert read_kept("", name) is None


def test_a_market_without_any_words_is_kept_too() -> None:
    name = "0a1b"

    assert read_kept(kept(Asked("", 0, 0), name), name) == Asked("", 0, 0)


def test_a_piece_of_a_text_means_the_same_wherever_it_stands() -> None:
    whole = asked_in("Dallas at Denver: Ivo Marin 20+ points on Jan 12, 2027")
    parts = asked_in("Dallas", "Denver", "Ivo Marin 20+ points", "Jan 12, 2027")

    assert whole == parts
    assert whole.day > 0
