"""What the deciding sentence narrows under titles that are alike: how a win comes about, which release, of which crime,
what is counted, what is enough."""

import pytest

from arbkit.core.markets import Market
from arbkit.core.matching.verdict import Verdict
from tests.core.matching.markets import kalshi, polymarket, verdict

WIDELY = 900_000
"""A look-alike that is refused stays at or below this, so that no small thing lifts it over the floor."""


def match(sport: str, first: str, second: str, code: str, how: str, title: str = "", label: str = "") -> Market:
    """A Kalshi market on one side of a match, won in some way."""
    rules = f"If {first} wins the {first} vs {second} {sport} originally scheduled for Dec 12, 2029{how}, then"
    return kalshi(
        title or f"Will {first} win the {first} vs {second} {sport}{how}?",
        f"KXMATCH-29DEC12{code}-{code[:3]}",
        yes_label=label or first,
        rules=f"{rules} the market resolves to Yes.",
    )


def winner(sport: str, first: str, second: str) -> Market:
    """A Polymarket market on who wins a match."""
    return polymarket(
        f"{first} vs. {second}",
        f"This market refers to the {sport} between {first} and {second}, scheduled for December 12, 2029. If {first} "
        f'wins, this market will resolve to "{first}".',
        outcomes=(first, second),
        slug="match-2029-12-12",
    )


MATCHES = [
    ("professional MMA fight", "Tom Falk", "Ciro Dane", "FALDAN"),
    ("tennis match", "Ada Berg", "Ida Lund", "BERLUN"),
    ("professional boxing fight", "Leo Rossi", "Max Stein", "ROSSTE"),
]
MANNERS = [
    *(" by KO/TKO/DQ", " by knockout", " via KO", " by submission", " by decision", " by split decision", " on points"),
    *(
        " in round 1",
        " in the first round",
        " before round 3",
        " inside the distance",
        " by stoppage",
        " by retirement",
    ),
    *(" in straight sets", " 2-0", " by a score of 2-1", " in three sets", " without dropping a set", " with a sweep"),
    *(" on penalties", " in a penalty shootout", " in extra time", " after extra time", " in overtime", " in OT"),
    *(" by 2+ goals", " by two or more goals", " by at least two runs", " on the run line", " on the puck line"),
    *(" by an innings", " by 5 wickets", " in a super over", " in regulation", " to nil", " in extra innings"),
    *(" by a shutout", " with a clean sheet", " in a walk-off"),
]


@pytest.mark.parametrize("how", MANNERS)
def test_to_win_in_one_way_is_not_to_win(how: str) -> None:
    sport, first, second, code = MATCHES[MANNERS.index(how) % len(MATCHES)]
    bare = f"Will {first} win the {first} vs {second} {sport}?"
    for asked in (
        match(sport, first, second, code, how, label=first + how),
        match(sport, first, second, code, how, title=bare),
        match(sport, first, second, code, "", title=bare.replace("?", how + "?")),
    ):
        made = verdict(asked, winner(sport, first, second))

        assert made.confidence_ppm <= WIDELY, (asked.title, made.reasons)


@pytest.mark.parametrize("one", MATCHES)
def test_what_only_says_what_counts_as_well_asks_for_no_manner(one: tuple[str, str, str, str]) -> None:
    sport, first, second, code = one
    for how in ("", ", including on points", " (including extra time and penalties)"):
        made = verdict(
            match(sport, first, second, code, how, title=f"Will {first} win the {first} vs {second} {sport}?"),
            winner(sport, first, second),
        )

        assert made.acceptable, made.reasons


def clemency(counted: str, rules: str) -> Verdict:
    """Two markets on a pardon whose rules count different things."""
    return verdict(
        kalshi(
            "Will Trump pardon Martin Doyle before 2030?",
            "KXPARDON-30JAN01",
            rules=f"If Martin Doyle receives {counted} before Jan 1, 2030, then the market resolves to Yes.",
        ),
        polymarket(
            "Will Trump pardon Martin Doyle by December 31, 2029?",
            f"This market will resolve to Yes if Martin Doyle receives {rules}",
        ),
    )


