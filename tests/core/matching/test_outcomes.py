"""Which outcome pays: labels the wrong way round, all but one, and rules that pay the other side."""

import pytest

from arbkit.core.markets import Market, Polarity
from tests.core.matching.markets import kalshi, polymarket, verdict


def listed(*, label: str = "Denver", winner: str = "Denver") -> Market:
    """Build a Kalshi market on a game."""
    return kalshi(
        "Dallas at Denver Winner?",
        "KXNBAGAME-29JAN12DALDEN-DEN",
        yes_label=label,
        rules=f"If {winner} wins the Dallas at Denver professional basketball game originally scheduled for Jan 12, "
        "2029, then the market resolves to Yes.",
    )


def sought(*, first: str = "Mavericks", second: str = "Nuggets") -> Market:
    """Build a Polymarket market on the same game, whose rules pay `first` when the Mavericks win."""
    return polymarket(
        "Mavericks vs. Nuggets",
        "In the upcoming NBA game, scheduled for January 12, 2029: "
        f'If the Mavericks win, the market will resolve to "{first}". '
        f'If the Nuggets win, the market will resolve to "{second}".',
        outcomes=("Mavericks", "Nuggets"),
        slug="nba-dal-den-2029-01-12",
    )


def test_the_sides_of_a_game_pay_as_their_labels_say() -> None:
    made = verdict(listed(), sought())

    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


def test_a_rule_about_the_other_side_than_the_label_names_rules_the_pair_out() -> None:
    assert not verdict(listed(winner="Dallas"), sought()).acceptable
    assert not verdict(listed(label="Dallas"), sought()).acceptable


def test_rules_that_pay_one_side_when_the_other_wins_rule_the_pair_out() -> None:
    assert not verdict(listed(), sought(first="Nuggets", second="Mavericks")).acceptable


@pytest.mark.parametrize("outcomes", [("No", "Yes"), ("Down", "Up")])
def test_a_market_whose_first_outcome_says_no_is_for_no_machine(outcomes: tuple[str, str]) -> None:
    rules = "This market will resolve to Yes if Ada Berg wins the 2029 Harbor Cup."
    here = kalshi("Will Ada Berg win the 2029 Harbor Cup?", "KXHARBOR-29-ABER")

    assert verdict(here, polymarket("Will Ada Berg win the 2029 Harbor Cup?", rules)).acceptable
    assert not verdict(here, polymarket("Will Ada Berg win the 2029 Harbor Cup?", rules, outcomes=outcomes)).acceptable


@pytest.mark.parametrize(
    "who", ["anyone but Ada Berg", "any player other than Ada Berg", "someone other than Ada Berg"]
)
def test_anyone_but_somebody_is_not_that_somebody(who: str) -> None:
    here = kalshi(
        "Will Ada Berg win the 2029 Harbor Cup?",
        "KXHARBOR-29-ABER",
        rules="If Ada Berg wins the 2029 Harbor Cup, then the market resolves to Yes.",
    )

    assert not verdict(here, polymarket(f"Will {who} win the 2029 Harbor Cup?")).acceptable
    assert not verdict(
        here,
        polymarket(
            "Will Ada Berg win the 2029 Harbor Cup?",
            f"This market will resolve to Yes if {who} wins the 2029 Harbor Cup.",
        ),
    ).acceptable
