"""The look-alikes that title matching falls for, in our own words: each is refused, however alike the titles are."""

from dataclasses import replace

import pytest

from arbkit.core.markets import CONFIDENCE_FLOOR_PPM
from tests.core.matching.markets import kalshi, polymarket, verdict

TRAPS = [
    ("group", "Will Norway win Group F of World Cup 2026?", "Will Norway win Group D of World Cup 2026?"),
    ("league", "Will Paul Skenes win the 2026 AL Cy Young?", "Will Paul Skenes win the 2026 NL Cy Young?"),
    ("district", "Will Republicans win AZ-08 in 2026?", "Will Republicans win VA-08 in 2026?"),
    ("quarter", "UK GDP growth in March 2026 above 0.3%?", "UK GDP growth in Q1 2026 above 0.3%?"),
    ("rate", "UK GDP MoM above 0.3% in 2026?", "UK GDP QoQ above 0.3% in 2026?"),
    ("country", "Will Brazil GDP growth in 2026 be above 2%?", "Will UK GDP growth in 2026 be above 2%?"),
    ("kind", "New pandemic in 2026?", "New coronavirus pandemic in 2026?"),
    ("half", "Will the Lakers win the first half on Mar 3, 2026?", "Will the Lakers win on Mar 3, 2026?"),
    ("rank", "Will Ana Reyes finish first in Lima in 2026?", "Will Ana Reyes finish second in Lima in 2026?"),
    ("stage", "Will Ana Reyes be the 2028 nominee?", "Will Ana Reyes win the 2028 election?"),
    ("by and on", "Over 500 deaths in Lima by June 30, 2026?", "Over 500 deaths in Lima on June 30, 2026?"),
    ("comparator", "At least 150 SpaceX launches in 2026?", "More than 150 SpaceX launches in 2026?"),
]


@pytest.mark.parametrize(("what", "here", "there"), TRAPS, ids=[trap[0] for trap in TRAPS])
def test_a_trap_is_refused_from_either_side(what: str, here: str, there: str) -> None:
    for one, two in ((here, there), (there, here)):
        made = verdict(kalshi(one, "KXTRAP-26"), polymarket(two))

        assert made.confidence_ppm < CONFIDENCE_FLOOR_PPM, (what, made.reasons)


@pytest.mark.parametrize("trap", TRAPS, ids=[trap[0] for trap in TRAPS])
def test_the_same_words_on_both_sides_are_no_trap(trap: tuple[str, str, str]) -> None:
    for words in trap[1:]:
        made = verdict(kalshi(words, "KXTRAP-26"), polymarket(words))

        assert made.acceptable, made.reasons


def test_another_source_of_a_price_is_another_contract() -> None:
    here = kalshi("Bitcoin above $90,000 on Jun 1, 2026?", rules="If CF Benchmarks' index is above 90000, then")
    there = polymarket("Bitcoin above $90,000 on June 1, 2026?", "the Binance 1 minute candle for BTC/USDT")

    assert any("source" in reason for reason in verdict(here, there).reasons)
    assert not verdict(here, there).acceptable


TURNED = [
    ("Will Jake Paul beat Anthony Joshua in 2026?", "Will Anthony Joshua beat Jake Paul in 2026?"),
    ("Will Bitcoin mining outgrow gold mining in 2026?", "Will gold mining outgrow Bitcoin mining in 2026?"),
    ("Will SpaceX IPO before OpenAI?", "Will OpenAI IPO before SpaceX?"),
    ("Will xAI acquire Tesla before 2027?", "Will Tesla acquire xAI by December 31, 2026?"),
    ("Will Nvidia be larger than Apple on Dec 31, 2026?", "Will Apple be larger than Nvidia on December 31, 2026?"),
    (
        "Will Democrats win more seats than Republicans in 2026?",
        "Will Republicans win more seats than Democrats in 2026?",
    ),
]


@pytest.mark.parametrize(("here", "there"), TURNED)
def test_who_does_it_to_whom_counts(here: str, there: str) -> None:
    assert not verdict(kalshi(here), polymarket(there)).acceptable


