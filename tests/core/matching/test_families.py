"""Many families in both house styles: twins are accepted with their polarity, and no other pairing of a group ever is.

Kalshi listings come with and without a YES label and rules, so each group is judged in all four forms.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from arbkit.core.markets import Polarity
from arbkit.core.matching.facts import Facts, read_facts
from arbkit.core.matching.verdict import Verdict, judge
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
        "twists.yaml",
        "understood.yaml",
        "wider.yaml",
    )
    for group in read_yaml(file)
]
GROUPS = [*FOUND_BY_TITLE, *SHOWN_BY_RULES]
FORMS = [(True, True), (False, True), (True, False), (False, False)]
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
    """A listing that has no label, or no rules, has fewer forms."""
    return judge(listed(title, ticker, label, rules), sought(other))


def judged(group: Group, *, label: bool, rules: bool) -> list[tuple[str, str, Polarity | None, Verdict]]:
    """Every pairing of a group: the expected polarity of twins, None for look-alikes."""
    return _judged(group["family"], label=label, rules=rules)


@cache
def _judged(family: str, *, label: bool, rules: bool) -> list[tuple[str, str, Polarity | None, Verdict]]:
    [group] = [one for one in GROUPS if one["family"] == family]
    found: list[tuple[str, str, Polarity | None, Verdict]] = []
    twins = {(row[0], row[1]): Polarity(row[2] if len(row) > 2 else "aligned") for row in group["same"]}
    here = {one for one, _ in twins} | set(group.get("kalshi", ()))
    there = {other for _, other in twins} | set(group.get("polymarket", ()))
    for one in sorted(here):
        for other in sorted(there):
            ticker, title, yes_label, rule, *_ = fields(one)
            made = verdict(title, ticker, yes_label if label else "", rule if rules else "", other)
            found.append((one, other, twins.get((one, other)), made))
    return found


@pytest.mark.parametrize("form", FORMS, ids=["whole", "no label", "no rules", "title alone"])
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["family"])
def test_no_look_alike_is_accepted_and_no_twin_turned(group: Group, form: tuple[bool, bool]) -> None:
    label, rules = form
    for one, other, expected, made in judged(group, label=label, rules=rules):
        if made.acceptable:
            assert made.polarity is expected, (one, other, made.reasons)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["family"])
def test_every_twin_is_accepted_where_all_texts_are_there(group: Group) -> None:
    for one, other, expected, made in judged(group, label=True, rules=True):
        assert expected is None or made.acceptable, (one, other, made.reasons)


@pytest.mark.parametrize("form", FORMS[1:], ids=["no label", "no rules", "title alone"])
def test_most_twins_are_accepted_where_texts_are_missing(form: tuple[bool, bool]) -> None:
    label, rules = form
    found = [
        made.acceptable
        for group in FOUND_BY_TITLE
        for _, _, expected, made in judged(group, label=label, rules=rules)
        if expected is not None
    ]

    assert sum(found) / len(found) >= FOUND_MIN
