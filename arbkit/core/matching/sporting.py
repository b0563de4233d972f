"""How rules of sport say a plain thing at length, put into its plain words before anything else is read: who finishes
first in the main race wins it, and the season of a league that is called by the year in which it begins."""

import re
from collections.abc import Callable

_TITLES = (
    r"super ?bowl|pro football championship|world series|pro baseball championship|nba finals"
    r"|pro basketball (?:finals|championship)"
)
_FOOTBALL = r"(?:NFL|Pro Football|College Football|CFB|NCAA Football)"
"""Leagues that call a season by the year in which it begins; in the year after it they play its last rounds."""


def _both_years(hit: re.Match[str]) -> str:
    first = int(hit["year"])
    return f"{hit['before'] or ''}{first}-{(first + 1) % 100:02d}{hit['after']}"


def _best_of_title(hit: re.Match[str]) -> str:
    """`MVP of the 2027 Super Bowl` as `2027 Super Bowl MVP`, which the phrases know."""
    return f"{hit['year'] or ''}{hit['title']} MVP"


def _by_its_year(hit: re.Match[str]) -> str:
    """`the 2030 Olympic` as `the 2030 Winter Olympics`: summer and winter take turns every two years."""
    kinds = {0: "Summer", _WINTER: "Winter"}
    kind = kinds.get(int(hit[1]) % _EVERY)
    return f"{hit[1]} {kind} Olympics" if kind else hit.group()


def _of_main_race(hit: re.Match[str]) -> str:
    return "wins sprint" if hit["race"].lower() == "sprint" else "wins"


_EVERY, _WINTER = 4, 2
_DAY = r"[A-Z][a-z]{2,8}\.? \d{1,2}, 20\d\d"

SPORTING: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        " race",
        re.compile(rf"\b(?P<race>(?:[Mm]ain|[Ss]print) race) originally scheduled for {_DAY}(?= at the 20\d\d )"),
        r"\g<race>",
    ),
    (
        " race",
        re.compile(
            rf"\b(?P<race>(?:[Mm]ain|[Ss]print) race at the 20\d\d [^.,;\n]{{3,60}}?) originally scheduled for {_DAY}"
        ),
        r"\g<race>",
    ),
    (
        " race",
        re.compile(
            r"\bfinish(?:es)? (?:in )?(?:the )?(?:first|1st)(?: place)? in the (?P<race>main|sprint) race\b",
            re.IGNORECASE,
        ),
        _of_main_race,
    ),
    (
        "top ",
        re.compile(
            r"\b(?:finish(?:es)?|(?:is|be) (?:classified|placed)) (?:in |on |among )?(?:the )?top (?:3|three)"
            r"(?: positions| places| finishers| drivers)?"
            r"(?= in the main race\b| (?:of|in|at) the [^.,;\n]{0,50}\bgrand prix\b)",
            re.IGNORECASE,
        ),
        "finishes on the podium",
    ),
    ("main race", re.compile(r"\b(?:in|of) the main race\b", re.IGNORECASE), ""),
    (
        "differential",
        re.compile(
            r"\bthe (?:game|set|map|round|point) differential in favou?r of (?P<who>[^,.;\n]{2,40}?) "
            r"(?:(?:in|across) the full (?:match|game) )?is (?:above|more than|over) "
            r"(?P<by>\d{1,3}(?:\.\d)? (?:game|set|map|round|point)s)\b",
            re.IGNORECASE,
        ),
        r"\g<who> wins by more than \g<by>",
    ),
    (
        "qualifying",
        re.compile(
            r"\bfinish(?:es)? (?:in )?(?:first|1st) in (?:the )?qualifying(?: session)?(?: \(Q3\))?", re.IGNORECASE
        ),
        "records the fastest time in qualifying",
    ),
    *(
        (
            hint,
            re.compile(rf"\b{best} of (?:the )?(?P<year>20\d\d )?(?P<title>{_TITLES})\b", re.IGNORECASE),
            _best_of_title,
        )
        for hint, best in (("valuable player of", "most valuable player"), ("mvp of", "mvp"))
    ),
    (
        "season",
        re.compile(
            rf"(?P<before>)(?<![-\d/\w])(?P<year>20\d\d)(?P<after> {_FOOTBALL} (?:regular )?season\b)", re.IGNORECASE
        ),
        _both_years,
    ),
    (
        "season",
        re.compile(
            rf"(?P<before>\b{_FOOTBALL}\b[^.\n]{{0,80}} the )(?P<year>20\d\d)(?P<after> (?:regular )?season\b)",
            re.IGNORECASE,
        ),
        _both_years,
    ),
    (
        " major",
        re.compile(r"\b(PGL|BLAST(?:\.tv)?|StarLadder|IEM|ESL) ([A-Z][a-z]+(?: [A-Z][a-z]+)?) Major\b"),
        r"\1 Major \2",
    ),
    ("olympic", re.compile(r"\b(20\d\d) olympics?(?: games)?\b", re.IGNORECASE), _by_its_year),
    ("top 14", re.compile(r"\btop 14\b", re.IGNORECASE), "Top14"),
    ("distance", re.compile(r"\bfight to (?=go the distance\b)", re.IGNORECASE), "fight "),
)
"""(hint in lower case, pattern, what to put): as in `joined.WITH_NUMBER`, and tried after those."""
