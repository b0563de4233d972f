"""Tokens that are kept: under a name that changes with whatever makes them."""

from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.matching.columns import asked, columns
from arbkit.core.matching.texts import Asked, Texts, kept, read_kept


def test_what_is_kept_is_read_again_under_the_same_name_only() -> None:
    words = Asked("bitcoin n95000\ndt0331", 0, 739_000)
    name = "0a1b"

    assert read_kept(kept(words, name), name) == words
    assert read_kept(kept(words, name), "0a1c") is None
    assert read_kept("", name) is None


def test_a_market_without_any_words_is_kept_too() -> None:
    name = "0a1b"

    assert read_kept(kept(Asked("", 0, 0), name), name) == Asked("", 0, 0)


def test_a_piece_of_a_text_means_the_same_wherever_it_stands() -> None:
    whole, parts = asked(
        [
            Texts("Dallas at Denver: Ivo Marin 20+ points on Jan 12, 2027"),
            Texts("Dallas\nDenver\nIvo Marin 20+ points\nJan 12, 2027"),
        ]
    )

    assert whole == parts
    assert whole.day > 0


ANY_TEXT = st.lists(st.sampled_from(["rain", " at ", "\n", "\0", "Nov 5, 2026"]) | st.text(max_size=5)).map("".join)


@given(st.lists(ANY_TEXT, max_size=8))
def test_many_texts_are_read_as_each_alone(texts: list[str]) -> None:
    rows = [Texts(text, "x-2026-11-05", place) for place, text in enumerate(texts)]

    assert list(asked(rows)) == [one for row in rows for one in asked([row])]
    assert list(columns(list(asked(rows)))) == list(asked(rows))


def test_a_text_that_looks_like_the_end_of_a_market_is_one_text() -> None:
    assert [one.closes for one in asked([Texts("rain\n\0\nsnow", closes=1), Texts("hail", closes=2)])] == [1, 2]
