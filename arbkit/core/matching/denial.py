"""Every question in positive words: what it asks for, and whether it asks that this does not come about.

`No hurricane makes landfall`, `the band fails to agree` and `Berg remains chair through May` ask for the opposite of
`a hurricane makes landfall`, `the band agrees` and `Berg ceases to be chair by May`. A text is read in the positive
words, and remembers that it is turned; two markets of which one alone is turned pay the opposite of each other. Only
what is an exact opposite in every ordinary world is turned. Any other denial is kept as `loose`: unless the other side
has the same, it rules the pair out.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from arbkit.core.matching.entities.words import OPPOSED
from arbkit.core.matching.lexicon import stem


class Affirmed(NamedTuple):
    """A text in positive words."""

    text: str
    turned: bool = False
    """Whether what it asks is that what `text` says does not come about."""
    loose: frozenset[str] = frozenset()
    """What else it denies: the stem of the word that follows."""
    act: str = ""
    """What is denied: the words that follow the denial, or nothing where a noun is."""


class Denial(NamedTuple):
    """What one market denies: its question and its deciding sentence, which stand in positive words."""

    asked: bool = False
    """Whether the question asks that what its words say does not come about."""
    ruled: bool = False
    """Whether the deciding sentence does."""
    acts: tuple[str, str] = ("", "")
    """What both deny, in their own words: the verb comes first."""
    loose: frozenset[str] = frozenset()
    """What either denies beside that, as stems."""


NOTHING_DENIED = Denial()
_POST = r"(?:office|position|post|role|job)"
_WHOSE = r"(?:the|his|her|their|its) "
_FOR_LONG = r"(?=[^.;]*\b(?:through|throughout|continuously|until|till|uninterrupted)\b)"
_BE = r"(?:will|would|can|does|do|did|is|are|was|were|has|have|had|be|been)"
_MAIN = r"(?:only|just|all|every|both|each|necessarily|including|limited|merely|guilty|until|unless|because)\b"
_NUMBER = (
    r"(?:(?:more|less|fewer|greater|higher|lower) than [$€£]?"
    r"(?:\d|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten)\b)"
    r"|(?:later|earlier) than\b)"
)
"""A comparator that is read with its number: not more than 5. `Not above 5` denies `above 5`."""
_ASKING = r"(?:Will|Does|Do|Did|Is|Are|Has|Have|Can)\b"
_NO_VERB = (
    r"(?:to|in|on|of|at|from|with|currently|yet|part|an?|the|named|born|known|seen|held|chosen"
    r"|(?!need|succeed|proceed)\w+ed)\b"
)
"""What follows a denial that belongs to a noun: a player not named here."""
_SAYING_LITTLE = (
    r"(?:longer|doubt|matter|one else|confidence|contest|fly|kings|fault|hitters?|bid|deal|change|cap|1)\b(?!\.\d| or )"
)
_RUN_OFF = r"(?:candidate|one|ticket|player)\b(?=[^.;]*\brequir\w+ (?:an? )?(?:run-?off|second round))"
"""That nobody wins at once, where a rule says so of a run-off."""
_EXACT: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("stay",), r"\bstays? up\b(?! (?:late|all|until))", "be relegated"),
    (
        ("remain", "stay"),
        r"\b(?:continuously )?(?:remain|stay)(?:s|ed)?(?! in (?:effect|force|place)\b)(?: on)?(?: (?:as|in))?\b"
        r"(?! (?:unchanged|steady|flat|above|below"
        r"|over|under|at|between|within|high|low|open|closed|undefeated|unbeaten|silent|same|the same|tied)\b)",
        "leave",
    ),
    (
        ("continue",),
        rf"\bcontinues? (?:to be|to (?:serve|act) as|serving as|as|in office(?: as)?|to hold"
        rf" (?:{_WHOSE})?{_POST}(?: of)?)\b",
        "leave",
    ),
    (("keep", "retain"), rf"\b(?:keep|retain)(?:s|ed)? {_WHOSE}{_POST}\b(?: (?:as|of))?", "leave"),
    (
        ("hold", "serve", "occup"),
        rf"\b(?:has |have )?(?:continuously |still )?(?:holds?|held|occup(?:y|ies)) {_WHOSE}{_POST}\b"
        rf"(?: of)?{_FOR_LONG}"
        rf"|\b(?:has |have )?(?:continuously )(?:holds?|held|serves?(?: as)?|served(?: as)?)\b",
        "leave",
    ),
    (("survive",), r"\bsurvives? (?:as|in office|in power)\b(?: as)?", "leave"),
    (
        ("last", "continue", "remain", "stay", "hold"),
        r"\b(?:lasts?|continues?|(?:remain|stay)s? in (?:effect|force|place)|holds)"
        r" (?=(?:through|throughout|(?:to|past|until) the end of)\b)",
        "end ",
    ),
    (
        ("hold",),
        r"\bhold (?=(?:through|throughout)\b)",
        "end ",
    ),
    (
        ("ongoing", "underway", "in effect", "in force"),
        r"\b(?:is|are|be|remains?) (?:still )?(?:ongoing|underway|in effect|in force)"
        r" (?:(?:at|through|to|until) )?the end of(?= (?:20\d\d|(?-i:[A-Z])[a-z]))",
        "ends by the end of",
    ),
    (
        ("inside", "scorecards"),
        r"\b(?:to )?(?:ends?|finish(?:es)?) (?:inside|within|before) the distance\b"
        r"|\bends before the judges'? scorecards(?: are required)?\b",
        "goes the distance",
    ),
    (("escape", "survive"), r"\b(?:escape|survive)s? (?=relegation\b)", ""),
    (("avoid", "avert"), r"\b(?:avoid|avert)s?\b(?: an?| the)?(?! \w+ing\b)", ""),
    (
        ("miss",),
        r"\bmiss(?:es)?(?= (?:out on )?(?:the )?(?:[\w'-]+ ){0,3}?(?:playoffs|postseason|post-season)\b(?! game))",
        "make",
    ),
)
"""What has to stand in a text, the words of an exact opposite, and the positive words."""
_RULES = tuple((hints, re.compile(pattern, re.IGNORECASE), put) for hints, pattern, put in _EXACT)
_CONTRACTED = re.compile(r"\b(wo|does|do|did|is|are|was|were|has|have|had|ca|would|could)n't\b", re.IGNORECASE)
_IN_FULL = {"wo": "will", "ca": "can"}
_PLAIN_NOT = re.compile(
    rf"^(?P<first>\W*{_ASKING}) not\b(?! {_MAIN})"
    rf"|\b(?P<be>{_BE}) (?:not|never)\b(?! {_MAIN})(?! {_NUMBER})|\b(?P<alone>never)(?= [a-z]+s\b)"
    rf"|^(?P<whom>\W*(?:Will|Does|Do|Did|Can) (?!not\b)[^?.]{{2,90}}?) (?:not|never)\b"
    rf"(?! {_MAIN})(?! {_NUMBER})(?! {_NO_VERB})"
    rf"|^(?P<short>\W*(?!{_ASKING})(?-i:[A-Z])[^?.,:]{{1,60}}?) not (?=[a-z]{{2,}}e[dn]\b)"
    r"|\bfail(?:s|ed)? to\b|(?P<to>\bto) not(?= [a-z])",
    re.IGNORECASE,
)
_KEPT = ("be", "whom", "first", "short", "to")
"""What stands before a denial in the same pattern, and stays."""
_NONE = re.compile(
    r"(?P<before>^\W*(?:(?i:if )|(?i:will )(?:(?i:there be) )?)?|[Yy]es[\"']? if "
    r"|\bthere (?:is|are|be|will be|was|were|has been|have been) )"
    rf"(?:[Nn]o(?! {_SAYING_LITTLE})(?! {_NUMBER})(?! {_RUN_OFF})(?= [\w\"])|[Nn]obody|[Nn]o one|[Zz]ero)\b"
)
_CAPITAL_NO = re.compile(r"[a-z,(\"] \"?No (?=[A-Z])")
"""A name that begins with No, in the middle of a sentence."""
_OUTSIDE = re.compile(
    r"\b(?:who|that|which|whose|whom|whether|regardless|even|unless|except|provided|although|though|while|because|despite"
    r"|including|excluding|where|when|once|after|before|and|or|but|then)\b",
    re.IGNORECASE,
)
"""What begins a part of a sentence of which a denial says nothing about the whole."""
_REPORTS = re.compile(
    r"\b(?:announc|say|said|(?-i:stat(?:es?|ed|ing))\b|declar|confirm|agree|decid|decision|vot(?:es?|ed|ing)\b|pledg|promis|choos|chose"
    r"|rul(?:es?|ed|ing)\b|claim|report|predict|expect|threat|warn|plan|intend|refus|want|order)(?!\w* (?:by|in|on)\b)",
    re.IGNORECASE,
)
"""What somebody may say or resolve not to do, which is not the same as not to say or resolve it."""
_JOINED = re.compile(r"\b(?:and|or|but|then)$", re.IGNORECASE)
_TURNS_BACK = re.compile(
    r"\b(?:until|unless|except|instead|rather than|other than|but (?:also|rather|does|is))\b", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(?:not|never|no|without(?= (?:an?|any) )|neither|nor|nobody|none|fail(?:s|ed)? to)\b"
    r" (?:(?:to|be|been|have|an?|the|any) )*(?P<what>\w+)"
    r"|n't (?P<that>\w+)",
    re.IGNORECASE,
)
_IDLE = re.compile(
    rf"\b(?:not|no|never) (?:{_NUMBER}|{_SAYING_LITTLE}|{_RUN_OFF}"
    r"|(?:been )?(?:seasonally|already|previously|yet|including"
    r"|limited|necessarily|only)\b)|\bor not\b|\bno\. ?\d|[\"']no[\"']|\byes or no\b|\bnot applicable\b"
    r"|\bnot guilty\b"
    r"|\bwithout an? (?:run-?off|second round|(?:single )?(?:set|game|map|frame))\b",
    re.IGNORECASE,
)
"""Denials that deny nothing of what is asked: comparators, manners, house style."""
_BRACKETS = re.compile(r"(?<=\s)\([^()]*\)")
_ACT_WORDS = 3
_WORD = re.compile(r"[A-Za-z]+")
_OPPOSED = tuple(tuple(frozenset(map(stem, side)) | side for side in sides) for sides in OPPOSED.values())
_PIECES = re.compile(r"( \. |(?<=[?!])\s+|\n+|(?<=[a-z0-9\"]\.)(?<! vs\.)(?<! v\.)\s+(?=[A-Z\"]))")
_HINTS = (
    "not", "no ", "n't", "never", "zero", "nobody", "neither", "none", "without", "fail", "avoid", "avert", "escape",
    "miss", "remain", "stay", "continu", "keep", "retain", "hold", "held", "serve", "occup", "surviv", "last",
    "ongoing", "underway", "in effect", "in force", "inside", "scorecards",
)  # fmt: skip
"""What has to stand in a text before it is read at all."""


@lru_cache(maxsize=8_192)
def affirm(text: str, *, named_no: bool = False) -> Affirmed:
    """Put a text into positive words. `named_no`: a name in it begins with No."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return Affirmed(text)
    pieces = [
        _piece(piece, named_no=named_no) if number % 2 == 0 else Affirmed(piece)
        for number, piece in enumerate(_PIECES.split(text))
    ]
    return Affirmed(
        "".join(piece.text for piece in pieces),
        any(piece.turned for piece in pieces),
        frozenset().union(*(piece.loose for piece in pieces)),
        next((piece.act for piece in pieces if piece.act), ""),
    )


