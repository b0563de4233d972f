"""Titles that agree and deciding sentences that do not: of which country, on which day, for how long, closed or only
announced, the most of what, and what one side leaves out. Each trap beside the twin that it is taken from."""

import pytest

from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict

PRISON = (
    "Will Ann Vane be sentenced to prison before Jan 1, 2030?",
    "Ann Vane sentenced to prison by December 31, 2029?",
)
RELEASED = "Will Ann Vane be released from prison before Jan 1, 2030?", "Ann Vane released from prison in 2029?"
DEPORTED = "Will Ann Vane be deported before Jan 1, 2030?", "Ann Vane deported by December 31, 2029?"
ACQUIRED = "Will Acme acquire Borg before Jan 1, 2030?", "Acme acquires Borg by December 31, 2029?"
LAWFUL = "Will the Supreme Court strike down the tariffs in 2029?", "Supreme Court strikes down the tariffs in 2029?"
SCREENED = (
    "Will average TSA check-ins be above 2.5 million this week?",
    "Average TSA check-ins above 2.5 million this week?",
)
LABOUR = "Will Labour win the next UK election?", "Will Labour win the next UK election?"
TURNOUT = "Will turnout be above 60% in the 2029 Utah election?", "Turnout above 60% in the 2029 Utah election?"
GAS = "Will gas be above $4.00 on Jul 1, 2029?", "Will gas be above $4.00 on July 1, 2029?"
APPEAL = "Will Ann Vane appeal her conviction before Jan 1, 2030?", "Ann Vane appeals conviction by December 31, 2029?"

TRAPS = [
    (
        PRISON,
        "Ann Vane is sentenced to any time in prison before Jan 1, 2030",
        "Ann Vane is sentenced to prison by December 31, 2029",
        "Ann Vane is sentenced to at least one year in prison by December 31, 2029",
    ),
    (
        DEPORTED,
        "Ann Vane is deported from the United States before Jan 1, 2030",
        "Ann Vane is deported from the United States by December 31, 2029",
        "Ann Vane is deported from the United Kingdom by December 31, 2029",
    ),
    (
        ACQUIRED,
        "Acme completes its acquisition of Borg before Jan 1, 2030",
        "Acme completes its acquisition of Borg by December 31, 2029",
        "it is announced that Acme will acquire Borg by December 31, 2029",
    ),
    (
        ACQUIRED,
        "Acme announces an agreement to acquire Borg before Jan 1, 2030",
        "it is announced that Acme will acquire Borg by December 31, 2029, whether or not the deal is closed",
        "the acquisition of Borg by Acme is completed by December 31, 2029",
    ),
    (
        SCREENED,
        "weekly average TSA airport screenings are above 2.5 million for the week ending July 5, 2029",
        "average TSA screenings for June 29 through July 5, 2029 are above 2.5 million",
        "average TSA screenings for June 22 through June 28, 2029 are above 2.5 million",
    ),
    (
        LABOUR,
        "Labour receives the most seats in the next UK general election",
        "Labour wins the most seats in the next UK general election",
        "Labour receives the most votes in the next UK general election",
    ),
    (
        LABOUR,
        "Labour receives the most seats in the next UK general election",
        "Labour wins the greatest number of seats in the next UK general election",
        "Labour wins a majority of seats in the next UK general election",
    ),
    (
        TURNOUT,
        "turnout of registered voters in the 2029 Utah general election is above 60%",
        "turnout of registered voters in the 2029 Utah general election is above 60%",
        "turnout of the voting-eligible population in the 2029 Utah general election is above 60%",
    ),
    (
        GAS,
        "average regular gas prices are above $4.00 on Jul 1, 2029 according to AAA",
        "the average price of regular gas is above $4.00 on July 1, 2029 according to AAA",
        "the average price of premium gas is above $4.00 on July 1, 2029 according to AAA",
    ),
    (
        APPEAL,
        "Ann Vane appeals her conviction before Jan 1, 2030",
        "Ann Vane appeals her conviction by December 31, 2029",
        "Ann Vane wins her appeal of her conviction by December 31, 2029",
    ),
]


def judged(titles: tuple[str, str], ours: str, theirs: str, *, beside: tuple[str, str] = ("", "")) -> Verdict:
    """Two titles, each decided by a sentence, with what stands beside it."""
    rule = f"If {ours}, then the market resolves to Yes. {beside[0]}"
    other = f'This market will resolve to "Yes" if {theirs}. Otherwise, this market will resolve to "No". {beside[1]}'
    return verdict(kalshi(titles[0], rules=rule), polymarket(titles[1], other))


@pytest.mark.parametrize(("titles", "rule", "twin", "trap"), TRAPS)
def test_the_sentence_that_decides_tells_twin_from_trap(
    titles: tuple[str, str], rule: str, twin: str, trap: str
) -> None:
    assert judged(titles, rule, twin).acceptable
    assert not judged(titles, rule, trap).acceptable


@pytest.mark.parametrize(
    ("titles", "left_out", "counted"),
    [
        (
            RELEASED,
            "Release to house arrest does not count.",
            "If Ann Vane is released but remains under house arrest, the market will still resolve to Yes.",
        ),
        (LAWFUL, "A partial ruling does not count.", "A ruling that strikes them down in part will count."),
    ],
)
def test_what_one_side_leaves_out_and_the_other_still_pays_for_is_refused(
    titles: tuple[str, str], left_out: str, counted: str
) -> None:
    question = titles[1].removesuffix("?").removesuffix(" in 2029")
    ours, theirs = f"{question} before Jan 1, 2030", f"{question} by December 31, 2029"
    assert judged(titles, ours, theirs).acceptable
    assert not judged(titles, ours, theirs, beside=(left_out, counted)).acceptable
