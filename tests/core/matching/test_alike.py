"""Deciding sentences that say the same word by word, full names beside short ones, and the edition of a figure."""

import pytest

from arbkit.core.matching.alike import decide_alike, full_names
from arbkit.core.matching.facts import read_facts
from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict


def alike(one: str, two: str) -> bool:
    """Whether two deciding sentences are one."""
    return decide_alike(
        read_facts(kalshi("Will it happen?", "KXIT-30", rules=f"If {one}, then the market resolves to Yes.")),
        read_facts(polymarket("Will it happen?", f'This market will resolve to "Yes" if {two}. Otherwise, "No".')),
    )


def reserve(*, title: str, rule: str) -> Verdict:
    """Judge a reserve of silver that Polymarket calls strategic throughout."""
    return verdict(
        kalshi(title, "KXSILVERRES-30", rules=f"If {rule} before Jan 1, 2030, then the market resolves to Yes."),
        polymarket(
            "Norway buys Silver for the strategic reserve by December 31, 2029?",
            'This market will resolve to "Yes" if the Norway government purchases Silver for a strategic reserve by '
            'December 31, 2029, 11:59 PM ET. Otherwise, this market will resolve to "No".',
        ),
    )


def test_sentences_of_the_same_words_decide_alike_whatever_joins_them() -> None:
    assert alike(
        "the Senate rejects Order 14160 on bridge tolls before Aug 1, 2030",
        "the U.S. Senate rejects Order 14160 concerning bridge tolls by July 31, 2030, 11:59 PM ET",
    )


@pytest.mark.parametrize(
    "other",
    [
        "the Senate rejects Order 14161 on bridge tolls",
        "the Senate does not reject Order 14160 on bridge tolls",
        "Order 14160 on bridge tolls rejects the Senate",
        "the Senate rejects Order 14160 on bridge tolls or ferry tolls",
        "the Senate rejects all of Order 14160 on bridge tolls",
        "the Senate committee rejects Order 14160 on bridge tolls",
    ],
)
def test_another_number_order_or_weighing_word_decides_otherwise(other: str) -> None:
    assert not alike("the Senate rejects Order 14160 on bridge tolls", other)


def test_a_title_may_say_in_other_words_what_both_rules_say_in_the_same() -> None:
    made = reserve(
        title="Will Norway buy Silver for a national reserve before 2030?",
        rule="the Norway government purchases Silver for a strategic reserve",
    )

    assert made.acceptable, made.reasons


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Will Norway buy Silver for a national reserve before 2030?", "the Norway government purchases Silver"),
        (
            "Will Norway buy Silver for a national reserve before 2030?",
            "the Norway government purchases Silver for a state reserve",
        ),
        (
            "Will Sweden buy Silver for a national reserve before 2030?",
            "the Norway government purchases Silver for a strategic reserve",
        ),
        (
            "Will Norway sell Silver of the national reserve before 2030?",
            "the Norway government sells Silver of a strategic reserve",
        ),
    ],
)
def test_a_rule_of_other_words_or_a_title_of_another_name_is_refused(title: str, rule: str) -> None:
    assert not reserve(title=title, rule=rule).acceptable


def names_told(mine: str, other: str) -> frozenset[str]:
    """What of the full names in the rule of one market the rule of the other says."""
    return full_names(
        read_facts(polymarket("Will it happen?", f'This market will resolve to "Yes" if {mine}.')),
        read_facts(kalshi("Will it happen?", "KXIT-30", rules=f"If {other}, then the market resolves to Yes.")),
    )


def test_a_full_name_is_told_by_its_short_one() -> None:
    assert names_told("it snows at Boston Logan (CLIBOS)", "it snows at CLIBOS") >= {"logan"}
    assert names_told("the Inland Harbor Act (HARBOR Act) passes", "the HARBOR Act passes") >= {"inland"}


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("it snows at Boston Logan (CLIBOS)", "it snows at CLIORD"),
        ("Tom Vane (GOP) wins", "the GOP wins"),
        ("Tom Vane (NED) wins", "a driver of NED wins"),
        ("the Inland Harbor Act (HARBOR Act) passes", "the RIVERS Act passes"),
    ],
)
def test_a_code_that_is_not_the_name_tells_nobody(mine: str, other: str) -> None:
    assert not names_told(mine, other)


def test_the_parliament_of_another_country_is_not_the_one_that_is_elected() -> None:
    made = verdict(
        kalshi(
            "Will the Centre Party win the 2031 Finnish parliamentary election?",
            "KXFINLANDPARLI-31APR20-CEN",
            yes_label="Centre Party",
            rules="If Centre Party wins the most seats in the 2031 Finnish parliamentary election, then the market "
            "resolves to Yes.",
        ),
        polymarket(
            "Will the Centre Party win the most seats in the 2031 Finnish parliamentary election?",
            "This market will resolve to the party that wins the greatest number of seats in the Riigikogu.",
        ),
    )

    assert not made.acceptable


def jobs(kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on the jobs of a month."""
    return verdict(
        kalshi(
            "How many jobs added in November 2029?",
            "KXPAYROLLS-29NOV-T50000",
            yes_label="Above 50,000",
            rules="If total nonfarm payroll employment increases by more than 50000 in November 2029, then the market "
            f"resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            "Will the US add more than 50k jobs in November 2029?",
            'This market will resolve to "Yes" if the change in total nonfarm payroll employment for November 2029 '
            f'reported by the BLS is greater than 50,000. Otherwise, this market will resolve to "No". '
            f"{polymarket_rules}",
        ),
    )


def test_the_first_print_counts_where_nobody_speaks_of_another() -> None:
    for one, two in (
        ("", "Only the initial release will be considered; revisions will not count."),
        ("Revisions after the first release are not considered.", ""),
        ("Subsequent revisions will be ignored.", "The first published figure will be used."),
    ):
        made = jobs(one, two)
        assert made.acceptable, made.reasons


def test_a_revised_figure_is_not_the_first_one() -> None:
    for one, two in (
        ("", "The latest revised figure will be used."),
        ("Any revised value will be used.", "Revisions will not count."),
        ("The revised number counts.", ""),
    ):
        made = jobs(one, two)
        assert not made.acceptable
        assert any("edition" in reason for reason in made.reasons), made.reasons
