"""How a win has to come about: by knockout, on penalties, in straight sets. Who wins is another question."""

import re
from functools import lru_cache

_ANY_WAY = re.compile(
    r"\b(?:includ|exclud|regardless|irrespective|whether|even if|even though|any (?:method|means|manner|way)"
    r"|does not|will not|or otherwise|draw|tie[sd]?|in case no|if no (?:candidate|one)"
    r"|if (?:required|necessary|needed))",
    re.IGNORECASE,
)
"""A part of a sentence with these words says what counts as well, and asks for no manner."""
_BRACKETS = re.compile(r"\([^()]*\)")
_PARTS = re.compile(r"(?<!\d)[.;:](?!\d)| \. |\n|, (?=(?:includ|exclud|whether|regardless|even)\w*)")
_BY = r"\b(?:by|via|through|with|on|in|after|from)\b\W+(?:(?:an?|the|way of|means of|either|[a-z]+,?) ){0,3}?"
_UNITS = (
    r"(?:goal|point|run|set|game|map|round|shot|stroke|try|tries|touchdown|length|wicket|frame|leg|score|possession)s?"
)
_COUNT = r"(?:\d+(?:\.\d)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|multiple|several|double)"
_MANNERS = {
    "knockout": rf"{_BY}(?:t?ko\b|technical knock-?out|knock-?out\b(?! (?:stage|round|phase))|dq\b"
    r"|disqualification|stoppage\b(?! time)|doctor'?s? stoppage)|\bt?ko/(?:t?ko|dq)\b",
    "submission": rf"{_BY}(?:submission|tap-?out)\b",
    "decision": rf"{_BY}(?:(?:unanimous|split|majority|judges'?|technical) )?decision\b"
    rf"|{_BY}(?:judges'? )?scorecards?\b"
    r"|\b(?:by|on) points\b",
    "finish": rf"\b(?:inside|within) (?:the )?distance\b|{_BY}(?:an? )?finish\b(?! line)",
    "round": r"\b(?:in|during|before|after|by)(?: the)?(?: end of)?(?: the)? (?:(?:first|second|third|fourth|fifth"
    r"|sixth|seventh|eighth|ninth|tenth|opening|final|last) round\b(?! of\b(?! the (?:fight|bout)))(?! match)"
    r"|round \d)",
    "penalties": rf"{_BY}(?:penalt(?:y|ies)\b|penalty (?:shoot-?out|kicks?)|(?:shoot-?out|pens)\b)",
    "extra time": rf"{_BY}(?:extra[- ]time|over-?time|ot\b|extra innings?|super over|sudden death|golden goal)",
    "regulation": r"\b(?:in|during|within|at the end of) (?:regulation|normal time|the first 60 minutes)\b",
    "margin": rf"\bby (?:at least |more than |over |exactly |under |less than |fewer than |up to )?{_COUNT}"
    rf"(?:\+| or (?:more|fewer|less)| to {_COUNT}|-\d+)? ?(?:or more |clear )?{_UNITS}\b(?!-)"
    r"|\bby (?:at least |more than |over )?double digits\b|\bby (?:\d+\+|\d+ or more)(?! \w+day)"
    r"|\b(?:run|puck)[- ]line\b|\bcovers? the spread\b|\ba handicap\b",
    "length": r"\bin (?:four|five|six|seven|[4-7]) games\b",
    "place": r"\b(?:at home|on the road|away from home)\b",
    "outright": r"\b(?:outright|unopposed)\b|\bwithout an? (?:run-?off|second round)\b|\bby an? landslide\b"
    r"|\bwith an? (?:(?:absolute|outright|simple) )?majority\b",
    "course": r"\b(?:wire[- ]to[- ]wire|from pole|under par|in an? play-?off|on the final (?:hole|lap|day))\b",
    "innings": r"\bby an innings\b",
    "straight sets": r"\bin straight (?:sets|games|frames)\b"
    r"|\bin (?:two|three|four|five|[2-5]) (?:sets|games|frames|maps)\b"
    r"|\bwithout (?:dropping|losing) an? (?:set|game|map|frame)\b|\b(?:clean )?sweeps?\b",
    "to nil": r"\bto nil\b|\b(?:clean sheet|shut-?out)\b|\bwithout (?:conceding|allowing)\b",
    "comeback": r"\b(?:come from behind|comeback win|after trailing|walk-?off)\b",
    "retirement": r"\bby (?:retirement|walkover|forfeit|default|injury)\b",
    "score": r"(?<!round )(?<!rounds )(?<!week )(?<!weeks )(?<!game )(?<!games )(?<!day )(?<!days )(?<!stage )"
    r"(?<!stages )(?<![\w-])[0-7]\s?-\s?[0-7](?![\w-])(?! record)",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _MANNERS.items()}
_WINS = re.compile(r"\b(?:wins?|won|winning|beats?|defeats?|winner|victory|vs?\.?|advances?)\b", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def read_manner(text: str) -> frozenset[str]:
    """The manners of a win that a question and its deciding sentence ask for."""
    if not _WINS.search(text):
        return frozenset()
    parts = [part for part in _PARTS.split(_BRACKETS.sub(" ", text)) if not _ANY_WAY.search(part)]
    return frozenset(name for name, pattern in _PATTERNS.items() if any(pattern.search(part) for part in parts))
