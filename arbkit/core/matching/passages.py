"""Which part of a market's texts says what: the question, the statement that is judged, labels, everything else."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching.clauses import read_decided_by, refers_back
from arbkit.core.matching.lexicon import fold

_TITLE_MAX, _STATEMENT_MAX, _CONTEXT_MAX = 400, 700, 5_000
_WORDS_MAX = 1_500
_IF = re.compile(r"\bIf (.{3,600}?),? (?:then )?(?:the|this) market (?:will )?(?:resolves?|settles?)", re.DOTALL)
_IF_SHORT = re.compile(r"\bIf ([^.\n]{3,400})")
_CITED = re.compile(
    r"\b(?:(?:report|publish|releas|list|measur|record|represent|determin|provid)ed (?:by|on|in)|according to) "
    r"([^,.;()]{2,80}?)(?= (?:is|are|on|at|before|between|in|by|will|for(?! [A-Z]))\b|[,.;()]|$)"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])|\n+")
_YES_IF = re.compile(r"resolves? (?:to )?[\"']?yes[\"']? if", re.IGNORECASE)
_RESOLVES = re.compile(r"\bresolves?\b|\bresolution\b", re.IGNORECASE)
_VERB = (
    r"(?:wins?|won|beats?|defeats?|is|are|be|has|have|advances?|scores?|records?|qualif(?:y|ies)|finish(?:es)?|leads?)"
)
_SUBJECT = re.compile(rf"^(?:if |will |does |can )?(?:the )?(.{{1,80}}?) {_VERB}\b", re.IGNORECASE)
_VERSUS = re.compile(
    r"(?:^(?!Will? |Does |Do |Can |Is )|: |\b[Ww]in the )([^:?]{2,60}?) "
    r"(?:[Vv][Ss]?\.?|[Vv]ersus|@|at(?= (?:[A-Z0-9][^ :?]* ?){1,5}(?:[:?(-]|$)))"
    r" ([^:?]{2,60}?)(?= (?i:winner|game|match|professional|fight)\b| - | ?: |\?| ?\(|$)",
)
_CONDITION = re.compile(r" (?:before|after|on|in|by|and|with|if|when|until)\b", re.IGNORECASE)
_IN_THE_MATCH = re.compile(
    r"\bthe ([A-Z0-9][^:?,]{1,40}?) (?:[Vv][Ss]?\.?|[Vv]ersus|@|at) ([A-Z0-9][^:?,]{1,40}?)"
    r"(?= (?:winner|game|match|professional|men's|women's|college|fight|soccer|esports"
    r"|(?:Pro|League of Legends|LoL|Dota|Valorant|Call of Duty|Rocket League|[A-Z]{2,}\d?)\b))"
)
_UPCOMING = re.compile(r"\b(?:game|match|fight|bout|series)\b(?:[^.]|vs\.){0,120}\bscheduled\b", re.IGNORECASE)
_REGULATION = re.compile(
    r"90 minutes|regulation time|exclud\w+ (?:extra time|overtime)|not include extra time", re.IGNORECASE
)
_REGULATION_HINTS = ("90 minutes", "regulation time", "exclud", "not include extra time")
_FIRST_OF_ALL = r"(?:winner|champion|next|new|first|top|most|best|largest|highest|richest|biggest|leader|number one)"
_NAMED_LAST = re.compile(
    rf"^(?P<what>[^,;?]{{0,160}}?\b{_FIRST_OF_ALL}\b(?:[^,;?]|, 20){{0,160}}?) (?:is|will be) "
    r"(?P<who>(?:[Tt]he )?[A-Z][^,;?]{0,60}?)(?P<when> (?:before|by|on|as of) [^?]{4,60})?$"
)
_WILL_IT_BE = re.compile(
    rf"^Will (?P<what>(?:the )?(?:[\w'-]+ ){{0,2}}?{_FIRST_OF_ALL} [^?]{{2,120}}?) be (?P<who>[A-Z][^?]{{0,60}})\?$"
)
_GENERIC = re.compile(r"^(?:who|which|what|when|how|where)\b", re.IGNORECASE)
_VERBED = re.compile(r"^(?:will?|does|do|can|is|are|has|have|did)\b", re.IGNORECASE)
_NEXT_VOTE = re.compile(
    r"\bnext (?:[\w'-]+ ){0,4}?(?:election|season|meeting|game|match|year|month|week|decision)", re.IGNORECASE
)
_NEXT_OF_VOTE = re.compile(
    r"\bnext (?=(?:mayor|president|governor|senator) [^?]{0,60}\b(?:following|after|as a result of|in) the "
    r"[^?]{0,60}\belections?\b)",
    re.IGNORECASE,
)
_EVER = re.compile(
    r"\b(?:at any (?:time|point)|(?:in|for) any (?:month|quarter|week)|on any (?:single )?day|ever"
    r"|becomes? (?:the )?(?:\w+ )?(?:no\.? ?|number |#)\d)\b",
    re.IGNORECASE,
)
_AT_END = re.compile(
    r"\b(?:at the end of|year[- ]end|end[- ]of[- ](?:season|year)|finish(?:es)? (?:the )?(?:20\d\d|season|year))\b",
    re.IGNORECASE,
)
_AFTER_VOTE = re.compile(
    r"\b(?:following|after|as a result of)\b[^.;]{0,90}?\b(20\d\d)\b[^.;]{0,60}?\belections?\b", re.IGNORECASE
)
_VOTE = re.compile(r"\b(20\d\d) (?:[\w'-]+ ){0,5}?elections?\b", re.IGNORECASE)
_VOTE_MAX = 600
_NOT = re.compile(r"\b(?:not|never)\b|n't\b", re.IGNORECASE)
_NO_COUNT = re.compile(
    r"^\W*(?:will )?no (?=[a-z])|\bzero\b|\bno change\b|\bunchanged\b|\bmaintains? (?:[\w']+ ){0,3}rates?\b"
    r"|\bholds? (?:rates )?steady\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:any(?: one)? of (?:the|these)(?! (?:\w+ )?(?:charges|counts|crimes|offen[cs]es)\b)"
    r"|(?:all|each|either|both)(?: one)? of (?:the|these)|one (?:or more )?of the following)\b",
    re.IGNORECASE,
)
"""One of the charges is any charge, and no list of things."""
_ANY_OF_A_KIND = re.compile(
    r"\b[Aa]ny (?:one )?of the (?:two |three |four |five |six |\d+ )?(?P<kind>[A-Z][\w'-]*(?: [A-Z][\w'-]*){0,3})"
)
_PART = (
    r"game|map|set|half|1h|2h|quarter|1q|period|innings?|round \d+|winner|win|moneyline|totals?|spread|handicap|o/u"
    r"|over|under|kills?|scores?|toss|first|second|odd|even|to|distance|method|margin|both|draw|points?|corners?|props?"
)
"""Words of a part of a match, or of something in it; whatever else stands beside two opponents names the occasion."""
_EVENT_PREFIX = re.compile(
    rf"^(?![^:?]*\b(?:{_PART})\b)[^:?]{{2,40}}: (?=[^:]{{2,60}} (?:vs?\.?|at|@) )", re.IGNORECASE
)
_ROUND_PREFIX = re.compile(r"^first round (?:group|pool)[ _]\w: ", re.IGNORECASE)
_BEST_OF = re.compile(rf"\(?\bbo\d\b\)?|\((?![^)]*\b(?:{_PART})\b)[^()]*\)$", re.IGNORECASE)
_SUFFIX = re.compile(rf" - (?![^?]*\b(?:{_PART})\b)[^?]*$", re.IGNORECASE)
_MARGIN = re.compile(
    r"\b(by (?:over|more than|at least) [\d.]+) (?:goals|points|runs|sets|games|maps)\b", re.IGNORECASE
)
_SPREAD = re.compile(
    r"^(?:[^:]{0,40}: )?(?:(?:map|game|set|run|puck) )?(?:spread|handicap|line): (.{2,60}?) \(-(\d{1,3}(?:\.\d)?)\)"
    r"(?P<rest> vs\.? .{2,60}? \(\+\2\))?",
    re.IGNORECASE,
)
_SCORED = re.compile(
    r"(?:^(?:will )?|(?<=[:.] ))(over|under) ([\d.]+) (?:goals|points|runs|maps|games|sets)(?: (?:be|are))?"
    r"(?: scored| played)?(?=\W*$| \.| in the )",
    re.IGNORECASE,
)
"""The total of a game: nothing before it says whose."""
_OVER_LABEL = re.compile(r"^(over|under) [\d.]+$", re.IGNORECASE)
_TOPIC_FIRST = re.compile(
    r"^(?P<topic>(?!Will )[^?]{2,80}?)(?::| -) (?P<question>(?:Will|Does|Do|Is|Are|Can) [^?]{4,}\??)$"
)
_NAME_LAST = re.compile(r"^(?P<topic>(?!Will )[^?]{8,})(?::| -) (?P<who>[A-Z][\w'.-]*(?: [\w'.-]+){0,3})$")
_OVER_UNDER = re.compile(r"\bo/u\b", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"\d")
_TIES = {"TIE": "Tie", "DRAW": "Tie"}
"""How the ticker of a market ends that is about neither side of a match."""
_PLAIN_LABELS = frozenset({"", "yes", "no", "up", "down", "over", "under"})


_ANNOUNCED = re.compile(
    r"\bannouncement (?:of|that) [^.]{0,160}?\b(?:will|shall|also|is|are|does)\b[^.]{0,40}?"
    r"\b(?:resolves?|qualif(?:y|ies)|counts?|suffices?|sufficient|encompassed|included)\b"
    r"|\beither (?:officially )?announced? [^.]{0,120}? or has\b"
    r"|\bIPO is confirmed if\b",
    re.IGNORECASE,
)
_UNTIL_MEETING = re.compile(r"\b(?:and|until|through|by) the (?:[\w']+ ){0,2}(?:20\d\d )?meeting\b", re.IGNORECASE)
_ACTUAL = re.compile(
    r"actual departure date|actually (?:vacate|leave)|\bcompletes? an (?:initial public offering|IPO)\b"
    r"|\bannounce\w*\b[^.]{0,60}? (?:is|are|will|does|do) not (?:be )?(?:sufficient|qualify|count|enough|suffice"
    r"|encompassed|included|resolve)"
    r"|\bannounce\w*\b[^.]{0,40}?\balone\b",
    re.IGNORECASE,
)


class Effect(StrEnum):
    """When something counts as having happened."""

    UNKNOWN = "unknown"
    ANNOUNCED = "when it is announced"
    ACTUAL = "when it takes effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The texts of one market, folded and clipped, by what they are for."""

    title: str
    asked: str
    """The question, completed by label or statement when the title leaves the subject out."""
    statement: str
    """What the rules say has to happen."""
    judged: bool
    """Whether the statement is the very sentence that decides, so that its deadline counts."""
    labels: str
    context: str
    cited: str = ""
    """Who question and statement say it is reported by."""
    rules: str = ""
    """All of the rules that is read."""
    pick: str = ""
    """Whom YES is about."""
    sides: tuple[str, str] | None = None
    opponents: tuple[str, str] | None = None
    versus: bool = False
    match_up: bool = False
    """Whether it is about one match, game or fight."""
    negative: bool = False
    none_of: bool = False
    """Whether the question asks for none of something."""
    regulation: bool = False
    effect: Effect = Effect.UNKNOWN
    until_meeting: bool = False
    """Whether it counts until a meeting, not to the end of the month or year that the question names."""
    headline: str = ""
    """Title and label, when the question is taken from the statement although the label completes the title."""
    after_votes: frozenset[int] = frozenset()
    """The years of the elections after which somebody takes an office."""
    votes: frozenset[int] = frozenset()
    """The years of the elections that title and rules begin with."""
    moment: str = ""
    """Whether something counts at any time, or only as it stands at the end."""
    kind: str = ""
    """What it is one of, when any of a kind is enough: "any of the four Grand Slam tournaments"."""
    several: bool = False
    """Whether one of several things is enough, or all of them are needed."""


