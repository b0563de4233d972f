"""The shapes of a question: who is asked about, who meets whom, what only names the occasion."""

import re

_VERB = (
    r"(?:wins?|won|beats?|defeats?|is|are|be|has|have|advances?|scores?|records?|qualif(?:y|ies)|finish(?:es)?|leads?)"
)
SUBJECT = re.compile(rf"^(?:if |will |does |can )?(?:the )?(.{{1,80}}?) {_VERB}\b", re.IGNORECASE)
VERSUS = re.compile(
    r"(?:^(?!Will? |Does |Do |Can |Is )|: |\b[Ww]in the )([^:?]{2,60}?) "
    r"(?:[Vv][Ss]?\.?|[Vv]ersus|@|at(?! \d{1,2}(?::\d\d)? ?[aApP]\.?[mM])(?= (?:[A-Z0-9][^ :?]* ?){1,5}(?:[:?(-]|$)))"
    r" ([^:?]{2,60}?)(?= (?i:winner|game|match|professional|fight|bout|boxing|mma)\b| - | ?: |\?| ?\(|$)",
)
_CONDITION = re.compile(r" (?:before|after|on|in|by|and|with|if|when|until)\b", re.IGNORECASE)
IN_THE_MATCH = re.compile(
    r"\bthe ([A-Z0-9][^:?,]{1,40}?) (?:[Vv][Ss]?\.?|[Vv]ersus|@|at) ([A-Z0-9][^:?,]{1,40}?)"
    r"(?= (?:winner|game|match|professional|men's|women's|college|fight|soccer|esports"
    r"|(?:Pro|League of Legends|LoL|Dota|Valorant|Call of Duty|Rocket League|[A-Z]{2,}\d?)\b))"
)
_FIRST_OF_ALL = r"(?:winner|champion|next|new|first|top|most|best|largest|highest|richest|biggest|leader|number one)"
_NAMED_LAST = re.compile(
    rf"^(?P<what>[^,;?]{{0,160}}?\b{_FIRST_OF_ALL}\b(?:[^,;?]|, 20){{0,160}}?) (?:is|will be) "
    r"(?P<who>(?:[Tt]he )?[A-Z][^,;?]{0,60}?)(?P<when> (?:before|by|on|as of) [^?]{4,60})?$"
)
WILL_IT_BE = re.compile(
    rf"^Will (?P<what>(?:the )?(?:[\w'-]+ ){{0,2}}?{_FIRST_OF_ALL} [^?]{{2,120}}?) be (?P<who>[A-Z][^?]{{0,60}})\?$"
)
GENERIC = re.compile(r"^(?:who|which|what|when|how|where)\b", re.IGNORECASE)
VERBED = re.compile(r"^(?:will?|does|do|can|is|are|has|have|did)\b", re.IGNORECASE)
_PART = (
    r"game|map|set|half|1h|2h|quarter|1q|period|innings?|round \d+|winner|win|moneyline|totals?|spread|handicap|o/u"
    r"|over|under|kills?|scores?|toss|first|second|odd|even|to|distance|method|margin|both|draw|points?|corners?|props?"
    r"|sprint|qualifying|practice|pole|lap"
)
"""Words of a part of a match, or of something in it; whatever else stands beside two opponents names the occasion."""
_EVENT_PREFIX = re.compile(
    rf"^(?![^:?]*\b(?:{_PART})\b)[^:?]{{2,40}}: (?=[^:]{{2,60}} (?:vs?\.?|at|@) )", re.IGNORECASE
)
_ROUND_PREFIX = re.compile(r"^first round (?:group|pool)[ _]\w: ", re.IGNORECASE)
_BEST_OF = re.compile(rf"\(?\bbo\d\b\)?|\((?![^)]*\b(?:{_PART})\b)[^()]*\)$", re.IGNORECASE)
_SUFFIX = re.compile(rf" - (?![^?]*\b(?:{_PART})\b)[^?]*$", re.IGNORECASE)
MARGIN = re.compile(r"\b(by (?:over|more than|at least) [\d.]+) (?:goals|points|runs|sets|games|maps)\b", re.IGNORECASE)
SPREAD = re.compile(
    r"^(?:[^:]{0,40}: )?(?:(?:map|game|set|run|puck) )?(?:spread|handicap|line):? (.{2,60}?) \(-(\d{1,3}(?:\.\d)?)\)"
    r"(?P<rest> vs\.? .{2,60}? \(\+\2\))?",
    re.IGNORECASE,
)
WINS_BY = re.compile(r"^[^?:]{2,60} wins by (?:over|more than|at least) \d", re.IGNORECASE)
"""A title that says by how much somebody wins, and of which match only its rule."""
SCORED = re.compile(
    r"(?:^(?:will )?|(?<=[:.] ))(over|under) ([\d.]+) (?:goals|points|runs|maps|games|sets)(?: (?:be|are))?"
    r"(?: scored| played)?(?=\W*$| \.| in the )",
    re.IGNORECASE,
)
"""The total of a game: nothing before it says whose."""
_TOPIC_FIRST = re.compile(
    r"^(?P<topic>(?!Will )[^?]{2,80}?)(?::| -) (?P<question>(?:Will|Does|Do|Is|Are|Can) [^?]{4,}\??)$"
)
_NAME_LAST = re.compile(r"^(?P<topic>(?!Will )[^?]{8,})(?::| -) (?P<who>[A-Z][\w'.-]*(?: [\w'.-]+){0,3})$")
_ASKS_FOR_OBJECT = re.compile(r"^(?:[Ww]ho|[Ww]hat|[Ww]here|[Ww]hich [\w' -]{1,40}?) (?:will|does|did|is) [A-Z]")
"""`What will Ann say?`: the label is what is said, and not who says it."""
OVER_UNDER = re.compile(r"\bo/u\b", re.IGNORECASE)


def subject_first(title: str) -> str:
    """`Monaco Grand Prix: Will Max win?` as `Will Max win? . Monaco Grand Prix`, `Best Actor - Ann` as `Ann . Best
    Actor`: who is asked about comes first."""
    if hit := _TOPIC_FIRST.match(title):
        return f"{hit['question']} . {hit['topic']}"
    hit = None if VERSUS.search(title) else _NAME_LAST.match(title)
    return f"{hit['who']} . {hit['topic']}" if hit else title


def labelled(label: str, title: str) -> str:
    """A title that asks who, with the label that answers it: first whom it is about, last what somebody does."""
    return f"{title} . {label}" if _ASKS_FOR_OBJECT.match(title) else f"{label} . {subject_first(title)}"


def name_first(statement: str) -> str:
    """`the winner of the race is Novak` as `Novak is the winner of the race`: who is asked about comes first."""
    hit = _NAMED_LAST.match(statement) if " is " in statement or " will be " in statement else None
    return f"{hit['who']} is {hit['what']}{hit['when'] or ''}" if hit else statement


def occasion_gone(title: str) -> str:
    """The two opponents without the event, the round and the mode in which they meet."""
    return _BEST_OF.sub(" ", _SUFFIX.sub("", _EVENT_PREFIX.sub("", _ROUND_PREFIX.sub("", title))))


def opponents(versus: re.Match[str]) -> tuple[str, str]:
    """Who meets whom, without a condition that follows the names."""
    return _CONDITION.split(versus[1])[0], _CONDITION.split(versus[2])[0]