BY = "from Donald Trump by December 31, 2029."
ALL = "a presidential pardon, commutation, or reprieve"


@pytest.mark.parametrize(
    "rules",
    [
        f"a full presidential pardon (a commutation alone will not count) {BY}",
        f"a presidential pardon {BY} Commutations and reprieves will not count.",
        f"a presidential pardon {BY} Commutations and reprieves do not qualify.",
        f"a presidential pardon {BY} A commutation is not sufficient.",
        f"a presidential pardon {BY} A reprieve is not enough.",
        f"a presidential pardon {BY} Neither a commutation nor a reprieve will count.",
        f"a presidential pardon {BY} Only a pardon counts; commutations do not.",
        f"a presidential pardon {BY} A commutation by itself will not suffice.",
    ],
)
def test_what_one_side_enumerates_and_the_other_leaves_out_rules_the_pair_out(rules: str) -> None:
    made = clemency(ALL, rules)

    assert any("conflict: what counts" in reason for reason in made.reasons), made.reasons


def test_what_one_side_alone_enumerates_is_for_a_person_to_judge() -> None:
    made = clemency(ALL, f"a presidential pardon {BY}")

    assert any("only Kalshi is content with" in reason for reason in made.reasons), made.reasons
    assert not made.acceptable


def test_places_that_one_side_alone_enumerates_are_for_a_person_to_judge() -> None:
    here, there = "Ann Vane visits Oslo, Bergen, or Trondheim", "Ann Vane visits Oslo"
    for made in (asked("Ann Vane visit Oslo", here, there), asked("Ann Vane visit Oslo", there, here)):
        assert not made.acceptable, made.reasons


def test_the_same_enumeration_agrees() -> None:
    assert clemency(ALL, f"{ALL} {BY}").acceptable
    assert clemency(
        "a presidential pardon", f"a presidential pardon (a commutation alone will not count) {BY}"
    ).acceptable


def growth(here: str, there: str) -> Verdict:
    """Two markets on growth, by two releases of the figure."""
    return verdict(
        kalshi(
            "Will real GDP increase by more than 3.0% in Q4 2029?",
            "KXGDP-30JAN28-T3.0",
            rules=f"If real GDP by the BEA's {here} increases by more than 3.0% in Q4 2029, then the market resolves "
            "to Yes.",
        ),
        polymarket(
            "Will US GDP growth in Q4 2029 be greater than 3.0%?",
            "This market will resolve to Yes if the change in US real GDP for Q4 2029, according to the BEA's "
            f"{there}, is greater than 3.0%.",
        ),
    )


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Advance Estimate", "third estimate"),
        ("advance estimate", "second estimate"),
        ("flash estimate", "final estimate"),
        ("first print", "revised figure"),
        ("preliminary reading", "final reading"),
        ("initial release", "second release"),
        ("advance estimate", "third GDP estimate"),
    ],
)
def test_one_release_of_a_figure_is_not_another(here: str, there: str) -> None:
    for made in (growth(here, there), growth(there, here)):
        assert any("conflict: release" in reason for reason in made.reasons), made.reasons


def test_who_names_no_release_means_the_first() -> None:
    assert growth("report", "advance estimate").acceptable
    assert growth("report", "advance estimate (disregarding later revised figures)").acceptable
    assert not growth("report", "third estimate").acceptable
    assert not growth("final estimate", "report").acceptable


