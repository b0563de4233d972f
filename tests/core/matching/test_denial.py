"""Questions that ask for the opposite: exact opposites are matched turned, look-alikes never, and nothing the wrong way
round."""

import pytest

from arbkit.core.markets import Market, Polarity
from arbkit.core.matching.denial import affirm
from tests.core.matching.markets import kalshi, polymarket, verdict

UNSURE = 500_000
"""Below this nobody takes a pair for one that pays alike."""


def asks(title: str, condition: str, further: str = "") -> Market:
    """A Kalshi market in its house style."""
    return kalshi(title, "KXTEST-29", rules=f"If {condition}, then the market resolves to Yes. {further}")


def pays_if(title: str, condition: str, further: str = "") -> Market:
    """A Polymarket market in its house style."""
    return polymarket(
        title,
        f'This market will resolve to "Yes" if {condition}. Otherwise, this market will resolve to "No". {further}',
    )


CHAIR = asks(
    "Will Ada Berg cease to be Harbour Commissioner before Mar 1, 2029?",
    "Ada Berg ceases to be Harbour Commissioner before Mar 1, 2029",
)
SHUTDOWN = asks("Will the shutdown end before Mar 1, 2029?", "the federal government shutdown ends before Mar 1, 2029")
BOUT = asks("Will the Falk vs Dane fight go the distance?", "the Falk vs Dane professional MMA fight goes the distance")
TWINS = [
    (
        CHAIR,
        "Will Ada Berg remain Harbour Commissioner through February 28, 2029?",
        "Ada Berg remains Harbour Commissioner through February 28, 2029, 11:59 PM ET",
    ),
    (
        CHAIR,
        "Will Ada Berg keep her job as Harbour Commissioner through February 28, 2029?",
        "Ada Berg continuously holds the position of Harbour Commissioner through February 28, 2029",
    ),
    (
        CHAIR,
        "Will Ada Berg not cease to be Harbour Commissioner by February 28, 2029?",
        "Ada Berg does not cease to be Harbour Commissioner by February 28, 2029",
    ),
    (
        SHUTDOWN,
        "Will the shutdown last through February 28, 2029?",
        "the federal government shutdown is still ongoing at the end of February 28, 2029",
    ),
    (
        asks("Will a storm reach Port Vane in 2029?", "at least one storm reaches Port Vane in 2029"),
        "No storm reaches Port Vane in 2029?",
        "no storm reaches Port Vane between January 1 and December 31, 2029",
    ),
    (
        asks(
            "Will the Vane Line release a night train before 2030?", "the Vane Line releases a night train before 2030"
        ),
        "No Vane Line night train release before 2030?",
        "the Vane Line does not release a night train by December 31, 2029, 11:59 PM ET",
    ),
    (
        asks("Will the Vane Line strike in 2029?", "the staff of the Vane Line strike in 2029"),
        "Will the Vane Line avoid a strike in 2029?",
        "no strike of the staff of the Vane Line begins in 2029",
    ),
    (
        asks("Will Measure 12 pass in Port Vane?", "Measure 12 is approved by voters in the 2029 Port Vane election"),
        "Will Port Vane voters reject Measure 12?",
        "Measure 12 is not approved by voters in the 2029 Port Vane election",
    ),
    (
        asks("Will Berg and Lund agree to a truce before 2030?", "Ada Berg and Ida Lund agree to a truce before 2030"),
        "Will Berg and Lund fail to agree to a truce before 2030?",
        "Ada Berg and Ida Lund fail to agree to a truce by December 31, 2029",
    ),
    (
        asks(
            "Will Norrby be relegated from the Vane League?",
            "Norrby is relegated from the Vane League after the 2028-29 season",
        ),
        "Will Norrby stay up in 2028-29?",
        "Norrby is not relegated from the Vane League after the 2028-29 season",
    ),
    (
        asks(
            "Will Ada Berg be out as Attorney General before 2030?",
            "Ada Berg ceases to be Attorney General before 2030",
        ),
        "Will Ada Berg remain Attorney General through 2029?",
        "Ada Berg remains Attorney General through December 31, 2029, 11:59 PM ET",
    ),
    (
        asks("How many rate cuts will the Riksbank make in 2029?", "the Riksbank cuts rates 0 times in 2029"),
        "Will the Riksbank cut rates in 2029?",
        "the Riksbank cuts rates at least once in 2029",
    ),
    (
        asks(
            "Will the Riksbank leave rates unchanged in March 2029?",
            "the Riksbank leaves its rate unchanged in March 2029",
        ),
        "Will the Riksbank change rates in March 2029?",
        "the Riksbank changes its rate at its March 2029 meeting",
    ),
]


