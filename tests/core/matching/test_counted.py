"""What one rule counts and the other leaves out, and namesakes: look-alikes by their titles, not by their rules."""

import pytest

from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict


def reserve(kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on a gold reserve that agree but for a further sentence."""
    return verdict(
        kalshi(
            "Will Norway acquire gold for a reserve before Jan 1, 2029?",
            "KXNORGOLD-29JAN01",
            rules="If Norway acquires gold for a national reserve before Jan 1, 2029, then the market resolves to Yes. "
            + kalshi_rules,
        ),
        polymarket(
            "Norway acquires gold for a reserve by December 31, 2028?",
            "This market will resolve to Yes if Norway acquires gold for a national reserve by December 31, 2028. "
            + polymarket_rules,
        ),
    )


def match_of_namesakes(rules: str, polymarket_title: str) -> Verdict:
    """Judge a match whose Kalshi title gives surnames alone against a match with full names."""
    first, second = polymarket_title.split(" vs ")
    return verdict(
        kalshi(
            "Will Ada Berg win the Berg vs Lund: Round of 16 match?",
            "KXWTAMATCH-29JUL03BERLUN-BER",
            rules=f"If Ada Berg wins the {rules} professional tennis match originally scheduled for Jul 3, 2029, then "
            "the market resolves to Yes.",
        ),
        polymarket(
            f"Oslo Open: {polymarket_title}",
            f"This market refers to the tennis match between {first} and {second}, scheduled for July 3, 2029. It will "
            "resolve to the player who advances.",
            outcomes=(first, second),
            slug="wta-berg-lund-2029-07-03",
        ),
    )


def test_the_same_rules_agree() -> None:
    assert reserve("", "").acceptable
    assert reserve("Seized gold does not count.", "Seized gold will not count.").acceptable


def test_what_one_rule_counts_and_the_other_leaves_out_rules_the_pair_out() -> None:
    for made in (
        reserve("Seized gold does not count.", "Any holding qualifies, including seized gold."),
        reserve("Seized gold will also count.", "Gold that was seized will not qualify."),
    ):
        assert any("what counts" in reason for reason in made.reasons), made.reasons
        assert not made.acceptable


@pytest.mark.parametrize(
    "says",
    [
        "Gold that was seized and gold that courts awarded also satisfies the criterion.",
        "Seized gold is also encompassed by the Payout Criterion.",
        "Seized gold is sufficient to resolve the market to Yes.",
        "Seized gold also resolves the market to Yes.",
        "Seized gold would also count.",
    ],
)
def test_a_venue_has_many_words_for_what_it_counts(says: str) -> None:
    made = reserve(says, "Seized gold alone will not count.")
    assert any("what counts" in reason for reason in made.reasons), made.reasons
    assert not made.acceptable


@pytest.mark.parametrize(
    "says",
    [
        "Seized gold alone does not resolve the market to Yes.",
        "Gold that was seized or that courts of any country awarded alone will not count.",
        "Seized gold does not satisfy the criterion.",
    ],
)
def test_what_both_leave_out_in_words_of_their_own_is_no_difference(says: str) -> None:
    made = reserve(says, "Seized gold will not count.")
    assert not any("what counts" in reason for reason in made.reasons), made.reasons


def test_a_second_thing_that_is_enough_on_one_side_alone_is_for_a_person_to_judge() -> None:
    made = verdict(
        kalshi(
            "Will Ada Berg win a slam in 2029?",
            "KXSLAM-29-ABER",
            rules="If Ada Berg wins a singles or doubles slam title in 2029, then the market resolves to Yes.",
        ),
        polymarket(
            "Will Ada Berg win a slam in 2029?",
            "This market will resolve to Yes if Ada Berg wins a singles slam title in 2029.",
        ),
    )

    assert not made.acceptable
    assert any("alternative" in reason for reason in made.reasons), made.reasons


def test_sisters_of_one_surname_are_two_players() -> None:
    assert match_of_namesakes("Ada Berg vs Eva Lund", "Ada Berg vs Eva Lund").acceptable
    assert match_of_namesakes("Berg vs Lund", "Ada Berg vs Eva Lund").acceptable
    assert not match_of_namesakes("Ada Berg vs Eva Lund", "Ada Berg vs Ida Lund").acceptable
