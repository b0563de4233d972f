"""Which part of a market's texts says what: the question, the statement that is judged, labels, everything else."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from arbkit.core.markets import Market, VenueName
from arbkit.core.matching.clauses import read_decided_by, refers_back
from arbkit.core.matching.denial import NOTHING_DENIED, Denial, affirm, bound, names_no
from arbkit.core.matching.essence import deciding
from arbkit.core.matching.lexicon import fold
from arbkit.core.matching.questions import (
    GENERIC,
    IN_THE_MATCH,
    MARGIN,
    OVER_UNDER,
    SCORED,
    SPREAD,
    SUBJECT,
    VERBED,
    VERSUS,
    WILL_IT_BE,
    WINS_BY,
    labelled,
    name_first,
    occasion_gone,
    opponents,
    subject_first,
)

_TITLE_MAX, _STATEMENT_MAX, _CONTEXT_MAX = 400, 700, 5_000
_WORDS_MAX = 1_500
_IF = re.compile(r"\bIf (.{3,600}?),? (?:then )?(?:the|this) market (?:will )?(?:resolves?|settles?)", re.DOTALL)
_IF_SHORT = re.compile(r"\bIf ((?:[^.\n]|\.(?=\d)){3,400})")
_CITED = re.compile(
    r"\b(?:(?:report|publish|releas|list|measur|record|represent|determin|provid|confirm|verifi|certifi)ed (?:by|on|in)"
    r"|according to|per(?= (?:the )?[A-Z])|(?<=, )as (?:shown|stated|seen) (?:by|on|in)) "
    r"([^,.;()]{2,80}?)(?= (?:is|are|on|at|before|between|in|by|will|for(?! [A-Z]))\b|[,.;()]|$)"
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<! [Vv]\.)(?<! vs\.)(?<! No\.)(?<! St\.)(?<! Dr\.)(?<! Jr\.)\s+(?=[A-Z\"'])|\n+")
"""Where a sentence ends: not after the dot of "Ann v. Tom"."""
_YES_IF = re.compile(r"resolves? (?:to )?[\"']?yes[\"']? if", re.IGNORECASE)
_RESOLVES = re.compile(r"\bresolves?\b|\bresolution\b", re.IGNORECASE)
_GROUP = re.compile(
    r"\bIf ((?:[^.\n]|\.(?=\d)){3,300}?),? (?:then )?(?:the|this) market will resolve to "
    r"[\"'](?!(?:yes|no)\b[\"'])[^\"'\n]{2,80}[\"']",
    re.IGNORECASE,
)
_UPCOMING = re.compile(
    r"\b(?<!championship )(?<!comedy )(?<!drama )(?<!limited )(?<!anthology )(?<!reality )(?<!tv )"
    r"(?:game(?! of the year\b| awards\b)|match|fight|bout|series)\b(?:[^.]|vs\.){0,120}"
    r"\bscheduled\b",
    re.IGNORECASE,
)
_REGULATION = re.compile(
    r"90 minutes|regulation time|exclud\w+ (?:extra time|overtime)|not include extra time", re.IGNORECASE
)
_REGULATION_HINTS = ("90 minutes", "regulation time", "exclud", "not include extra time")
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
_NO_COUNT = re.compile(
    r"\bzero\b|\bno change\b|\bunchanged\b|\bmaintains? (?:[\w']+ ){0,3}rates?\b"
    r"|\b(?:holds?|keeps?) (?:[\w']+ ){0,3}(?:rates?|steady|unchanged)\b",
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
_OVER_LABEL = re.compile(r"^(over|under) [\d.]+$", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"\d")
_HOW = re.compile(r" (?:by|via|in|on|after) (?=[A-Za-z])")
"""After whom YES is about, how he wins."""
_TIES = {"TIE": "Tie", "DRAW": "Tie"}
"""How the ticker of a market ends that is about neither side of a match."""
_NO_LABELS = frozenset({"no", "down"})
_PLAIN_LABELS = frozenset({"", "yes", "no", "up", "down", "over", "under"})


_ANNOUNCED = re.compile(
    r"\bannouncement (?:of|that) [^.]{0,160}?\b(?:will|shall|also|is|are|does)\b[^.]{0,40}?"
    r"\b(?:resolves?|qualif(?:y|ies)|counts?|suffices?|sufficient|encompassed|included)\b"
    r"|\bannouncement of [^.;]{0,60}?\b(?:resignation|removal|departure|retirement)\b[^.;]{0,60}? resolves the market\b"
    r"|\beither (?:officially )?announced? [^.]{0,120}? or has\b"
    r"|\bIPO is confirmed if\b"
    r"|,? or (?:officially |publicly )?announces? "
    r"(?:that (?:he|she|it|they) will|(?:his|her|its|their) (?:intention|plan))",
    re.IGNORECASE,
)
_UNTIL_MEETING = re.compile(r"\b(?:and|until|through|by) the (?:[\w']+ ){0,2}(?:20\d\d )?meeting\b", re.IGNORECASE)
_ACTUAL = re.compile(
    r"actual departure date|actually (?:vacate|leave)|\bcompletes? an (?:initial public offering|IPO)\b"
    r"|\bannounce\w*\b[^.]{0,60}? (?:is|are|will|does|do) not (?:be )?(?:sufficient|qualify|count|enough|suffice"
    r"|encompassed|included|resolve)"
    r"|\bannouncement of (?:[a-z]+ )?(?:resignation|departure|retirement)\b[^.]{0,80}? will not "
    r"(?:qualify|count|suffice)\b"
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
    no_first: bool = False
    """Whether the first outcome is the one that says no."""
    sides: tuple[str, str] | None = None
    opponents: tuple[str, str] | None = None
    versus: bool = False
    match_up: bool = False
    """Whether it is about one match, game or fight."""
    denial: Denial = NOTHING_DENIED
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
    statement = name_first(statement)
    note, _, _ = market.subtitle.partition("::")
    label = fold(market.yes_label[:_TITLE_MAX])
    label = "" if label.lower() in _PLAIN_LABELS else label
    label = label or ("" if statement else fold(note.strip())) or _TIES.get(market.id.key.rpartition("-")[2], "")
    words_label = "" if _NUMBER_LABEL.search(label) else label
    subject = SUBJECT.match(statement) or SUBJECT.match(title)
    pick = _HOW.split(words_label)[0] or (subject[1] if subject else "")
    versus = VERSUS.search(title)
    asked = title
    if versus:
        asked = f"{title} . {words_label}"
    elif GENERIC.match(title) or not (VERBED.match(title) or WINS_BY.match(title)):
        asked = f"{statement} . {words_label}" if statement else labelled(label, title)
    elif words_label and words_label.lower() not in title.lower():
        asked = f"{title} . {words_label}"
    versus = versus or IN_THE_MATCH.search(statement) or IN_THE_MATCH.search(title)
    from_statement = bool(statement) and asked.startswith(statement)
    texts = Passages(
        title=title,
        headline=f"{title} . {label or note}" if from_statement and (label or note) else "",
        asked=SCORED.sub(r"total \1 \2", MARGIN.sub(r"\1", asked)),
        statement=statement,
        judged=bool(statement),
        labels=f"{label} . {fold(market.event_title[:_TITLE_MAX])} . {fold(market.subtitle[:_TITLE_MAX])}",
        context=rules[:_WORDS_MAX],
        pick=pick or (_side_of_ticker(market, versus[1], versus[2]) if versus else ""),
        opponents=opponents(versus) if versus else None,
        versus=versus is not None,
        match_up=versus is not None,
    )
    return _with_clauses(texts, rules)


def _polymarket(market: Market) -> Passages:
    title = fold(market.title[:_TITLE_MAX])
    rules = fold(market.rules[:_CONTEXT_MAX])
    sentences = _SENTENCE.split(rules[:_STATEMENT_MAX])
    judged = [sentence for sentence in sentences if _YES_IF.search(sentence)]
    judged = judged or _none_of_the_group(title, rules)
    statement = " ".join(judged[:1] or _up_to_resolution(sentences))
    labels = _plain_label(market.yes_label), _plain_label(market.no_label)
    named = labels[0].lower() not in _PLAIN_LABELS
    title = WILL_IT_BE.sub(r"Will \g<who> be \g<what>?", title)
    asked = occasion_gone(title) if named else subject_first(title)
    ahead = ""
    if spread := SPREAD.match(title):
        ahead = _in_full(spread[1], spread["rest"] or "", labels) if named else spread[1]
        asked = f"{ahead} wins by over {spread[2]} . {SPREAD.sub(' ', title)}"
    elif labels[0].lower() in {"over", "under"}:
        asked = OVER_UNDER.sub(f"total {labels[0]}", title)
    if (GENERIC.match(title) or not VERBED.match(title)) and market.subtitle and not named:
        asked = f"{title} . {fold(market.subtitle[:_TITLE_MAX])}"
    subject = SUBJECT.match(title)
    versus = VERSUS.search(title)
    slug = market.slug[:_TITLE_MAX].replace("-", " ")
    texts = Passages(
        title=title,
        asked=asked,
        statement=statement,
        judged=bool(judged),
        labels=f"{fold(market.event_title[:_TITLE_MAX])} . {fold(market.subtitle[:_TITLE_MAX])} . {slug}",
        context=rules[:_WORDS_MAX],
        pick=ahead or (subject[1] if subject and not named else ""),
        sides=labels if named else None,
        no_first=labels[0].lower() in _NO_LABELS,
        opponents=opponents(versus) if versus and not (ahead and named) else labels if named else None,
        versus=versus is not None,
        match_up=versus is not None or _is_upcoming(rules[:_STATEMENT_MAX]),
    )
    return _with_clauses(texts, rules)


def _none_of_the_group(title: str, rules: str) -> list[str]:
    """When a market pays that asks whether none of a group of markets comes true: their rules are one text, and what
    decides this one is its own sentence, `If no meeting takes place, this market will resolve to "No meeting"`."""
    if not affirm(title).turned:
        return []
    return [hit[1] for hit in _GROUP.finditer(rules) if affirm(hit[1]).turned][:1]


def _plain_label(label: str) -> str:
    """The name of an outcome; "Over 2.5" is Over, for the question says the number."""
    return _OVER_LABEL.sub(r"\1", fold(label[:_TITLE_MAX]))


def _is_upcoming(rules: str) -> bool:
    return "scheduled" in rules.lower() and bool(_UPCOMING.search(rules))


def _cited(text: str) -> str:
    """Who a text says that something is reported by."""
    if not any(hint in text for hint in ("ed ", "according", "per ", " as s")):
        return ""
    return " . ".join(hit[1] for hit in _CITED.finditer(text))


def subject_of(statement: str) -> str:
    """Who does something in a statement."""
    subject = SUBJECT.match(statement)
    return subject[1] if subject else ""


def _with_clauses(texts: Passages, rules: str) -> Passages:
    """The texts with what single words in them, or in the rules, say of the whole."""
    lowered = rules.lower()
    named_no = names_no(rules)
    asked, stated = (affirm(text, named_no=named_no) for text in (texts.asked, texts.statement))
    decides = affirm(deciding(texts.statement), named_no=named_no)
    asked = bound(asked, decides)
    loose = asked.loose | decides.loose if texts.judged else asked.loose
    decisive = f"{stated.text} . {asked.text}"
    kind = _ANY_OF_A_KIND.search(decisive) if "of the" in decisive else None
    votes = f"{texts.title} . {rules[:_VOTE_MAX]}"
    question = f"{asked.text} . {stated.text}"
    return replace(
        texts,
        asked=asked.text,
        statement=stated.text,
        kind=kind["kind"] if kind else "",
        after_votes=_years(_AFTER_VOTE, votes),
        votes=_years(_VOTE, votes),
        moment=_moment(question),
        denial=Denial(asked.turned, decides.turned, (asked.act, decides.act), loose),
        none_of=not asked.turned and bool(_NO_COUNT.search(texts.title)),
        regulation=any(hint in lowered for hint in _REGULATION_HINTS) and bool(_REGULATION.search(rules)),
        cited=_cited(question),
        rules=rules,
        effect=_effect(rules),
        until_meeting="eeting" in stated.text and bool(_UNTIL_MEETING.search(stated.text)),
        several=bool(_SEVERAL.search(f"{asked.text} {stated.text}")),
    )


def _years(pattern: re.Pattern[str], text: str) -> frozenset[int]:
    return frozenset(map(int, pattern.findall(text))) if "lection" in text else frozenset()


def _moment(text: str) -> str:
    if not any(hint in text for hint in ("any", "ever", "end", "finish", "ecome")):
        return ""
    ever, at_end = _EVER.search(text), _AT_END.search(text)
    return "" if bool(ever) is bool(at_end) else "ever" if ever else "at the end"


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


def _in_full(short: str, rest: str, labels: tuple[str, str]) -> str:
    """Whom a spread favours, by the outcome that its short name means: VIT is Vitality where the other is Falcons."""
    named, told = set(short.lower().split()), set(rest.lower().split())
    words = [set(label.lower().split()) for label in labels]
    if any(named & side for side in words):
        return short
    others = [bool(told & side) for side in words]
    fits = [_abbreviates(short.lower(), label.lower()) for label in labels]
    for first in (0, 1):
        if others[1 - first] and not others[first] and fits[first]:
            return labels[first]
    return labels[fits.index(True)] if fits.count(True) == 1 and not any(others) else short


def _abbreviates(code: str, name: str) -> bool:
    letters = iter(name)
    return name[:1] == code[:1] and all(char in letters for char in code)