@pytest.mark.parametrize(("market", "title", "condition"), TWINS, ids=[title for _, title, _ in TWINS])
def test_an_exact_opposite_pays_turned(market: Market, title: str, condition: str) -> None:
    made = verdict(market, pays_if(title, condition))
    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


def test_a_fight_that_ends_early_does_not_go_the_distance() -> None:
    made = verdict(
        BOUT,
        pays_if(
            "Falk vs. Dane to end inside the distance?",
            "the Falk vs. Dane professional MMA fight ends inside the distance",
        ),
    )
    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


def test_who_is_not_to_go_the_distance_is_denied_it() -> None:
    bout = "the Falk vs. Dane professional MMA fight does not go the distance"
    made = verdict(BOUT, pays_if("Falk vs. Dane: fight to not go the distance?", bout))
    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


def test_none_of_a_group_is_decided_by_the_sentence_that_says_so() -> None:
    group = polymarket(
        "Will Ada Berg and Ida Lund not meet before 2030?",
        "This market will resolve according to the place of the next meeting between Ada Berg and Ida Lund. "
        "If no meeting "
        'takes place by December 31, 2029, this market will resolve to "No meeting before 2030".',
    )
    made = verdict(
        asks("Will Ada Berg and Ida Lund meet before 2030?", "Ada Berg and Ida Lund meet before 2030"), group
    )
    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


OPPOSED_WORDS = [
    ("rates outperform bonds", "rates underperform bonds"),
    ("the ferry dock open", "the ferry dock close"),
    ("Ada Berg retire", "Ada Berg continue"),
    ("the bridge ruling be upheld", "the bridge ruling be overturned"),
    ("the film succeed", "the film fail"),
    ("the levy be lawful", "the levy be unlawful"),
]


@pytest.mark.parametrize(("here", "there"), OPPOSED_WORDS)
def test_opposite_words_are_never_taken_for_the_same(here: str, there: str) -> None:
    one, two = (f"Will {asked} in Port Vane in 2029?" for asked in (here, there))
    assert verdict(kalshi(one, "KXTEST-29"), polymarket(two)).confidence_ppm < UNSURE


TRAPS = [
    (
        CHAIR,
        "Will Ada Berg remain Harbour Commissioner through March 31, 2029?",
        "Ada Berg remains Harbour Commissioner through March 31, 2029",
    ),
    (
        CHAIR,
        "Will Ada Berg be Harbour Commissioner on February 28, 2029?",
        "Ada Berg is Harbour Commissioner on February 28, 2029",
    ),
    (
        CHAIR,
        "Will Ada Berg still be Harbour Commissioner by February 28, 2029?",
        "Ada Berg is still Harbour Commissioner by February 28, 2029",
    ),
    (
        CHAIR,
        "Will Ada Berg announce she will not cease to be Harbour Commissioner by February 28, 2029?",
        "Ada Berg announces she will not cease to be Harbour Commissioner by February 28, 2029",
    ),
    (
        SHUTDOWN,
        "Will the shutdown last through March 15, 2029?",
        "the federal government shutdown is still ongoing at the end of March 15, 2029",
    ),
    (
        asks("Will Tom Falk be convicted in 2029?", "Tom Falk is convicted in 2029"),
        "Will Tom Falk be acquitted in 2029?",
        "Tom Falk is acquitted in 2029",
    ),
    (
        asks("Will Tom Falk be found guilty in 2029?", "Tom Falk is found guilty in 2029"),
        "Tom Falk found not guilty in 2029?",
        "Tom Falk is found not guilty in 2029",
    ),
    (
        asks("Will the Quiet Streets Act pass the Senate in 2029?", "the Quiet Streets Act passes the Senate in 2029"),
        "Will the Senate reject the Quiet Streets Act in 2029?",
        "the Senate rejects the Quiet Streets Act in 2029",
    ),
    (
        asks("Will Ada Berg and Ciro Dane marry before 2030?", "Ada Berg and Ciro Dane marry before 2030"),
        "Will Ada Berg and Ciro Dane break up before 2030?",
        "Ada Berg and Ciro Dane break up by December 31, 2029",
    ),
    (
        asks("Will Norrby reach the final of the Vane Cup in 2029?", "Norrby reaches the final of the 2029 Vane Cup"),
        "Will Norrby be eliminated in the final of the Vane Cup in 2029?",
        "Norrby is eliminated in the final of the 2029 Vane Cup",
    ),
    (
        asks("Will Norrby win against Halden in 2029?", "Norrby wins against Halden in 2029"),
        "Will Norrby lose against Halden in 2029?",
        "Norrby loses against Halden in 2029",
    ),
    (
        asks(
            "Will the Riksbank leave rates unchanged in March 2029?",
            "the Riksbank leaves its rate unchanged in March 2029",
        ),
        "Will the Riksbank cut rates in March 2029?",
        "the Riksbank cuts its rate in March 2029",
    ),
    (
        asks("Will a storm reach Port Vane in 2029?", "at least one storm reaches Port Vane in 2029"),
        "Fewer than 2 storms reach Port Vane in 2029?",
        "fewer than 2 storms reach Port Vane in 2029",
    ),
    (
        asks("Will the Vane Line strike in 2029?", "the staff of the Vane Line strike in 2029"),
        "No Vane Line strike in 2029?",
        "the staff of the Vane Line strike in 2029",
    ),
]


