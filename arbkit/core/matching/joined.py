"""Names and measures that hold a number or an initial, joined to words before numbers are read."""

import re
from collections.abc import Callable

from arbkit.core.matching.entities.states import ALSO_WORDS, NAMES
from arbkit.core.matching.turns import TURNS

_FIRST_HELD = {"a": 1928, "o": 1928, "g": 1943, "gr": 1958, "e": 1948}
"""By first letters (academy awards, oscars, golden globes, grammys, emmys): what to add to the number of a ceremony to
get its year; the 98th Academy Awards are those of 2026."""


_CEREMONY = re.compile(
    r"\b(\d\d\d?)(?:st|nd|rd|th) (?:annual )?(?:primetime )?((?:academy award|oscar|grammy|emmy|golden globe)\w*)",
    re.IGNORECASE,
)


def _ceremony(hit: re.Match[str]) -> str:
    start = hit[2][:2].lower()
    return f"{int(hit[1]) + _FIRST_HELD.get(start, _FIRST_HELD[start[0]])} {hit[2]}"


_BY_NAME = {name.lower(): code.lower() for code, name in NAMES.items()}
_STATE = "|".join(_BY_NAME)


def _congressional(hit: re.Match[str]) -> str:
    code = _BY_NAME[(hit["state"] or hit["of"]).lower()]
    return f"District_{code}_{hit['number'] or 'al'} house"


_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_FIRST_SUPER_BOWL = 1966
"""What to add to the number of a Super Bowl to get the year in which it is played."""


def _super_bowl(hit: re.Match[str]) -> str:
    """`Super Bowl LXI` by its year, 2027."""
    written = hit["number"].lower()
    values = [_ROMAN[letter] for letter in written] if written.isalpha() else []
    signed = [-value if value < after else value for value, after in zip(values, (*values[1:], 0), strict=False)]
    return f"{_FIRST_SUPER_BOWL + (sum(signed) if signed else int(written))} Super Bowl"


def _state_office(hit: re.Match[str]) -> str:
    return hit[1] if hit[1] in ALSO_WORDS else NAMES.get(hit[1], hit[1])


_DOWN = ("fall", "drop", "dip", "decline", "sink", "slip", "plunge", "tumble", "crash")
_UP = ("climb", "jump", "surge", "soar", "rally")
_FALLS = re.compile(
    rf"\b(?:{'|'.join(_DOWN)})(?:s|es)? (?:back )?(?=(?:below|under|to)(?: below)? [$€£]?\d)", re.IGNORECASE
)
_CLIMBS = re.compile(rf"\b(?:{'|'.join(_UP)})s? (?:back )?(?=(?:above|over|to) [$€£]?\d)", re.IGNORECASE)
"""How a measure gets below or above a number; what it does is told by the number and the comparator."""

_AT_THE_END = re.compile(r"\b(?:finish|end)(?:es|s)? (20\d\d) (?=as\b|at\b|ranked\b|in\b)", re.IGNORECASE)
_RECORD_MONTH = re.compile(
    r"\b(hottest|warmest|coldest|wettest|driest) (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:t?uary|ruary|ch|il|e|y|ust|t?ember|ober|ember)?s?\b",
    re.IGNORECASE,
)
_PLAYERS = ("player", "man")
_PLAYER_OF = re.compile(
    r"\b(?:player|man|woman) of the (?:(match|tournament|series|month|week|round)|game)\b", re.IGNORECASE
)


_HIS_POST = r"(?:his|her|their|its|the) (?:\w+ )?(?:role|job|position|post)\b(?: (?:as|of))?"