def passages(market: Market) -> Passages:
    """Take the texts of `market` apart, in the way of its venue."""
    return _kalshi(market) if market.id.venue is VenueName.KALSHI else _polymarket(market)


def _kalshi(market: Market) -> Passages:
    title = fold(market.title[:_TITLE_MAX])
    rules = fold(market.rules[:_CONTEXT_MAX])
    found = _IF.search(rules) or _IF_SHORT.search(rules)
    statement = found[1][:_STATEMENT_MAX] if found else ""
    decided = read_decided_by(rules)
    if statement and decided and not refers_back(decided):
        statement = f"{statement} . {decided}"
    statement = _name_first(statement)
    note, _, _ = market.subtitle.partition("::")
    label = fold(market.yes_label[:_TITLE_MAX])
    label = "" if label.lower() in _PLAIN_LABELS else label
    label = label or ("" if statement else fold(note.strip())) or _TIES.get(market.id.key.rpartition("-")[2], "")
    words_label = "" if _NUMBER_LABEL.search(label) else label
    subject = _SUBJECT.match(statement) or _SUBJECT.match(title)
    pick = words_label or (subject[1] if subject else "")
    versus = _VERSUS.search(title)
    asked = title
    if versus:
        asked = f"{title} . {words_label}"
    elif _GENERIC.match(title) or not _VERBED.match(title):
        asked = f"{statement} . {words_label}" if statement else f"{label} . {_subject_first(title)}"
    elif words_label and words_label.lower() not in title.lower():
        asked = f"{title} . {words_label}"
    versus = versus or _IN_THE_MATCH.search(statement)
    from_statement = bool(statement) and asked.startswith(statement)
    texts = Passages(
        title=title,
        headline=f"{title} . {label}" if from_statement and label else "",
        asked=_SCORED.sub(r"total \1 \2", _MARGIN.sub(r"\1", asked)),
        statement=statement,
        judged=bool(statement),
        labels=f"{label} . {fold(market.event_title[:_TITLE_MAX])} . {fold(market.subtitle[:_TITLE_MAX])}",
        context=rules[:_WORDS_MAX],
        pick=pick or (_side_of_ticker(market, versus[1], versus[2]) if versus else ""),
        opponents=_opponents(versus) if versus else None,
        versus=versus is not None,
        match_up=versus is not None,
    )
    return _with_clauses(texts, rules)