@pytest.mark.parametrize(("market", "title", "condition"), TRAPS, ids=[title for _, title, _ in TRAPS])
def test_what_only_looks_like_the_opposite_is_refused_and_never_taken_for_the_same(
    market: Market, title: str, condition: str
) -> None:
    made = verdict(market, pays_if(title, condition))
    assert not made.acceptable
    assert made.confidence_ppm < UNSURE or made.polarity is Polarity.INVERTED, made.reasons


def test_a_further_way_to_yes_of_a_market_that_denies_is_a_doubt() -> None:
    title, condition = (
        "Will Ada Berg remain Harbour Commissioner through February 28, 2029?",
        ("Ada Berg remains Harbour Commissioner through February 28, 2029"),
    )
    further = 'If she leaves because of an illness, this market will resolve to "Yes".'
    assert verdict(CHAIR, pays_if(title, condition)).acceptable
    assert not verdict(CHAIR, pays_if(title, condition, further)).acceptable


@pytest.mark.parametrize(
    "denied", ["is not above 3.1%", "is not equal to or greater than 3.1%", "does not exceed 3.1%"]
)
def test_a_rule_that_denies_the_number_of_its_own_title_is_refused(denied: str) -> None:
    market = asks("Will the Vane rate be above 3.1% in March 2029?", "the Vane rate is above 3.1% in March 2029")
    told = f"the Vane rate reported by the harbour office for March 2029 {denied}"
    assert not verdict(market, pays_if("Will the Vane rate be above 3.1% in March 2029?", told)).acceptable


def test_none_of_a_strength_is_the_denial_of_it() -> None:
    made = verdict(
        asks(
            "Will there be a magnitude 8.0 or above quake in March 2029?",
            "a quake of magnitude 8.0 or above occurs in March 2029",
        ),
        pays_if(
            "No 8.0 or above magnitude quake in March 2029?", "no quake of magnitude 8.0 or above occurs in March 2029"
        ),
    )
    assert made.acceptable, made.reasons
    assert made.polarity is Polarity.INVERTED


def test_no_change_that_is_denied_is_no_denial_of_a_cut() -> None:
    market = asks(
        "Will the Riksbank maintain its rate in March 2029?", "the Riksbank hikes its rate by 0 bps in March 2029"
    )
    made = verdict(
        market,
        pays_if(
            "Will the Riksbank not make no change in March 2029?",
            "the Riksbank does not leave its rate unchanged in March 2029",
        ),
    )
    assert not (made.acceptable and made.polarity is Polarity.ALIGNED)