def guilty(here: str, there: str) -> Verdict:
    """Two markets on a conviction."""
    return verdict(
        kalshi(
            "Will Martin Doyle be found guilty?",
            "KXGUILTY-30JAN01",
            rules=f"If Martin Doyle is convicted of {here} before Jan 1, 2030, then the market resolves to Yes.",
        ),
        polymarket(
            "Martin Doyle convicted by December 31, 2029?",
            f"This market will resolve to Yes if Martin Doyle is found guilty of, or pleads guilty to, {there} by "
            "December 31, 2029.",
        ),
    )


@pytest.mark.parametrize("anything", ["any charge", "any felony", "any count", "any crime", "at least one charge"])
@pytest.mark.parametrize("crime", ["murder", "wire fraud", "perjury", "arson", "second-degree murder"])
def test_of_any_charge_is_not_of_a_named_one(anything: str, crime: str) -> None:
    for made in (guilty(anything, crime), guilty(crime, anything)):
        assert any("conflict: crime" in reason for reason in made.reasons), made.reasons


def test_of_one_crime_is_not_of_another() -> None:
    assert not guilty("murder", "manslaughter").acceptable
    assert guilty("murder", "murder").acceptable
    assert guilty("any charge", "any charge").acceptable


def monthly(title: str, here: str, there: str) -> Verdict:
    """Two markets on a number of something in one month."""
    return verdict(
        kalshi(
            f"How many {title} in November 2029?",
            "KXNUM-29NOV-T10000",
            yes_label="Above 10,000",
            rules=f"If the number of {here} in November 2029 is above 10000, then the market resolves to Yes.",
        ),
        polymarket(
            f"Will there be more than 10,000 {title} in November 2029?",
            f"This market will resolve to Yes if there are more than 10,000 {there} in November 2029.",
        ),
    )


@pytest.mark.parametrize(
    ("title", "here"),
    [
        ("border encounters", "Border Patrol apprehensions at the border"),
        ("border encounters", "border apprehensions"),
        ("ICE arrests", "ICE detentions"),
        ("ICE deportations", "removals by ICE"),
        ("measles deaths", "measles cases"),
        ("measles cases", "measles hospitalizations"),
        ("flight cancellations", "flight delays"),
        ("jobs", "job openings"),
        ("car sales", "car registrations"),
        ("album streams", "album downloads"),
    ],
)
def test_what_a_rule_counts_in_the_place_of_its_title_is_another_figure(title: str, here: str) -> None:
    made = monthly(title, here, title)

    assert made.confidence_ppm < WIDELY + 50_000, made.reasons
    assert not made.acceptable


def test_the_same_figure_agrees() -> None:
    assert monthly("ICE arrests", "arrests by ICE", "ICE arrests").acceptable
    assert monthly("measles cases", "measles cases", "measles cases").acceptable


def asked(title: str, here: str, there: str) -> Verdict:
    """Two markets of one title whose deciding sentences may differ."""
    return verdict(
        kalshi(
            f"Will {title} before 2030?",
            "KXASK-30JAN01",
            rules=f"If {here} before Jan 1, 2030, then the market resolves to Yes.",
        ),
        polymarket(
            f"Will {title} by December 31, 2029?",
            f"This market will resolve to Yes if {there} by December 31, 2029.",
        ),
    )