def _polymarket(market: Market) -> Passages:
    title = fold(market.title[:_TITLE_MAX])
    rules = fold(market.rules[:_CONTEXT_MAX])
    sentences = _SENTENCE.split(rules[:_STATEMENT_MAX])
    judged = [sentence for sentence in sentences if _YES_IF.search(sentence)]
    statement = " ".join(judged[:1] or _up_to_resolution(sentences))
    labels = _plain_label(market.yes_label), _plain_label(market.no_label)
    named = labels[0].lower() not in _PLAIN_LABELS
    title = _WILL_IT_BE.sub(r"Will \g<who> be \g<what>?", title)
    asked = _occasion_gone(title) if named else _subject_first(title)
    if spread := _SPREAD.match(title):
        asked = f"{spread[1]} wins by over {spread[2]} . {_SPREAD.sub(' ', title)}"
    elif labels[0].lower() in {"over", "under"}:
        asked = _OVER_UNDER.sub(f"total {labels[0]}", title)
    if (_GENERIC.match(title) or not _VERBED.match(title)) and market.subtitle and not named:
        asked = f"{title} . {fold(market.subtitle[:_TITLE_MAX])}"
    subject = _SUBJECT.match(title)
    versus = _VERSUS.search(title)
    slug = market.slug[:_TITLE_MAX].replace("-", " ")
    texts = Passages(
        title=title,
        asked=asked,
        statement=statement,
        judged=bool(judged),
        labels=f"{fold(market.event_title[:_TITLE_MAX])} . {fold(market.subtitle[:_TITLE_MAX])} . {slug}",
        context=rules[:_WORDS_MAX],
        pick=spread[1] if spread else subject[1] if subject and not named else "",
        sides=labels if named else None,
        opponents=_opponents(versus) if versus else labels if named else None,
        versus=versus is not None,
        match_up=versus is not None or _is_upcoming(rules[:_STATEMENT_MAX]),
    )
    return _with_clauses(texts, rules)


