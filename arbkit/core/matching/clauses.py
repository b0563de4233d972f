"""What the rules pay when the question itself gets no plain answer: cancelled, postponed, tied, dead, never published.

Both venues state such exceptions, and rarely the same ones. Where both do and they differ, a reviewer is warned and the
confidence falls by about how often it comes to that; where it comes to that often, the pair is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from arbkit.core.matching.findings import Finding, conflict, silent

DEATH_PPM = 4_000
"""Doubt when only one side says that a death does not count."""
ALIAS_PPM = 45_000
"""Doubt when one side alone counts what goes by another name: it may pay where the other waits."""
STYLE_PPM = 45_000
"""Doubt when one side alone says which of two rankings of models counts."""
WRITTEN_PPM = 45_000
"""Doubt when one side alone wants a signed text: what is announced first may never be signed."""
ACTING_PPM = 45_000
"""Doubt when the rules of one side alone are content with who holds an office for the time being."""
LISTED_PPM = 45_000
"""Doubt when one side alone compares among those it lists: the first of them need not be the first of all."""
ABSENT_PPM = 50_000
"""Doubt when one market pays for who does not take part, and the other on the opposite may lose too."""
BACK_PPM = 4_000
"""Doubt when a rule is decided "by whether they qualify", without a word for what."""
_RULES_MAX = 6_000


class Pays(StrEnum):
    """What a market pays in an exceptional case. "Other" of a group of markets is NO for each of them."""

    YES = "YES"
    NO = "NO"
    HALF = "50/50"
    FAIR = "a fair price"
    SHARED = "a share"
    LATER = "once it is made up for"
    PREVIOUS = "by the previous figure"
    RULED = "by the rules of a tie"


class Case(StrEnum):
    """An exceptional case."""

    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    TIED = "tied"
    DEAD = "a death"
    ABSENT = "does not take part"
    RETIRED = "retires or withdraws"
    UNPUBLISHED = "figures late or missing"


DOUBT_PPM = {
    Case.CANCELLED: 4_000,
    Case.POSTPONED: 4_000,
    Case.TIED: 6_000,
    Case.DEAD: 6_000,
    Case.RETIRED: 20_000,
    Case.UNPUBLISHED: 4_000,
}
"""About how often it comes to that. Who does not take part is no exception: there different rules are a conflict."""
DRAWN_PPM = 45_000
"""The same for a tie in a contest that often ends drawn: one Ryder Cup in twenty, one Test match in three."""
_BY_PARTS = frozenset({Pays.HALF, Pays.FAIR, Pays.SHARED})
"""What gives both sides of a drawn contest about a half."""
_CASES = {
    Case.CANCELLED: r"cancel+\w*|abandon\w*|called off|no contest",
    Case.POSTPONED: (
        r"postpon\w*|resched\w*(?! (?:down )?(?:from|only)\b)|suspended|not (?:been )?completed (?:by|before)"
        r"|(?:result|winner|outcome)s? (?:is|are|has|have)(?:n't| not)? (?:been )?"
        r"(?:known|declared|announced|confirmed)(?: definitively)? (?:by|before)"
    ),
    Case.TIED: r"(?:ends?|ended|event|case) (?:in|of) an? (?:exact |\d+(?:\.5)?-\d+(?:\.5)? )?(?:tie|draw)"
    r"|(?:is|be|declared|ruled|scored) an? (?:tie|draw)\b|\bties\b|\btied\b|dead heat",
    Case.DEAD: r"death|dies|deceased|passes away",
    Case.ABSENT: (
        r"(?:does|do|did|will) not (?:play|participate|appear|take part|start|compete)"
        r"|not take the (?:court|field|ice|pitch)|(?:ruled|declared) inactive|\bscratched\b"
    ),
    Case.RETIRED: r"retires|retirement|withdraws|withdrawal|walkover|disqualif\w+|forfeit\w*",
    Case.UNPUBLISHED: (
        r"(?:not|never) (?:be(?:en)? )?(?:released|published|available|issued)|unavailable"
        r"|delay in (?:the )?(?:data|release)"
    ),
}
_PAYS = {
    Pays.HALF: r"50 ?[-/] ?50|50 ?%|\$?0\.50\b",
    Pays.FAIR: r"fair (?:market )?(?:price|value)|last (?:fair |traded )?(?:market )?price",
    Pays.SHARED: r"proportion\w*|(?:split|divided) (?:equally|evenly)|payout is split",
    Pays.LATER: (
        r"(?:remain|stay)s? open|will be extended"
        r"|until (?:it|the (?:game|match|event)) (?:is|has been) (?:played|completed)"
    ),
    Pays.PREVIOUS: r"previous (?:month|quarter|year|figure|release|period|week|day)|last available",
    Pays.NO: (
        r"resolves?d? (?:immediately )?(?:to |as |in )?[\"']?(?:no|other)\b|not (?:satisfy|count|qualify|constitute)"
    ),
    Pays.YES: r"resolves?d? (?:immediately )?(?:to |as )?[\"']?yes\b|satisf(?:y|ies)|\bwill (?:count|qualify)\b",
    Pays.RULED: r"in favou?r of|tie-?break\w*|be broken|official winner|\bretains?\b",
}
_HINTS = (
    "cancel", "abandon", "called off", "no contest", "postpon", "resched", "suspended", "completed", "known",
    "declared", "announced", "confirmed", "tie", "a draw", "exact draw", "dead heat", "death", "dies", "deceased",
    "passes away", "not play", "participate", "appear", "take part", "not start", "compete", "not take", "inactive",
    "scratched", "retire", "withdraw", "walkover", "disqualif", "forfeit", "released", "published", "available",
    "issued", "delay in",
)  # fmt: skip
"""What has to stand in a sentence before it is read for a case."""
_CASE_PATTERNS = {case: re.compile(pattern, re.IGNORECASE) for case, pattern in _CASES.items()}
_PAYS_PATTERNS = {pays: re.compile(pattern, re.IGNORECASE) for pays, pattern in _PAYS.items()}
_SENTENCE = re.compile(r"(?<=[a-z0-9)\"'][.!])\s+|\n+")
_ANOTHER_MARKET = re.compile(r"market called|[\"'](?:tie|draw)[\"']", re.IGNORECASE)
_LAST_MINUTE = re.compile(
    r"(?:\b11:59(?::59)? ?PM|\b12:00 ?AM|\bmidnight|\bend of (?:the )?day),? \(?(?P<zone>[A-Z][A-Za-z]{1,7})\b"
)
_ZONES = {
    "ET": "ET EST EDT Eastern", "PT": "PT PST PDT Pacific", "CT": "CT CST CDT Central", "MT": "MT MST MDT Mountain",
    "UTC": "UTC GMT", "CET": "CET CEST", "JST": "JST KST", "IST": "IST", "BST": "BST", "AEST": "AEST AEDT",
}  # fmt: skip
_ZONE_OF = {word: zone for zone, words in _ZONES.items() for word in words.split()}
_HOME_ZONE = "ET"
"""What both venues mean when they name no zone."""
_WRITTEN = re.compile(
    r"\b(?:formal(?:ly)?|written|signed|ratified) (?:\w+ )?(?:agreement|treaty|accord|text|document)\b"
    r"|\bsigned by (?:an )?(?:authori[sz]ed|both|representatives|all)|\bmust be (?:formally )?(?:signed|ratified)\b",
    re.IGNORECASE,
)
_UPWARD = re.compile(r"\bexactly between (?:two|the) brackets\b[^.]{0,80}\bhigher\b", re.IGNORECASE)
_OTHER_NAME = re.compile(
    r"\b(?:regardless of|even (?:if|under)|despite|under)\b[^.]{0,40}?\b"
    r"(?:name changes?|(?:different|another|other) (?:name|title|designation)|renamed)\b"
    r"|\bdesignation other than\b",
    re.IGNORECASE,
)
_STYLE_OFF = re.compile(
    r"style control\b[^.]{0,20}?\b(?:off|unchecked|disabled|removed)\b|\b(?:remove|without|no) [\"']?style control",
    re.IGNORECASE,
)
_STYLE_ON = re.compile(
    r"style control\b[^.]{0,20}?\b(?:on|checked|enabled)\b|\bwith (?:the )?style control", re.IGNORECASE
)
_DECIDED_BY = re.compile(
    r"\b(?:this|it) (?:will|is|shall) (?:be )?(?:determined|decided) by whether (?:or not )?([^.;]{3,200})",
    re.IGNORECASE,
)
_OF_THE_LISTED = re.compile(
    r"\blisted [\w'-]+(?: [\w'-]+)? (?:with|that|which|who) (?:\w+ ){0,2}?"
    r"(?:greatest|most|highest|largest|lowest|fewest|best|second|third)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(r"(?:he|she|they|it) \w+", re.IGNORECASE)
_BLANK = re.compile(r"\b(?:Player|Team|Candidate|Company|Country|Person|Club|Party|Movie) [A-Z]\b(?!\.)")


_TIES_IN_FULL = re.compile(r"\bincluding (?:any )?ties\b|\bties (?:are |will be )?(?:included|count)\b", re.IGNORECASE)
_TIES_SHARED = re.compile(r"\bdead[- ]heat\b[^.;\n]{0,40}\b(?:rules?|reduction|appl(?:y|ies))\b", re.IGNORECASE)

_ACTING = re.compile(
    r"\b(?:acting(?! (?:with|in|on|as)\b)|interim|caretaker)\b[^.;\n]{0,80}?"
    r"\b(?P<not>(?:not|no|never|\w+n't) )?(?:be )?"
    r"(?:counted|counts?|qualify|qualifies|included|considered|satisfy|impact)\b",
    re.IGNORECASE,
)
"""Who holds an office for the time being: `acting and interim holders of the office are not included`."""


@dataclass(frozen=True, slots=True)
class Clauses:
    """What the rules of one market say beyond the question."""

    pays: Mapping[Case, Pays] = field(default_factory=dict)
    zones: frozenset[str] = frozenset()
    """Time zones of the last minute that counts."""
    written: bool = False
    """Whether an agreement counts only as a signed or formal text."""
    other_name: bool = False
    """Whether what goes by another name counts too."""
    ties: str = ""
    """Whether all who tie for a place are paid "in full", or are "shared" a part."""
    style: str = ""
    """Whether a leaderboard of models is read with "style control on" or "off": these are two rankings."""
    blank: str = ""
    """A placeholder that stands where the name should: "Player A"."""
    of_the_listed: bool = False
    """Whether the greatest is sought among those that are listed, instead of among all."""
    acting: str = ""
    """Whether who holds an office for the time being "counts", or is "left out"."""
    back: str = ""
    """What decides, when that only refers back to the rule before it: "they qualify"."""


NO_CLAUSES = Clauses()


def lost_by_a_draw(kalshi: Clauses, polymarket: Clauses) -> bool:
    """Whether a draw decides on one side at least: then both sides of a hedge may go unpaid."""
    return bool({clauses.pays.get(Case.TIED) for clauses in (kalshi, polymarket)} & {Pays.YES, Pays.NO})


@lru_cache(maxsize=4_096)
def read_clauses(rules: str) -> Clauses:
    """Read the exceptions of folded rules, which are clipped."""
    rules = rules[:_RULES_MAX]
    if not rules:
        return NO_CLAUSES
    blank, lowered, decided = _BLANK.search(rules), rules.lower(), read_decided_by(rules)
    return Clauses(
        pays=_exceptions(rules),
        zones=frozenset(zone for hit in _LAST_MINUTE.finditer(rules) if (zone := _ZONE_OF.get(hit["zone"]))),
        written=_says(lowered, ("signed", "written", "formal", "ratified")) and bool(_WRITTEN.search(rules)),
        other_name=_says(lowered, ("name", "title", "designation")) and bool(_OTHER_NAME.search(rules)),
        ties=_ties(rules) if "ties" in lowered or "heat" in lowered else "",
        style=_style(rules) if "style control" in lowered else "",
        blank=blank.group() if blank else "",
        acting=_acting(rules) if _says(lowered, ("acting", "interim", "caretaker")) else "",
        of_the_listed="listed " in lowered and bool(_OF_THE_LISTED.search(rules)),
        back=decided if refers_back(decided) else "",
    )


def read_decided_by(rules: str) -> str:
    """What a further sentence says decides: "they qualify" of "this will be determined by whether they qualify"."""
    found = _DECIDED_BY.search(rules)
    return found[1] if found else ""


def refers_back(decided: str) -> bool:
    """Whether it names no contest of its own: a pronoun and a verb without an object mean the rule before."""
    return bool(_REFERS_BACK.fullmatch(decided))


def borders_go_up(rules: str) -> bool:
    """Whether a value on the border of two brackets belongs to the higher one."""
    return "exactly between" in rules and bool(_UPWARD.search(rules))


def _acting(rules: str) -> str:
    found = _ACTING.search(rules)
    return "" if not found else "left out" if found["not"] else "counts"


def _style(rules: str) -> str:
    if _STYLE_OFF.search(rules):
        return "off"
    return "on" if _STYLE_ON.search(rules) else ""


def _ties(rules: str) -> str:
    if _TIES_SHARED.search(rules):
        return "shared"
    return "in full" if _TIES_IN_FULL.search(rules) else ""


def _says(lowered: str, words: tuple[str, ...]) -> bool:
    return any(word in lowered for word in words)


def _exceptions(rules: str) -> dict[Case, Pays]:
    """The first sentence about a case counts."""
    found: dict[Case, Pays] = {}
    for sentence in _SENTENCE.split(rules):
        if not _says(sentence.lower(), _HINTS) or _ANOTHER_MARKET.search(sentence):
            continue
        pays = next((pays for pays, pattern in _PAYS_PATTERNS.items() if pattern.search(sentence)), None)
        if pays is None:
            continue
        for case, pattern in _CASE_PATTERNS.items():
            if case not in found and pattern.search(sentence) and (pays is not Pays.RULED or case is Case.TIED):
                found[case] = pays
    return found


def compare_clauses(
    kalshi: Clauses,
    polymarket: Clauses,
    *,
    of_agreement: bool,
    of_deadline: bool,
    of_draws: bool,
    turned: bool = False,
) -> list[Finding]:
    """Hold the exceptions of both rules, which both have to be known, against each other.

    `of_agreement`: whether the question is about a deal; `of_deadline`: whether it ends with a last minute;
    `of_draws`: whether the contest is of a kind that often ends drawn; `turned`: whether one asks for what the other
    denies, so that both lose where both pay NO.
    """
    compared = _of_opposites if turned else _of_the_same
    found = compared(kalshi, polymarket, of_draws=of_draws)
    if of_deadline:
        found.append(_zones(kalshi, polymarket))
    if of_agreement and kalshi.written is not polymarket.written:
        found.append(silent("form", f"only {_which(kalshi.written)} wants a signed or formal text", WRITTEN_PPM))
    if kalshi.other_name is not polymarket.other_name:
        found.append(silent("name", f"only {_which(kalshi.other_name)} counts what goes by another name", ALIAS_PPM))
    if kalshi.ties and polymarket.ties and kalshi.ties != polymarket.ties:
        found.append(conflict("ties for a place", kalshi.ties, polymarket.ties))
    if kalshi.style and polymarket.style and kalshi.style != polymarket.style:
        found.append(conflict("style control", kalshi.style, polymarket.style))
    elif kalshi.style != polymarket.style:
        style = kalshi.style or polymarket.style
        found.append(silent("style control", f"only {_which(bool(kalshi.style))} says {style}", STYLE_PPM))
    found.append(_for_the_time_being(kalshi.acting, polymarket.acting))
    if kalshi.of_the_listed is not polymarket.of_the_listed:
        found.append(silent("field", f"only {_which(kalshi.of_the_listed)} compares among those it lists", LISTED_PPM))
    return [item for item in (*found, *_unclear(kalshi, polymarket)) if item]


def _for_the_time_being(kalshi: str, polymarket: str) -> Finding | None:
    """Who holds an office as acting or interim; that he is left out goes without saying."""
    if kalshi and polymarket and kalshi != polymarket:
        return conflict("acting or interim", kalshi, polymarket)
    if kalshi != polymarket and "counts" in {kalshi, polymarket}:
        return silent("acting or interim", f"counts on {_which(bool(kalshi))} alone", ACTING_PPM)
    return None


def _unclear(kalshi: Clauses, polymarket: Clauses) -> list[Finding]:
    """Rules that leave open what they are about."""
    found = []
    if back := kalshi.back or polymarket.back:
        found.append(
            silent("rule", f"{_which(bool(kalshi.back))} decides by whether {back}, not saying for what", BACK_PPM)
        )
    if blank := kalshi.blank or polymarket.blank:
        found.append(
            silent(
                "name", f"the rules of {_which(bool(kalshi.blank))} say {blank} where a name should stand", ALIAS_PPM
            )
        )
    return found


def _of_the_same(kalshi: Clauses, polymarket: Clauses, *, of_draws: bool) -> list[Finding | None]:
    """The exceptions of two markets that ask for the same: where both state one, both have to pay alike."""
    found = [
        _differing(case, kalshi.pays[case], polymarket.pays[case], of_draws=of_draws)
        for case in Case
        if case in kalshi.pays and case in polymarket.pays
    ]
    deaths = [clauses.pays.get(Case.DEAD) for clauses in (kalshi, polymarket)]
    if None in deaths and Pays.NO in deaths:
        found.append(silent("void", f"a death: Kalshi {_said(deaths[0])}, Polymarket {_said(deaths[1])}", DEATH_PPM))
    return found


def _differing(case: Case, mine: Pays, other: Pays, *, of_draws: bool) -> Finding | None:
    if mine is other:
        return None
    if case is Case.TIED and of_draws and not {mine, other} <= _BY_PARTS:
        return silent("void", f"{case}: Kalshi pays {mine}, Polymarket pays {other}", DRAWN_PPM)
    if case is Case.ABSENT:
        return conflict(f"void ({case})", f"pays {mine}", f"pays {other}")
    return silent("void", f"{case}: Kalshi pays {mine}, Polymarket pays {other}", DOUBT_PPM[case])


def _of_opposites(kalshi: Clauses, polymarket: Clauses, *, of_draws: bool) -> list[Finding | None]:
    """The exceptions of two markets of which one denies what the other asks: both must not pay NO."""
    found: list[Finding | None] = []
    for case in Case:
        mine, other = (clauses.pays.get(case) for clauses in (kalshi, polymarket))
        said = {mine, other} - {None}
        matched = said == {Pays.YES, Pays.NO} or (len(said) < 2 and not said & {Pays.YES, Pays.NO})
        if not matched and (Pays.NO in said or None not in {mine, other}):
            words = f"{case}: Kalshi {_said(mine)}, Polymarket {_said(other)}, of opposites"
            doubt_ppm = DRAWN_PPM if case is Case.TIED and of_draws else DOUBT_PPM.get(case, ABSENT_PPM)
            found.append(silent("void", words, doubt_ppm))
    return found


def _zones(kalshi: Clauses, polymarket: Clauses) -> Finding | None:
    """A day that ends in California has three hours more than in New York, and albums come out at midnight."""
    if not (kalshi.zones or polymarket.zones):
        return None
    mine, other = (clauses.zones or {_HOME_ZONE} for clauses in (kalshi, polymarket))
    return None if mine & other else conflict("time zone of the deadline", mine, other)


def _which(on_kalshi: bool) -> str:
    return "Kalshi" if on_kalshi else "Polymarket"


def _said(pays: Pays | None) -> str:
    return f"pays {pays}" if pays else "does not say"