WITH_NUMBER: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("500", re.compile(r"\bs(?:_| ?(?:&|and) ?)p[ -]?500\b", re.IGNORECASE), "sp500"),
    (
        " 0",
        re.compile(
            r"\b(?!(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:[a-z]{3,6})? )"
            r"([A-Z][a-z]+) 0\d\b(?![\d:./-])"
        ),
        r"\1",
    ),
    *(
        (
            f" {start}",
            re.compile(rf"\b(?!Over|Under|Above|Below|In|By)([A-Z][A-Za-z]+) {start}{rest}\b(?![\d,.%-])"),
            r"\1",
        )
        for start, rest in (("18", r"[4-9]\d"), ("19", r"\d\d"))
    ),
    ("1. fc", re.compile(r"\b1\. ?FC\b"), "FC"),
    *((hint, _AT_THE_END, r"at the end of \1 ") for hint in ("finish", "end 20", "ends 20", "endes 20")),
    ("big 10", re.compile(r"\bbig[ -]10\b", re.IGNORECASE), "Big Ten"),
    ("big 12", re.compile(r"\bbig[ -]12\b", re.IGNORECASE), "Big Twelve"),
    ("atlantic 10", re.compile(r"\batlantic[ -]10\b", re.IGNORECASE), "Atlantic Ten"),
    ("#1 ", re.compile(r"#1 (?=(?:most|best|top)\b)", re.IGNORECASE), ""),
    ("world ", re.compile(r"\bworld (?=(?:no\.? ?|number |#) ?\d)", re.IGNORECASE), ""),
    ("super bowl", re.compile(r"\bsuper bowl (?P<number>[lxvi]{1,7}|\d\d)\b", re.IGNORECASE), _super_bowl),
    (" 500", re.compile(r"\b(indy|indianapolis|daytona) 500\b", re.IGNORECASE), r"\g<1>500"),
    (
        "pick",
        re.compile(r"(?:#|\b(?:no\.? ?|number ))(?:1|one) (?:overall )?(?:draft )?pick\b", re.IGNORECASE),
        "first pick",
    ),
    (
        "do not travel",
        re.compile(r"\blevel 4:? ?[\"'(-]? ?do not travel\b[\"')]?|[\"']?\bdo not travel\b[\"']?", re.IGNORECASE),
        "Level 4",
    ),
    (
        "any ",
        re.compile(
            r"\b(any (?:single )?(?:time|point|day|date) (?:from|between) [A-Z][a-z]{2,8}\.? \d{1,2}(?:, 20\d\d)?"
            r"(?:,? (?:at )?\d{1,2}(?::\d\d)? ?[AP]M(?: ET)?)?,?) (?:to|and) (?=[A-Z][a-z]{2,8}\.? \d{1,2}\b)"
        ),
        r"\1 through ",
    ),
    ("ligue", re.compile(r"\bligue[ -]?([12])\b", re.IGNORECASE), r"ligue\1"),
    ("bundesliga", re.compile(r"\b2\. ?bundesliga\b|\bbundesliga 2\b", re.IGNORECASE), "bundesliga2"),
    ("liga", re.compile(r"\bla ?liga[ -]?2\b", re.IGNORECASE), "laliga2"),
    ("serie b", re.compile(r"\bserie b\b", re.IGNORECASE), "serieb"),
    ("round of", re.compile(r"\bround of (\d+)\b", re.IGNORECASE), r"roundof\1"),
    ("last ", re.compile(r"\blast (16|32|64)\b", re.IGNORECASE), r"roundof\1"),
    *((f"{kind} ", _RECORD_MONTH, r"\1_\2") for kind in ("hottest", "warmest", "coldest", "wettest", "driest")),
    (
        " race",
        re.compile(
            r"\b(?:leaves?|exits?|quits?|drops? out of|withdraws? from) (?:the )?((?:[\w'-]+ ){0,4}?)race\b",
            re.IGNORECASE,
        ),
        r"drop_out the \1race",
    ),
    *((f"{who} of the ", _PLAYER_OF, lambda hit: f"player of_{(hit[1] or 'match').lower()}") for who in _PLAYERS),
    ("game ", re.compile(r"\bgame (\d)\b", re.IGNORECASE), r"map \1"),
    *((hint, _CEREMONY, _ceremony) for hint in ("academy award", "oscar", "grammy", "emmy", "golden globe")),
    (
        "agree",
        re.compile(
            r"\bagree[sd]? to (?=an? (?:new )?(?:[\w-]+ ){0,2}?(?:deal|ceasefire|truce|agreement|treaty)\b)",
            re.IGNORECASE,
        ),
        "",
    ),
    (
        "record",
        re.compile(
            r"\b(?:sets?|breaks?|beats?|broken|tops?) (?:(?:a|an|the|its|their|new|another|previous) ){0,3}"
            r"((?:[\w-]+ ){0,4}?)record(?! (?:label|low|high))\b",
            re.IGNORECASE,
        ),
        r"record \1",
    ),
    *((verb, _FALLS, "touch_low ") for verb in _DOWN),
    *((verb, _CLIMBS, "touch_high ") for verb in _UP),
    (
        " record ",
        re.compile(r"\b(will [^?.]{2,60}?) record (?=(?:the|a|an|at|more|over|most|another|\d+\+?)\b)", re.IGNORECASE),
        r"\1 have ",
    ),
    (" annual ", re.compile(r"\b(\d+(?:st|nd|rd|th)) annual\b", re.IGNORECASE), r"\1"),
    (
        "another ",
        re.compile(
            r"(?:^Another|\banother) (?!(?:team|player|candidate|party|person|country|company|driver|man|woman|club"
            r"|nominee|movie|film|song|album|artist|actor|show|model)\b)"
        ),
        "new ",
    ),
    (
        "called",
        re.compile(r"\belections? (?:(?:is|be|to be|are|gets?) )?called\b", re.IGNORECASE),
        "election scheduled",
    ),
    (
        " listed on ",
        re.compile(r"\b([A-Z][\w$]+) (?:(?:is|be|gets?|to be) )?listed on ([A-Z]\w+)(?= (?:in|by|before)\b|\?)"),
        r"\2 lists \1",
    ),
    ("nasdaq", re.compile(r"\bnasdaq[ -]?100\b", re.IGNORECASE), "nasdaq100"),
    *((hint, re.compile(r"\b(?:gta|grand theft auto) ?6\b", re.IGNORECASE), "GTA6") for hint in ("gta", "theft auto")),
    *((hint, re.compile(r"\bU-?3\b"), "U3") for hint in ("u3", "u-3")),
    (
        "presented by",
        re.compile(
            r" presented by(?: (?!(?:Winner|Champion|Pole|Stage|Top|Fastest|Lap|Round)\b)[A-Z][\w'&.-]*){1,2}",
        ),
        "",
    ),
    ("title", re.compile(r"\bholds? the ((?:[\w']+ ){0,4}?)title\b", re.IGNORECASE), r"wins the \1title"),
    ("formula", re.compile(r"\bformula[ -]?(?:1|one)\b", re.IGNORECASE), "formula1"),
    ("strike", re.compile(r"\bcounter[ -]?strike(?: ?2)?\b", re.IGNORECASE), "cs2"),
    ("cs", re.compile(r"\bcs ?2\b", re.IGNORECASE), "cs2"),
    ("dota", re.compile(r"\bdota ?2\b", re.IGNORECASE), "dota2"),
    (
        "hot 100",
        re.compile(
            r"\b(?:be |is |reach(?:es)? |hits? )?(?:#|no\.? ?|number )(?:1|one)(?: song)? on "
            r"(?=(?:the )?billboard hot 100\b)",
            re.IGNORECASE,
        ),
        "top song on ",
    ),
    ("hot 100", re.compile(r"\bhot 100\b", re.IGNORECASE), "hot100"),
    ("month", re.compile(r"\b(?:12|twelve)[ -]months?\b", re.IGNORECASE), "yoy"),
    ("month", re.compile(r"\b(?:1|one)[ -]month\b", re.IGNORECASE), "mom"),
    (
        "available to the",
        re.compile(r"\b(?:makes?|made) ((?:[\w.-]+ ){1,4}?)available to the (?:general )?public\b", re.IGNORECASE),
        r"releases \1to the public",
    ),
    *(
        (hint, re.compile(rf"\b{verb} {_HIS_POST}", re.IGNORECASE), "leaves")
        for hint, verb in (("leav", r"leav(?:es?|ing)"), (" left", "(?:has|have|had) left"))
    ),
    (
        "scorecards",
        re.compile(r"\breach(?:es)? the judges'? scorecards\b", re.IGNORECASE),
        "goes the distance",
    ),
    (
        "end",
        re.compile(r"\bends?(?: in| within)? (?=(?:less|fewer) than \d|under \d)", re.IGNORECASE),
        "lasts ",
    ),
    (
        "unchanged",
        re.compile(r"\b(?:leave|keep|hold|maintain)s? ((?:[\w'-]+ ){1,6}?)unchanged\b", re.IGNORECASE),
        r"no change to \1",
    ),
    (
        "approved by",
        re.compile(r"\bapproved by ([A-Z]\w+(?: [A-Z]\w+)?)(?:'s)? voters\b"),
        r"approved by voters of \1",
    ),
    ("nikkei", re.compile(r"\bnikkei[ -]?225\b", re.IGNORECASE), "Nikkei"),
    ("russell", re.compile(r"\brussell[ -]?2000\b", re.IGNORECASE), "russell2000"),
    ("ftse", re.compile(r"\bftse[ -]?100\b", re.IGNORECASE), "ftse100"),
    (
        "congressional",
        re.compile(
            rf"\b(?:(?P<state>{_STATE})(?:'s?)? )?"
            r"(?:(?P<number>\d\d?)(?:st|nd|rd|th)|at[- ]large) congressional district"
            rf"(?(state)\b| (?:of|in) (?P<of>{_STATE})\b)",
            re.IGNORECASE,
        ),
        _congressional,
    ),
    ("governor", re.compile(r"\b([A-Z]{2})(?= (?:[Gg]overnor|Lieutenant [Gg]overnor)\b)"), _state_office),
    ("senate", re.compile(r"\b([A-Z]{2})(?= Senate\b)"), _state_office),
    ("year ", re.compile(r"\b(\d+)[ -]?year (?=treasury|yield|note|bond|fixed|mortgage)", re.IGNORECASE), r"tenor\1y "),
    *TURNS,
)
"""(hint in lower case, pattern, what to put): tried in this order where the hint stands."""