def _plain_label(label: str) -> str:
    """The name of an outcome; "Over 2.5" is Over, for the question says the number."""
    return _OVER_LABEL.sub(r"\1", fold(label[:_TITLE_MAX]))


def _subject_first(title: str) -> str:
    """`Monaco Grand Prix: Will Max win?` as `Will Max win? . Monaco Grand Prix`, `Best Actor - Ann` as `Ann . Best
    Actor`: who is asked about comes first."""
    if hit := _TOPIC_FIRST.match(title):
        return f"{hit['question']} . {hit['topic']}"
    hit = None if _VERSUS.search(title) else _NAME_LAST.match(title)
    return f"{hit['who']} . {hit['topic']}" if hit else title


def _is_upcoming(rules: str) -> bool:
    return "scheduled" in rules.lower() and bool(_UPCOMING.search(rules))


def _name_first(statement: str) -> str:
    """`the winner of the race is Novak` as `Novak is the winner of the race`: who is asked about comes first."""
    hit = _NAMED_LAST.match(statement) if " is " in statement or " will be " in statement else None
    return f"{hit['who']} is {hit['what']}{hit['when'] or ''}" if hit else statement


def _cited(text: str) -> str:
    """Who a text says that something is reported by."""
    if "ed " not in text and "according" not in text:
        return ""
    return " . ".join(hit[1] for hit in _CITED.finditer(text))