def bound(title: Affirmed, rule: Affirmed) -> Affirmed:
    """A title that says in one word what its own rule denies of the opposite word: `reject`, where the rule pays when
    the voters do not approve. The rule binds, so the title is turned as well."""
    if not rule.turned or title.turned or title.loose:
        return title
    ruled = {stem(word.lower()): word for word in _WORD.findall(rule.text)}
    for positive, negative in _OPPOSED:
        said = [hit for hit in _WORD.finditer(title.text) if stem(hit.group().lower()) in negative]
        instead = sorted(ruled.keys() & positive)
        if len(said) == 1 and instead and not ruled.keys() & negative:
            before = title.text[: said[0].start()].rstrip()
            by = before.rpartition(" ")[2]
            if f"{ruled[instead[0]]} by {by}".lower() in rule.text.lower():
                before = before.removesuffix(by)
            return Affirmed(f"{before}{title.text[said[0].end() :]}", True)
    return title


def names_no(rules: str) -> bool:
    """Whether rules speak of something whose name begins with No."""
    return " No " in rules and bool(_CAPITAL_NO.search(rules))


def _piece(text: str, *, named_no: bool) -> Affirmed:
    """One sentence in positive words: one exact opposite turns it, more of them leave it as it is."""
    aside, act = _BRACKETS.findall(text), ""
    put, count = _BRACKETS.sub("()", text).replace("cannot", "can not"), 0
    if "n't" in put:
        put = _CONTRACTED.sub(lambda hit: f"{_IN_FULL.get(hit[1].lower(), hit[1])} not", put)
    lowered = put.lower()
    for hints, pattern, positive in _RULES:
        if any(hint in lowered for hint in hints):
            put, times = pattern.subn(positive, put)
            count += times
            act = positive if times else act
    if not named_no and (hit := _NONE.search(put)) and not _outside(put[: hit.start()].rpartition(" if ")[2]):
        put = f"{put[: hit.start()]}{hit['before']}{put[hit.end() :].lstrip()}"
        count += 1
    if hit := _plain_not(put):
        kept = next(filter(None, map(hit.group, _KEPT)), "")
        act = "" if hit["first"] else " ".join(put[hit.end() :].split()[:_ACT_WORDS])
        put = f"{put[: hit.start()]}{kept} {put[hit.end() :].lstrip()}"
        count += 1
    loose = _loose(put)
    if count == 1 and not loose and not _TURNS_BACK.search(put):
        asides = iter(aside)
        return Affirmed(_BRACKETS.sub(lambda _: next(asides), put), True, act=act)
    return Affirmed(text, False, loose | {"several"}) if count else Affirmed(text, False, loose)


def _plain_not(text: str) -> re.Match[str] | None:
    """The denial of the main verb: no other verb stands before it."""
    for hit in _PLAIN_NOT.finditer(text):
        before = text[: hit.start()].rstrip()
        clause = before.rpartition(" if ")[2]
        if not (_JOINED.search(before) or _outside(hit["whom"] or hit["short"] or clause)):
            return hit
    return None


def _outside(before: str) -> bool:
    """Whether a denial with this before it says nothing of the whole: `and` between two names is no other verb."""
    if _REPORTS.search(before):
        return True
    return any(hit.group().lower() not in {"and", "or", "but"} for hit in _OUTSIDE.finditer(before))


def _loose(text: str) -> frozenset[str]:
    plain = _IDLE.sub(" ", text)
    return frozenset(stem((hit["what"] or hit["that"]).lower()) for hit in _DENIES.finditer(plain))
