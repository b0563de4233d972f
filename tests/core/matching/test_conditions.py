"""What the rule decides by, and from when it counts: told apart from what the title says."""

from dataclasses import replace
from datetime import datetime

import pytest

from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict


def recession(*, polymarket_rules: str) -> Verdict:
    """Judge two markets on a recession, of which Kalshi's goes by two quarters."""
    return verdict(
        kalshi(
            "Will there be a recession in 2027?",
            "KXRECESSION-27",
            rules="If there are two consecutive quarters of negative GDP growth in 2027, then the market resolves to "
            "Yes.",
        ),
        polymarket("US recession by end of 2027?", polymarket_rules),
    )


def leaving(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on an office that agree but for when leaving counts."""
    return verdict(
        kalshi(
            "Will Ada Novak leave Prime Minister of Norway before Jul 1, 2027?",
            "KXLEAVENOVAK-27JUL01",
            rules="If Ada Novak leaves as Prime Minister of Norway before Jul 1, 2027, then the market resolves to "
            f"Yes. {kalshi_rules}",
        ),
        polymarket(
            "Ada Novak out as Prime Minister of Norway by June 30, 2027?",
            "This market will resolve to Yes if Ada Novak ceases to be Prime Minister of Norway by June 30, 2027. "
            f"{polymarket_rules}",
        ),
    )


def test_a_rule_that_decides_by_something_else_than_the_title_is_refused_where_the_other_side_does_not_say_it() -> None:
    made = recession(
        polymarket_rules='This market will resolve to "Yes" if a committee of economists announces a recession in '
        "2027. Otherwise, it will resolve to No."
    )

    assert not made.acceptable
    assert any("condition" in reason and "consecutive" in reason for reason in made.reasons)


def test_the_same_rule_is_accepted_where_the_other_side_decides_by_it_too() -> None:
    made = recession(
        polymarket_rules='This market will resolve to "Yes" if a recession occurs in the US in 2027: two consecutive '
        "quarters of negative GDP growth."
    )

    assert made.acceptable, made.reasons


ANNOUNCED = "An announcement of her resignation before its end will immediately resolve this market to Yes."


def test_an_announcement_counts_in_the_words_of_either_venue() -> None:
    for rules in (
        "An announcement of departure is also encompassed by the Payout Criterion.",
        "An announcement that Ada Novak will leave the position also resolves to Yes.",
    ):
        made = leaving(kalshi_rules=rules, polymarket_rules=ANNOUNCED)
        assert made.acceptable, made.reasons


def test_an_announcement_that_does_not_count_here_is_a_conflict_where_it_counts_there() -> None:
    for rules in (
        "An announcement of departure is not encompassed by the Payout Criterion.",
        "An announcement that Ada Novak will leave does not resolve to Yes.",
    ):
        made = leaving(kalshi_rules=rules, polymarket_rules=ANNOUNCED)
        assert not made.acceptable
        assert any(reason.startswith("conflict: effect") for reason in made.reasons), made.reasons


def saying(rule: str) -> Verdict:
    """Judge what is said before the first of April against what is said in March."""
    return verdict(
        kalshi('Will Ada Novak say "Harbor" before Apr 1, 2027?', "KXNOVAKSAY-27APR01-HARB", rules=rule),
        polymarket(
            'Will Ada Novak say "Harbor" in March 2027?',
            "This market will resolve to Yes if Ada Novak says the listed term between March 1, 2027, 12:00 AM ET and "
            "March 31, 2027, 11:59 PM ET.",
        ),
    )


def test_a_month_is_the_same_as_before_its_end_when_the_rule_names_its_first_day() -> None:
    named = saying(
        "If Harbor is said by Ada Novak between Mar 1, 2027 and Apr 1, 2027, then the market resolves to Yes."
    )
    silent = saying("If Harbor is said by Ada Novak before Apr 1, 2027, then the market resolves to Yes.")
    later = saying(
        "If Harbor is said by Ada Novak between Mar 9, 2027 and Apr 1, 2027, then the market resolves to Yes."
    )

    assert named.acceptable, named.reasons
    assert not silent.acceptable
    assert not later.acceptable


def ranked(*, kalshi_rules: str, polymarket_rules: str) -> Verdict:
    """Judge two markets on the best model of a leaderboard."""
    return verdict(
        kalshi(
            "Best AI in Dec 2027?",
            "KXLLM1-27DEC31-HARB",
            rules=f"If HarborAI has the top-ranked LLM on Dec 31, 2027, the market resolves to Yes. {kalshi_rules}",
        ),
        polymarket(
            "Will HarborAI have the best AI model at the end of December 2027?",
            "This market will resolve according to the company that owns the best model on the leaderboard on December "
            f"31, 2027. {polymarket_rules}",
        ),
    )


def test_a_leaderboard_with_style_control_is_another_than_without() -> None:
    off = "When checking the source, check the 'Remove Style Control' toggle."

    assert ranked(kalshi_rules=off, polymarket_rules="The table with the style control off will be used.").acceptable
    assert not ranked(kalshi_rules=off, polymarket_rules="The table with style control on will be used.").acceptable
    assert not ranked(kalshi_rules="", polymarket_rules="The table with style control unchecked is used.").acceptable


def attending(*, closes: tuple[str, str]) -> Verdict:
    """Judge two markets on a wedding of which neither says when it is, that close on these days."""
    mine, other = (datetime.fromisoformat(f"{day}T15:00:00+00:00") for day in closes)
    return verdict(
        replace(
            kalshi("Will Ada Novak attend the wedding of Ivo Marin?", "KXMARINWEDDING-ANOV", rules="If Ada Novak ..."),
            closes_at=mine,
        ),
        replace(
            polymarket("Will Ada Novak attend the wedding of Ivo Marin?", "This market resolves to Yes if she does."),
            closes_at=other,
        ),
    )


def test_where_neither_side_says_when_one_that_waits_years_longer_is_refused() -> None:
    assert attending(closes=("2027-12-31", "2027-12-31")).acceptable
    assert not attending(closes=("2029-12-31", "2027-12-31")).acceptable


def ruling(*, kalshi_rules: str) -> Verdict:
    """Judge two markets on a ruling for one side, of which Kalshi's rule says what has to be ruled."""
    asked = "Will the Supreme Court rule in favor of Vane in Vane v. Rosefield in 2029?"
    return verdict(
        kalshi(
            asked,
            "KXSCOTUSVANE-29",
            rules=f"If the Supreme Court, in 2029, {kalshi_rules}, then the market resolves to Yes.",
        ),
        polymarket(
            asked, 'It resolves to "Yes" if the Supreme Court rules in favor of Vane in Vane v. Rosefield in 2029.'
        ),
    )


def test_a_rule_that_keeps_the_words_of_its_title_and_adds_names_of_its_own_is_refused() -> None:
    assert ruling(kalshi_rules="rules in favor of Vane in Vane v. Rosefield").acceptable
    assert not ruling(kalshi_rules="rules for Vane in Vane v. Rosefield to overturn Hastings Meadow").acceptable


@pytest.mark.parametrize("relative", ["Melania Trump", "Kimbal Musk", "Jill Biden", "Brigitte Macron", "Colin Powell"])
def test_a_leader_known_by_one_name_is_not_who_shares_it(relative: str) -> None:
    leader = relative.rpartition(" ")[2]

    def asked_of(kalshi_name: str, polymarket_name: str) -> Verdict:
        return verdict(
            kalshi(
                f"Will {kalshi_name} visit Norway before Jan 1, 2027?",
                "KXVISITNORWAY-27JAN01",
                rules=f"If {kalshi_name} visits Norway before Jan 1, 2027, then the market resolves to Yes.",
            ),
            polymarket(
                f"Will {polymarket_name} visit Norway by December 31, 2026?",
                f'This market will resolve to "Yes" if {polymarket_name} visits Norway by December 31, 2026.',
            ),
        )

    assert asked_of(leader, leader).acceptable
    assert not asked_of(leader, relative).acceptable
    assert not asked_of(relative, leader).acceptable


@pytest.mark.parametrize(
    ("end", "label", "is_a_side"), [("XYZ", "", False), ("TIE", "", False), ("ARS", "Arsenal", True)]
)
def test_a_match_market_that_names_no_side_is_neither_side_of_the_match(
    end: str, label: str, *, is_a_side: bool
) -> None:
    made = verdict(
        kalshi("Arsenal vs Chelsea Winner?", f"KXEPLGAME-26NOV21ARSCHE-{end}", yes_label=label),
        polymarket(
            "Will Arsenal FC win on 2026-11-21?",
            "In the upcoming Premier League game, scheduled for November 21, 2026: If Arsenal FC wins, this market "
            'will resolve to "Yes".',
            slug="epl-ars-che-2026-11-21-ars",
        ),
    )

    assert made.acceptable is is_a_side
    assert any(reason.startswith("conflict: outcome") for reason in made.reasons) is not is_a_side


def test_a_second_condition_on_one_side_only_is_refused() -> None:
    two_quarters = (
        "This market will resolve to Yes if there are two consecutive quarters of negative GDP growth in 2027"
    )

    assert recession(polymarket_rules=f"{two_quarters}.").acceptable
    made = recession(polymarket_rules=f"{two_quarters} or if the NBER announces a recession by December 31, 2027.")
    assert not made.acceptable
    assert any("content with" in reason and "nber" in reason for reason in made.reasons)


def landfall(*, where: str) -> Verdict:
    """Judge two markets on a hurricane, of which Polymarket's makes landfall `where`."""
    return verdict(
        kalshi(
            "Will a Category 5 hurricane make landfall in the US before 2028?",
            "KXHURLAND-27-CAT5",
            rules="If a Category 5 hurricane makes landfall in the United States before Jan 1, 2028, then the market "
            "resolves to Yes.",
        ),
        polymarket(
            "Will a Category 5 hurricane make landfall in the US in 2027?",
            f"This market will resolve to Yes if a Category 5 hurricane makes landfall in {where} by December 31, "
            "2027.",
        ),
    )


def test_a_part_of_a_country_is_not_the_whole_of_it() -> None:
    assert landfall(where="the United States").acceptable
    assert not landfall(where="the conterminous United States").acceptable
    assert not landfall(where="the continental US").acceptable


def test_the_dot_of_a_case_ends_no_sentence() -> None:
    rules = "the Supreme Court rules in Vane v. Ohio that the canal order is unconstitutional"
    made = verdict(
        kalshi(
            "Will the Supreme Court rule that the canal order is unconstitutional?",
            "KXSCOTUSCANAL-28",
            rules=f"If {rules} before Aug 1, 2028, then the market resolves to Yes.",
        ),
        polymarket(
            "Supreme Court rules the canal order unconstitutional?",
            f"This market will resolve to Yes if {rules} by July 31, 2028, 11:59 PM ET.",
        ),
    )

    assert made.acceptable, made.reasons


def guilty(*, kalshi_title: str, polymarket_title: str) -> Verdict:
    """Judge two markets whose rules decide by the same words, under two titles."""
    return verdict(
        kalshi(
            f"Will Tom Vane be {kalshi_title} before Jan 1, 2028?",
            "KXVANETRIAL-28",
            rules="If Tom Vane is found guilty in the Ohio trial before Jan 1, 2028, then the market resolves to Yes.",
        ),
        polymarket(
            f"Tom Vane {polymarket_title} by December 31, 2027?",
            "This market will resolve to Yes if Tom Vane is found guilty in the Ohio trial by December 31, 2027.",
        ),
    )


@pytest.mark.parametrize("kind", ["of murder", "for fraud", "of perjury in Maine"])
def test_what_kind_of_thing_a_title_asks_for_counts_though_no_rule_repeats_it(kind: str) -> None:
    assert guilty(kalshi_title="found guilty", polymarket_title="found guilty").acceptable
    assert not guilty(kalshi_title=f"found guilty {kind}", polymarket_title="found guilty").acceptable
    assert not guilty(kalshi_title="found guilty", polymarket_title=f"found guilty {kind}").acceptable


def test_a_day_without_a_year_lies_before_the_close_rather_than_long_after_it() -> None:
    """June 30 of a market that closes at the end of 2027 is that of 2027, though that of 2028 is three days nearer."""
    listed = kalshi(
        "Will Ada Novak be out as President of Norway before Jul 1, 2027?",
        "KXNOVAKOUT-27JUL01",
        rules="If Ada Novak ceases to be President of Norway before Jul 1, 2027, then the market resolves to Yes.",
    )
    rules = "This market will resolve to Yes if the President of Norway, Ada Novak, leaves office by June 30, {year}."
    closes = datetime.fromisoformat("2027-12-31T00:00:00+00:00")
    for year, accepted in ((2027, True), (2028, False)):
        found = replace(polymarket("Ada Novak out by June 30?", rules.format(year=year)), closes_at=closes)
        made = verdict(listed, found)
        assert made.acceptable is accepted, made.reasons