RIVALS = [
    ("the court rule on the canal case", "the court affirms the canal ruling", "the court reverses the canal ruling"),
    ("the court rule on the canal case", "the court upholds the canal act", "the court strikes down the canal act"),
    ("the court rule on the canal act", "the canal act is ruled lawful", "the canal act is ruled unlawful"),
    ("the canal appeal be decided", "the canal appeal is granted", "the canal appeal is denied"),
    ("the canal permit be decided", "the canal permit is approved", "the canal permit is rejected"),
    ("the canal permit be decided", "the canal permit is issued", "the canal permit is revoked"),
    ("Norway report growth over 3.0%", "nominal growth is over 3.0%", "real growth is over 3.0%"),
    ("Norway report prices over 3.0%", "seasonally adjusted prices are over 3.0%", "unadjusted prices are over 3.0%"),
    ("Norway report over 50 cases", "confirmed cases are over 50", "suspected cases are over 50"),
    ("the bill pass", "the bill passes the House or Senate", "the bill passes the House and Senate"),
    ("payrolls be over 50,000", "private payrolls are over 50,000", "total payrolls are over 50,000"),
    ("prices rise over 3.0%", "core prices rise over 3.0%", "headline prices rise over 3.0%"),
    ("the PMI be over 3.0", "the flash PMI is over 3.0", "the final PMI is over 3.0"),
    ("the sentiment be over 3.0", "the preliminary index is over 3.0", "the final index is over 3.0"),
    ("the jobs number be over 3.0", "the initially reported number is over 3.0", "the revised number is over 3.0"),
]
PARTS = [
    ("Ann Vane win the Oslo Prize", "Ann Vane wins the Oslo Prize", "Ann Vane is a finalist for the Oslo Prize"),
    ("Ann Vane win the Oslo Prize", "Ann Vane wins the Oslo Prize", "Ann Vane is longlisted for the Oslo Prize"),
    ("Ann Vane win the Oslo Prize", "Ann Vane wins the Oslo Prize", "Ann Vane is shortlisted for the Oslo Prize"),
    ("Tom Vane be charged", "Tom Vane is charged with a crime", "Tom Vane is charged with a federal crime"),
    ("Tom Vane be convicted", "Tom Vane is convicted of any charge", "Tom Vane is convicted of all charges"),
    ("Tom Vane be convicted", "Tom Vane is convicted of any charge", "Tom Vane is convicted of at least two charges"),
    ("Tom Vane be convicted", "Tom Vane is convicted of a charge", "Tom Vane is convicted of the most serious charge"),
    ("Tom Vane be sentenced", "Tom Vane is sentenced to prison", "Tom Vane is sentenced to life in prison"),
]


@pytest.mark.parametrize(("title", "one", "two"), RIVALS)
def test_words_of_the_deciding_sentences_that_exclude_each_other_rule_the_pair_out(
    title: str, one: str, two: str
) -> None:
    for made in (asked(title, one, two), asked(title, two, one)):
        assert any(reason.startswith("conflict") for reason in made.reasons), made.reasons
        assert made.confidence_ppm <= WIDELY


@pytest.mark.parametrize(("title", "whole", "part"), PARTS)
def test_a_part_of_what_the_other_side_asks_is_refused_by_more_than_a_hair(title: str, whole: str, part: str) -> None:
    for made in (asked(title, whole, part), asked(title, part, whole)):
        assert made.confidence_ppm <= WIDELY, made.reasons


@pytest.mark.parametrize("row", [*RIVALS, *PARTS])
def test_the_same_deciding_sentence_agrees(row: tuple[str, str, str]) -> None:
    title, *sentences = row
    for sentence in sentences:
        made = asked(title, sentence, sentence)

        assert made.acceptable, made.reasons


@pytest.mark.parametrize(
    ("contest", "how"),
    [
        *(("the 2029 NBA Finals", how) for how in (" in 6 games", " in a sweep", " at home", " without losing a game")),
        *(("the 2029 Oslo mayoral election", how) for how in (" outright", " by a landslide", " unopposed")),
        *(("the 2029 Masters", how) for how in (" wire to wire", " by at least two strokes", " under par")),
        *(("the 2029 FA Cup final", how) for how in (" on penalties", " in extra time", " in regulation")),
    ],
)
def test_to_win_a_contest_in_one_way_is_not_to_win_it(contest: str, how: str) -> None:
    title = f"Ann Vane win {contest}"
    for made in (
        asked(title, f"Ann Vane wins {contest}{how}", f"Ann Vane wins {contest}"),
        asked(title, f"Ann Vane wins {contest}", f"Ann Vane wins {contest}{how}"),
    ):
        assert made.confidence_ppm <= WIDELY, made.reasons