def test_where_both_pay_no_when_it_is_called_off_an_exact_opposite_is_less_sure() -> None:
    market = asks("Will Norrby win against Halden in 2029?", "Norrby wins against Halden in 2029")
    title, condition = "Will Norrby not win against Halden in 2029?", "Norrby does not win against Halden in 2029"
    sure = verdict(market, pays_if(title, condition))
    unsure = verdict(market, pays_if(title, condition, 'If the match is cancelled, this market will resolve to "No".'))
    assert sure.polarity is unsure.polarity is Polarity.INVERTED
    assert unsure.confidence_ppm < sure.confidence_ppm


@pytest.mark.parametrize(
    ("written", "positive"),
    [
        ("Will Ada Berg remain chair through May?", "Will Ada Berg leave chair through May?"),
        ("the Vane Line doesn't reopen", "the Vane Line does reopen"),
        ("no storm reaches Port Vane", "storm reaches Port Vane"),
        ("Will the Vane Line never reopen?", "Will the Vane Line reopen?"),
        ("Won't the ferry run?", "will the ferry run?"),
        ("Tom Falk not released in 2029?", "Tom Falk released in 2029?"),
        ("the United States does not default", "the United States does default"),
        ("Berg and Lund fail to agree", "Berg and Lund agree"),
    ],
)
def test_a_denial_of_the_whole_is_put_into_positive_words(written: str, positive: str) -> None:
    found = affirm(written)
    assert found.turned
    assert found.text.split() == positive.split()


@pytest.mark.parametrize(
    "written",
    [
        "Ada Berg agrees not to stand again",
        "Ada Berg announces she will not stand again",
        "a person who has not held office wins",
        "Norrby wins not more than 5 seats",
        "the Senate does not pass it and the House does not pass it",
        "Will the ferry not run until 2030?",
        "Tom Falk is found not guilty",
        "Will a player not named here win?",
        "Will someone not born in Port Vane win?",
        "Norrby agrees to not play",
        "Will No Hard Harbour win the film prize? If No Hard Harbour wins",
        "the harbour remains open",
        "the rate remains above 3%",
    ],
)
def test_any_other_denial_turns_nothing(written: str) -> None:
    assert not affirm(written, named_no=" No " in written).turned


def test_a_film_whose_name_begins_with_no_is_denied_nothing() -> None:
    made = verdict(
        asks("Will No Quiet Harbour win the film prize in 2029?", "the film No Quiet Harbour wins the 2029 film prize"),
        pays_if(
            "Will No Quiet Harbour win the film prize in 2029?", "the movie No Quiet Harbour wins the 2029 film prize"
        ),
    )
    assert made.polarity is Polarity.ALIGNED


COUNTS = [
    ("more than 169", "170 or more", Polarity.ALIGNED),
    ("more than 169", "at least 170", Polarity.ALIGNED),
    ("fewer than 170", "169 or fewer", Polarity.ALIGNED),
    ("more than 169", "169 or fewer", Polarity.INVERTED),
    ("more than 169", "fewer than 170", Polarity.INVERTED),
    ("more than 169", "169 or more", None),
    ("more than 169", "170 or fewer", None),
    ("more than 169", "fewer than 169", None),
    ("at least 170", "more than 170", None),
]


@pytest.mark.parametrize(("here", "there", "polarity"), COUNTS)
def test_of_what_is_counted_more_than_a_number_is_the_next_or_more(
    here: str, there: str, polarity: Polarity | None
) -> None:
    one, two = (f"the Vane Line completes {values} satellite launches in 2029" for values in (here, there))
    made = verdict(
        asks(f"Will the Vane Line complete {here} satellite launches in 2029?", one),
        pays_if(f"Will the Vane Line complete {there} satellite launches in 2029?", two),
    )
    assert made.acceptable is (polarity is not None), made.reasons
    assert polarity is None or made.polarity is polarity


@pytest.mark.parametrize(
    ("there", "polarity"),
    [("3.1 million passengers or fewer", Polarity.INVERTED), ("3.1 million passengers or more", None)],
)
def test_a_comparator_may_follow_the_thing_that_is_counted(there: str, polarity: Polarity | None) -> None:
    made = verdict(
        asks(
            "Number of passengers of the Vane Line in 2029?", "more than 3100000 passengers use the Vane Line in 2029"
        ),
        pays_if(f"Will the Vane Line carry {there} in 2029?", f"{there} use the Vane Line in 2029"),
    )
    assert made.acceptable is (polarity is not None), made.reasons
    assert polarity is None or made.polarity is polarity
