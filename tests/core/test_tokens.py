"""Tokens: what means the same on both venues looks the same."""

from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.markets import Market, MarketId, MarketStatus, VenueName
from arbkit.core.matching.columns import asked
from arbkit.core.matching.engine import texts_of
from arbkit.core.matching.texts import Asked, Texts
from arbkit.core.matching.tokens import tokens


def a_market(venue: VenueName, key: str, title: str, **fields: object) -> Market:
    made = Market(id=MarketId(venue, key), event_key="E", title=title, status=MarketStatus.OPEN)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize(
    ("kalshi", "polymarket"),
    [
        ("before Jan 1, 2027", "by December 31, 2026"),
        ("before 2027", "by December 31, 2026"),
        ("on Nov 5, 2026", "on 2026-11-05"),
        ("in Apr 2026", "in April 2026"),
        ("$94,999.99 or above", "above $95,000"),
        ("25+ points", "points: O/U 24.5"),
        ("$1,500,000,000,000 or above", "above $1.5 trillion"),
        ("$40,000", "$40k"),
        ("Los Angeles L", "Lakers"),
        ("Boston", "Boston Celtics"),
        ("Philadelphia", "76ers"),
        ("A's", "Oakland Athletics"),
        ("2026 Pro Basketball Finals", "2026 NBA Finals"),
        ("House race for TX-03", "TX-03 House seat"),
        ("Republican", "the Republican Party"),
        ("NYC", "New York City"),
        ("S&P 500", "the S&P 500"),
        ("ranked 3rd", "ranked #3"),
        ("José Núñez", "Jose Nunez"),
        ("the 2025-26 season", "the 2025\u201326 season"),
    ],
)
def test_two_ways_to_say_the_same_give_the_same_tokens(kalshi: str, polymarket: str) -> None:
    assert set(tokens(kalshi)) == set(tokens(polymarket))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Group F winner", "Group D winner"),
        ("AZ-08", "VA-08"),
        ("by March 31", "by April 30"),
        ("3.5%", "3.6%"),
        ("$95,000", "$95,500"),
        ("Lakers", "Clippers"),
        ("first", "second"),
    ],
)
def test_what_differs_keeps_a_token_of_its_own(one: str, other: str) -> None:
    assert set(tokens(one)) != set(tokens(other))


@pytest.mark.parametrize(("words", "token"), [("above 40", "n41"), ("more than 2.7%", "n2.8"), ("over 0.99%", "n1")])
def test_above_a_number_is_also_the_next_one_or_more(words: str, token: str) -> None:
    assert token in tokens(words)


def test_the_day_of_a_ticker_or_slug_counts_when_the_texts_name_none() -> None:
    game = a_market(
        VenueName.KALSHI, "KXNBAGAME-26NOV05BOSLAL-BOS", "Boston at Los Angeles L Winner?", yes_label="Boston"
    )
    bet = a_market(VenueName.POLYMARKET, "0x1", "Celtics vs. Lakers", slug="nba-bos-lal-2026-11-05")
    named = a_market(VenueName.KALSHI, "KXTHING-26MAY01-X", "Will it be by June 3, 2026?")
    words_of_game, words_of_bet, of_named = asked([texts_of(game), texts_of(bet), texts_of(named)])
    assert set(words_of_game.tokens.split()) == set(words_of_bet.tokens.split())
    assert "dt1105" in words_of_game.tokens
    assert "dt0501" not in of_named.tokens


def words_of(text: str, key: str = "", closes: int = 0) -> Asked:
    [words] = asked([Texts(text, key, closes)])
    return words


def test_a_day_is_known_only_when_the_texts_name_one_with_its_year() -> None:
    ends = date(2026, 11, 6).toordinal()
    known = words_of("Rain in Oslo on Nov 5, 2026?", closes=ends)
    assert known.day == known.closes - 1
    assert words_of("Rain in Oslo on Nov 5?").day == 0
    assert words_of("Rain in Oslo on Nov 5 or Nov 6, 2026?").day == 0
    assert words_of("Rain in Oslo on 2026-02-31?", "x-2026-13-77") == ("rain oslo\ndt0231 y2026", 0, 0)


@given(st.text(max_size=300))
def test_any_text_gives_tokens_without_blanks(text: str) -> None:
    found = tokens(text)
    assert all(token and token.isascii() and " " not in token for token in found)
    twice, once = words_of(f"{text}\n{text}", text), words_of(text, text)
    assert set(twice.tokens.split()) == set(once.tokens.split())


def test_a_giant_title_is_cut() -> None:
    assert len(tokens("above 9,999.99 march madness " * 100_000)) < 200


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("FaZe win the CS2 match", "Counter-Strike: FaZe"),
        ("FaZe win the CS2 match", "Counter-Strike 2: FaZe"),
        ("2027 F1 champion", "2027 Formula 1 champion"),
        ("1st T20I", "1st T20 International"),
    ],
)
def test_a_name_that_holds_a_number_is_one_token_and_no_number(one: str, two: str) -> None:
    assert set(tokens(one)) & set(tokens(two)) - {"faze", "n1", "y2027"}
    assert not {"n2", "n20"} & {*tokens(one), *tokens(two)}


def test_letters_beside_a_number_are_no_name_of_another() -> None:
    assert not set(tokens("CS2")) & set(tokens("CS 1.6"))
    assert not set(tokens("F1 race")) & set(tokens("F2 race")) - {"race"}


SEAMS = (": ", " vs. ", " at ", " win ", " during ", " on ", " by ", " (", "\n")
PIECES = ("Oslo", "Zürich 3", "rain", "Ann Bell", "\ud800xerox", "\0", "", "Bob o", "Eve ")


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEAMS)), max_size=5), st.sampled_from(PIECES))
def test_a_text_is_read_piece_by_piece_between_its_seams(begun: list[tuple[str, str]], last: str) -> None:
    text = "".join(chain(chain.from_iterable(begun), [last]))
    [again, read] = asked([Texts(f"{text}\nriver"), Texts(text)])
    assert set(read.tokens.split()) == {*chain.from_iterable(tokens(piece) for piece, _ in begun), *tokens(last)}
    assert set(again.tokens.split()) == {*read.tokens.split(), "river"}


@pytest.mark.parametrize("seam", SEAMS)
def test_what_two_texts_have_between_their_seams_is_read_once(seam: str) -> None:
    found = asked([Texts(f"Ann Bell{seam}Oslo rain"), Texts(f"Bob Cole{seam}Oslo rain")])
    read_alone = [" ".join(tokens(text)) for text in ("Ann Bell", "Bob Cole", "Oslo rain")]
    assert sorted(filter(None, found.pieces)) == sorted(read_alone)
