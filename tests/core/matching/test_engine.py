"""Two catalogues: curated pairs first, one tradable pair a market, ambiguity refused."""

from dataclasses import replace

from arbkit.core.markets import Method, Polarity, Relation
from arbkit.core.matching.engine import Curated, match
from arbkit.core.matching.lexicon import Aliases
from tests.core.matching.markets import kalshi, polymarket, verdict

HERE = kalshi("Will Ana Reyes win the 2026 Lima mayoral election?", "KXLIMA-26-AR")
THERE = polymarket("Will Ana Reyes win the 2026 Lima mayoral election?", key="0xaa")
GAME_RULES = "In the upcoming NBA game, scheduled for January 17, 2026: If the Celtics win, it resolves to Celtics."


def test_the_same_question_on_both_venues_is_an_exact_pair() -> None:
    [pair] = match([HERE], [THERE])

    assert (pair.method, pair.confidence_ppm, pair.tradable) == (Method.EXACT, 1_000_000, True)
    assert "signal: exact title" in pair.reasons


def test_a_fuzzy_pair_stays_below_certainty_and_says_why() -> None:
    there = polymarket("Will Ana Reyes be elected mayor of Lima in 2026?", key="0xaa")

    [pair] = match([HERE], [there])

    assert pair.method is Method.FUZZY
    assert 950_000 <= pair.confidence_ppm < 1_000_000
    assert any(reason.startswith("agree: subject") for reason in pair.reasons)


def test_two_markets_that_agree_with_one_are_ambiguous_and_not_traded() -> None:
    pairs = match([HERE], [THERE, replace(THERE, id=replace(THERE.id, key="0xbb"))])

    assert [pair.tradable for pair in pairs] == [False, False]
    assert all(pair.reasons[0].startswith("not traded: ambiguous") and pair.confidence_ppm < 950_000 for pair in pairs)


def test_of_both_sides_of_a_match_the_aligned_market_is_traded() -> None:
    sides = [
        replace(kalshi("Boston at Atlanta Winner?", f"KXNBAGAME-26JAN17BOSATL-{code}", yes_label=name), event_key="E")
        for code, name in (("BOS", "Boston"), ("ATL", "Atlanta"))
    ]
    game = polymarket("Celtics vs. Hawks", GAME_RULES, outcomes=("Celtics", "Hawks"), slug="nba-bos-atl-2026-01-17")

    traded, other = match(sides, [game])

    assert (traded.kalshi.key[-3:], traded.polarity, traded.tradable) == ("BOS", Polarity.ALIGNED, True)
    assert (other.kalshi.key[-3:], other.polarity, other.tradable) == ("ATL", Polarity.INVERTED, False)


def test_an_approved_pair_is_certain_and_keeps_its_polarity() -> None:
    there = polymarket("Something quite different", key="0xcc")
    decision = Curated(kalshi=HERE.id, polymarket=there.id, polarity=Polarity.INVERTED, note="read by A.")

    [pair] = match([HERE], [there], curated=[decision])

    assert (pair.method, pair.confidence_ppm, pair.polarity, pair.tradable) == (
        Method.MANUAL,
        1_000_000,
        Polarity.INVERTED,
        True,
    )


def test_an_approval_is_void_when_a_text_has_changed() -> None:
    decision = Curated(kalshi=HERE.id, polymarket=THERE.id, kalshi_rules_hash="of an older text")

    [pair] = match([HERE], [THERE], curated=[decision])

    assert not pair.tradable
    assert (pair.method, pair.relation) == (Method.EXACT, Relation.EQUAL), "it is judged anew, for review"
    assert pair.reasons[0] == "not traded: void: a text changed since the approval"


def test_a_rejected_pair_does_not_come_back() -> None:
    assert match([HERE], [THERE], curated=[Curated(kalshi=HERE.id, polymarket=THERE.id, approved=False)]) == []


def test_a_market_of_an_approved_pair_is_in_no_other() -> None:
    rival = replace(THERE, id=replace(THERE.id, key="0xbb"))
    approved = Curated(kalshi=HERE.id, polymarket=rival.id)

    pairs = match([HERE], [THERE, rival], curated=[approved])

    assert [(pair.polymarket.key, pair.tradable) for pair in pairs] == [("0xbb", True)]


def test_where_review_is_required_nothing_unread_is_traded() -> None:
    [pair] = match([HERE], [THERE], review_required=True)

    assert not pair.tradable
    assert pair.confidence_ppm == 1_000_000


def test_a_users_alias_joins_two_names() -> None:
    there = polymarket("Will La Reina win the 2026 Lima mayoral election?", key="0xaa")

    assert not any(pair.tradable for pair in match([HERE], [there]))
    assert match([HERE], [there], aliases=Aliases({"La Reina": "Ana Reyes"}))[0].tradable


def test_only_given_candidates_are_judged() -> None:
    assert match([HERE], [THERE], candidates=[]) == []


def test_a_reason_shows_words_and_not_what_is_left_of_them() -> None:
    made = verdict(
        kalshi("Will Ada Novak announce a collaboration in 2027?", "KXNOVAK-27", rules="If Ada Novak announces it."),
        polymarket("Will Ada Novak win the televote in 2027?", "Yes if Ada Novak wins the televote in 2027."),
    )

    assert "conflict: qualifier: Kalshi announce, Polymarket televote" in made.reasons
    assert "silent: word: only Kalshi says collaboration" in made.reasons