def _with_clauses(texts: Passages, rules: str) -> Passages:
    """The texts with what single words in them, or in the rules, say of the whole."""
    lowered = rules.lower()
    decisive = f"{texts.statement} . {texts.asked}"
    kind = _ANY_OF_A_KIND.search(decisive) if "of the" in decisive else None
    votes = f"{texts.title} . {rules[:_VOTE_MAX]}"
    return replace(
        texts,
        kind=kind["kind"] if kind else "",
        after_votes=_years(_AFTER_VOTE, votes),
        votes=_years(_VOTE, votes),
        moment=_moment(f"{texts.asked} . {texts.statement}"),
        negative=bool(_NOT.search(texts.asked)),
        none_of=bool(_NO_COUNT.search(texts.title)),
        regulation=any(hint in lowered for hint in _REGULATION_HINTS) and bool(_REGULATION.search(rules)),
        cited=_cited(f"{texts.asked} . {texts.statement}"),
        rules=rules,
        effect=_effect(rules),
        until_meeting=bool(_UNTIL_MEETING.search(texts.statement)),
        several=bool(_SEVERAL.search(f"{texts.asked} {texts.statement}")),
    )


def _years(pattern: re.Pattern[str], text: str) -> frozenset[int]:
    return frozenset(map(int, pattern.findall(text))) if "lection" in text else frozenset()


def _moment(text: str) -> str:
    if not any(hint in text for hint in ("any", "ever", "end", "finish", "ecome")):
        return ""
    ever, at_end = _EVER.search(text), _AT_END.search(text)
    return "" if bool(ever) is bool(at_end) else "ever" if ever else "at the end"


def _opponents(versus: re.Match[str]) -> tuple[str, str]:
    """Who meets whom, without a condition that follows the names."""
    return _CONDITION.split(versus[1])[0], _CONDITION.split(versus[2])[0]


def _occasion_gone(title: str) -> str:
    """The two opponents without the event, the round and the mode in which they meet."""
    return _BEST_OF.sub(" ", _SUFFIX.sub("", _EVENT_PREFIX.sub("", _ROUND_PREFIX.sub("", title))))


def _up_to_resolution(sentences: list[str]) -> list[str]:
    """The first sentence that says how the market resolves, with what leads to it; exceptions follow after it."""
    for number, sentence in enumerate(sentences[:3]):
        if _RESOLVES.search(sentence):
            return sentences[: number + 1]
    return sentences[:2]


def _effect(rules: str) -> Effect:
    """Whether an announcement is enough, or the thing itself has to happen."""
    if any(hint in rules for hint in ("departure", "vacate", "leave", "omplete", "nnounce")) and _ACTUAL.search(rules):
        return Effect.ACTUAL
    if ("nnounce" in rules or "confirmed if" in rules) and _ANNOUNCED.search(rules):
        return Effect.ANNOUNCED
    return Effect.UNKNOWN


def without_next_vote(text: str) -> str:
    """Drop `next` from "the next presidential election": it names the coming one and asks nothing."""
    if "next" in text.lower():
        text = _NEXT_OF_VOTE.sub("", text)
    return _NEXT_VOTE.sub(lambda hit: hit.group()[5:], text) if "next" in text.lower() else text


def _side_of_ticker(market: Market, one: str, two: str) -> str:
    """Which of two sides `KX...-26JUN18ABCXYZ-ABC` is about: its code leads the pair and abbreviates the name."""
    codes, _, code = market.id.key.rpartition("-")
    _, _, pair = codes.rpartition("-")
    if not code or not code.isalpha():
        return ""
    pair = pair.lstrip("0123456789")[3:].lstrip("0123456789")
    if pair.startswith(code) == pair.endswith(code):
        return ""
    first = pair.startswith(code)
    side, opponent, rest = (one, two, pair[len(code) :]) if first else (two, one, pair[: -len(code)])
    if side[:1].lower() != code[:1].lower():
        return ""
    fits = _abbreviates(code.lower(), side.lower()) or _abbreviates(rest.lower(), opponent.lower())
    return side if fits or opponent[:1].lower() != code[:1].lower() else ""


def _abbreviates(code: str, name: str) -> bool:
    letters = iter(name)
    return name[:1] == code[:1] and all(char in letters for char in code)