def test_what_two_do_together_has_no_order() -> None:
    assert verdict(
        kalshi("Will Putin meet Zelenskyy before 2027?"), polymarket("Zelenskyy and Putin meet by December 31, 2026?")
    ).acceptable


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Will it happen in Lima before Jan 14, 2026?", "Will it happen in Lima by January 14, 2026?"),
        ("Will it happen in Lima by Apr 30, 2026?", "Will it happen in Lima after April 30, 2026?"),
        ("200 posts in Lima from Mar 6 to Mar 13, 2026?", "200 posts in Lima from March 7 to March 13, 2026?"),
        ("200 posts in Lima from Mar 6 to Mar 13, 2026?", "200 posts in Lima from March 13 to March 20, 2026?"),
        ("How high will Lima's river get in 2026?", "Will Lima's river get high in 2026?"),
        ("Bitcoin all-time high in 2026?", "Bitcoin all time high by December 31, 2026?"),
        ("Will gold be above $5,000 on Dec 31, 2026?", "Will gold close above $5,000 on December 31, 2026?"),
    ],
)
def test_a_day_a_start_a_measure_or_a_price_source_that_differs_is_no_twin(here: str, there: str) -> None:
    assert not verdict(kalshi(here, "KXTRAP-26"), polymarket(there)).acceptable


def test_yes_of_a_match_that_names_no_side_is_nobodys() -> None:
    here = kalshi("Ada vs Bea Winner?", "KXATPMATCH-26MAR05ADABEA-ADA", yes_label="Ada")
    there = polymarket("Ada vs Bea", "The match is scheduled for March 5, 2026.")

    assert not verdict(here, there).acceptable


def test_another_part_of_the_same_match_is_no_twin() -> None:
    here = kalshi("Ada vs Bea Winner?", "KXATPMATCH-26MAR05ADABEA-ADA", yes_label="Ada")
    rules = "The match is scheduled for March 5, 2026."

    for part in (
        "Set 1 Winner: Ada vs Bea",
        "Ada vs Bea - Game 2 Winner",
        "Round 1: Ada vs Bea",
        "Ada vs Bea before Mars",
    ):
        assert not verdict(here, polymarket(part, rules, outcomes=("Ada", "Bea"))).acceptable, part
    assert verdict(here, polymarket("Open: Ada vs Bea (BO3)", rules, outcomes=("Ada", "Bea"))).acceptable


def test_what_happens_in_a_match_is_not_its_winner() -> None:
    rules = "If Ada gets a card in the Ada vs Bea soccer match originally scheduled for Mar 5, 2026, then"
    here = kalshi(
        "Will Ada get a card in the Ada vs Bea match?", "KXCARD-26MAR05ADABEA-ADA", yes_label="Ada", rules=rules
    )
    there = polymarket("Ada vs Bea", "The match is scheduled for March 5, 2026.", outcomes=("Ada", "Bea"))

    assert not verdict(here, there).acceptable


def test_a_count_up_to_a_meeting_and_play_without_extra_time_are_told_apart() -> None:
    hikes = "If the Federal Reserve hikes rates between Jan 1, 2026 and Dec 31, 2026, then the market resolves to Yes."
    here = kalshi("Fed rate hike in 2026?", "KXHIKE-26", rules=hikes)
    until = "This market will resolve to Yes if rates rise at any point between January 1, 2026 and the {} 2026."
    assert not verdict(
        here, polymarket("Fed rate hike in 2026?", until.format("Fed's December 2026 meeting,"))
    ).acceptable
    rules = "If Ada wins the Ada vs Bea soccer game scheduled for Mar 5, 2026{}, then the market resolves to Yes."
    there = polymarket("Will Ada win on 2026-03-05?", "In the upcoming game, scheduled for March 5, 2026: If Ada wins.")
    for played, alike in (("", True), (" after 90 minutes plus stoppage time", False)):
        game = kalshi("Ada vs Bea Winner?", "KXGAME-26MAR05ADABEA-ADA", yes_label="Ada", rules=rules.format(played))
        assert verdict(game, there).acceptable is alike


def test_a_placeholder_is_never_matched() -> None:
    words = "Will another party win the 2026 election in Denmark?"

    made = verdict(kalshi(words), replace(polymarket(words), placeholder=True))

    assert made.confidence_ppm == 0


def test_an_announcement_is_not_the_departure() -> None:
    here = kalshi(
        "Will Jo Doe leave as Prime Minister before Apr 1, 2026?",
        rules="If Jo Doe leaves as Prime Minister before Apr 1, 2026, then the market resolves to Yes.\n"
        "Jo Doe must have an actual departure date and vacate the role.",
    )
    there = polymarket(
        "Jo Doe out as Prime Minister by March 31, 2026?",
        'This market will resolve to "Yes" if Jo Doe ceases to be Prime Minister by March 31, 2026. An announcement of '
        "the resignation before that date will immediately resolve this market to Yes.",
    )

    assert any(reason.startswith("conflict: effect") for reason in verdict(here, there).reasons)
