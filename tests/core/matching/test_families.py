"""Many families in both house styles: twins are accepted with their polarity, and no other pairing of a group ever is.

Kalshi listings come with and without a YES label and rules, so each group is judged in all four forms.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import pytest

from arbkit.core.markets import Polarity
from arbkit.core.matching.facts import Facts, read_facts
from arbkit.core.matching.judge import judge
from arbkit.core.matching.verdict import REVIEW_FLOOR_PPM, Verdict
from tests.core.matching.markets import kalshi, polymarket, read_yaml

Group = Mapping[str, Any]
SHOWN_BY_RULES: Sequence[Group] = read_yaml("alike.yaml")
"""Families whose twins only their rules show: nobody can tell them from titles alone."""
FOUND_BY_TITLE: Sequence[Group] = [
    group
    for file in (
        "families.yaml",
        "names.yaml",
        "further.yaml",
        "seasons.yaml",
        "sporting.yaml",
        "twists.yaml",
        "understood.yaml",
        "wider.yaml",
        "added.yaml",
        "affairs.yaml",
    )
    for group in read_yaml(file)
]
GROUPS = [*FOUND_BY_TITLE, *SHOWN_BY_RULES]
WHOLE = (True, True)
FORMS = [WHOLE, (False, True), (True, False), (False, False)]
"""Whether the listing has the label, and the rules."""
FOUND_MIN = 0.8
"""Of all twins, how many are found in the forms that leave something out."""


def fields(text: str) -> list[str]:
    return [*(part.strip() for part in text.split("|")), "", "", ""]


@cache
def listed(title: str, ticker: str, label: str, rules: str) -> Facts:
    return read_facts(kalshi(title, ticker, yes_label=label, rules=rules))


@cache
def sought(text: str) -> Facts:
    title, rules, slug, labels, *_ = fields(text)
    first, second = labels.split(" / ") if labels else ("Yes", "No")
    return read_facts(polymarket(title, rules, slug=slug, outcomes=(first, second)))


@cache
def verdict(title: str, ticker: str, label: str, rules: str, other: str) -> Verdict:
    """As a match judges; a listing that has no label, or no rules, has fewer forms."""
    return judge(listed(title, ticker, label, rules), sought(other), floor_ppm=REVIEW_FLOOR_PPM)


def of_form(one: str, other: str, form: tuple[bool, bool]) -> Verdict:
    """The verdict on a listing in one of its forms and a question."""
    label, rules = form
    ticker, title, yes_label, rule, *_ = fields(one)
    return verdict(title, ticker, yes_label if label else "", rule if rules else "", other)


def twins_of(group: Group) -> Mapping[tuple[str, str], Polarity]:
    return {(row[0], row[1]): Polarity(row[2] if len(row) > 2 else "aligned") for row in group["same"]}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["family"])
def test_no_look_alike_is_accepted_in_any_form_and_every_twin_where_all_texts_are_there(group: Group) -> None:
    twins = twins_of(group)
    here = sorted({one for one, _ in twins} | set(group.get("kalshi", ())))
    there = sorted({other for _, other in twins} | set(group.get("polymarket", ())))
    for form, one, other in product(FORMS, here, there):
        made, expected = of_form(one, other, form), twins.get((one, other))
        if made.acceptable:
            assert made.polarity is expected, (form, one, other, made.reasons)
        elif form == WHOLE:
            assert expected is None, (one, other, made.reasons)


@pytest.mark.parametrize("form", FORMS[1:], ids=["no label", "no rules", "title alone"])
def test_most_twins_are_accepted_where_texts_are_missing(form: tuple[bool, bool]) -> None:
    found = [of_form(one, other, form).acceptable for group in FOUND_BY_TITLE for one, other in twins_of(group)]

    assert sum(found) / len(found) >= FOUND_MIN
