"""Candidates: the twin is among the few that are judged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbkit.core.matching.candidates import candidates as candidates_of
from arbkit.core.matching.columns import asked, columns
from arbkit.core.matching.texts import Asked, Texts
from arbkit.core.spread import Spread, here
from arbkit.processes.crew import threads

ENDS = date(2026, 11, 30)


def candidates(
    listed: list[Asked], sought: list[Asked], *, candidates_max: int = 20, spread: Spread = here
) -> list[tuple[int, int]]:
    return list(candidates_of(columns(listed), columns(sought), candidates_max=candidates_max, spread=spread))


def a_row(text: str, *, closes_at: date | None = ENDS) -> Asked:
    [words] = asked([Texts(text, closes=closes_at.toordinal() if closes_at else 0)])
    return words


def a_ladder(name: str, count: int = 40) -> list[Asked]:
    return [a_row(f"{name} price on Nov 25, 2026? ${1_000 * step - 1:,}.99 or above") for step in range(1, count)]


def test_the_twin_of_a_ladder_comes_first() -> None:
    listed = a_ladder("Bitcoin") + a_ladder("Ethereum")
    sought = [a_row("Will the price of Ethereum be above $17,000 on November 25?")]
    assert candidates(listed, sought)[0] == (39 + 16, 0)


def test_a_market_gets_no_more_candidates_than_asked_for() -> None:
    sought = [a_row("Will the price of Bitcoin be above $17,000 on November 25?")] * 3
    found = candidates(a_ladder("Bitcoin"), sought, candidates_max=1)
    assert sorted(row for _, row in found) == [0, 1, 2]


def test_what_shares_no_token_is_no_candidate() -> None:
    assert candidates([a_row("Rain in Oslo?")], [a_row("Snow at Bergen?")]) == []


@pytest.mark.parametrize("sides", [([], [a_row("x")]), ([a_row("x")], []), ([Asked("", 0, 0)], [Asked("", 0, 0)])])
def test_empty_sides_have_no_candidates(sides: tuple[list[Asked], list[Asked]]) -> None:
    assert candidates(*sides) == []


def test_days_that_both_texts_name_must_be_near() -> None:
    sought = [a_row("Ann Bell resigns by Dec 31, 2026")]
    assert candidates([a_row("Ann Bell resigns before Jan 1, 2027")], sought)
    assert not candidates([a_row("Ann Bell resigns before Jun 1, 2026")], sought)


def test_numbers_that_have_nothing_in_common_exclude() -> None:
    sought = [a_row("Zephyr Corp above $300")]
    assert candidates([a_row("Zephyr Corp $299.99 or above")], sought)
    assert not candidates([a_row("Zephyr Corp $250 or above")], sought)


def test_of_equals_the_one_that_ends_nearer_comes_first() -> None:
    listed = [a_row("Boston at Utah", closes_at=date(2026, 12, day)) for day in (1, 9, 20)]
    assert candidates(listed, [a_row("Celtics vs. Jazz", closes_at=date(2026, 12, 9))])[0] == (1, 0)


def test_an_end_that_is_not_known_excludes_nothing() -> None:
    sought = [a_row("Ann Bell resigns")]
    assert candidates([a_row("Ann Bell resigns", closes_at=None)], sought)
    assert not candidates([a_row("Ann Bell resigns", closes_at=date(2028, 3, 1))], sought)


def test_of_those_that_share_as_much_the_one_that_says_no_more_comes_first() -> None:
    listed = [a_row("Ann Bell resigns; snow falls near Bergen"), a_row("Ann Bell resigns")]
    assert candidates(listed, [a_row("Ann Bell resigns")])[0] == (1, 0)


@given(
    st.lists(st.lists(st.sampled_from(["abc", "n1", "n2", "y2026", "dt1105", "oslo", "rain"]), max_size=6), max_size=12)
)
def test_each_row_finds_its_copy(rows: list[list[str]]) -> None:
    listed = [Asked(" ".join(row), 0, 0) for row in rows]
    found = candidates(listed, listed)
    best = {sought: {listed[row].tokens for row, of in found if of == sought} for _, sought in found}
    assert all(listed[index].tokens in best[index] for index in best)
    assert {index for index, row in enumerate(listed) if row.tokens} == set(best)
    assert all(count <= 20 for count in (sum(of == row for _, of in found) for row in range(len(rows))))


def test_candidates_in_order_are_the_same_by_what_is_listed() -> None:
    rows = columns([a_row("Boston at Utah", closes_at=date(2026, 12, day)) for day in (1, 9, 20)])
    found = candidates_of(rows, rows)
    assert list(found.in_order()) == sorted(found) != list(found)


def test_threads_find_what_one_finds() -> None:
    names = ("Bitcoin", "Ethereum", "Gold", "Oil")
    listed = [row for name in names for row in a_ladder(name)]
    sought = [a_row(f"Will the price of {name} be above ${n},000 on November 25?") for name in names for n in range(40)]

    assert candidates(listed, sought, spread=threads(3)) == candidates(listed, sought) != []
