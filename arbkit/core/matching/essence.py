"""What in the rules decides, word for word: the deciding sentences without occasion, reporters and brackets, and what
turns, replaces or narrows them further down."""

import re
from dataclasses import dataclass
from functools import lru_cache

_ESSENCE_MAX = 1_500
_SENTENCE = re.compile(r"(?<=[.!?\"])(?<! vs\.)(?<! [Vv]\.)\s+(?=[A-Z\"'])|\n+")
_DECIDES = re.compile(
    r"\bresolv(?:es?|ed)\b|\bresolution\b|^\W*(?:this|the) (?:is a )?(?:market|polymarket)\b", re.IGNORECASE
)
_SCOPE = re.compile(
    r"^\W*(?:(?:despite|note|for clarity|to be clear|please note)[^,:]{0,40}[,:] (?:that )?)?"
    r"(?:this|the) (?:market|contract|polymarket|question) (?:only |exclusively |solely |also )?"
    r"(?:refers?|appl(?:y|ies)|relates?|pertains?|covers?|concerns?|considers?|includes? only"
    r"|is (?:about|for|limited|only|an? (?:poly)?market))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\((?-i:[A-Z]{3,6})\)|'s (?:officially |publicly )?announced\b|\b-month period\b"
    r"|,? as (?:confirmed|verified|certified) by [^,.;()]{2,60}"
    r"|,? (?:as )?(?:first |initially )?(?:announced|determined|declared|published|reported|released) by the "
    r"[A-Z][\w' -]{2,60}"
    r"|\b(?=\w)(?:"
    r"(?:including|includes?|inclusive of) any (?:\w+ )?(?:second rounds?|run-?offs?)\b"
    r"|(?-i:(?:US )?(?:President|Senator|Governor|Chancellor|Prime Minister) (?=[A-Z][a-z]))"
    r"|(?-i:(?:(?:[A-Z][a-z]+ ){1,2})?(?:Attorney General|Mayor|Representative) (?=[A-Z][a-z]+ [A-Z][a-z]))"
    r"|including (?:the|any|a) (?:(?-i:[A-Z])\w+ \d+ )?(?:potential |possible )?(?:second round|run-?off)s?\b"
    r"|the nominee (?=(?:that|who|which) (?:wins|receives|is awarded)\b)"
    r"|announces? (?:that (?:it|they|he|she) (?:has|have)|and) (?=[a-z]+(?:s|ed)\b)"
    r"|inclusive of (?:its|the) (?:lower|upper) bound(?: and exclusive of (?:its|the) (?:lower|upper) bound)?"
    r"|in the upcoming [^:]{3,160}?,? (?:originally )?scheduled (?:[^:]|:\d\d){3,60}?:(?!\d)"
    r"|(?:it|this) is (?:officially |publicly )?(?:announced|confirmed|reported) that\b"
    r"|(?-i:[A-Z][\w&.]*(?: [A-Z][\w&.]*){0,3}) (?:officially |publicly )?announces that\b"
    r"|(?:scheduled|expected|set|due) to be (?:released|announced|published)\b"
    r"|(?:scheduled|expected|set|due) to (?:be held|take place|occur) (?:[\w-]+ ){1,8}?20\d\d\b"
    r"|(?:scheduled|held|played) (?:for|on) (?-i:[A-Z])[a-z]{2,8} \d{1,2}(?:, 20\d\d)?,? (?:in|at) (?:the )?"
    r"(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+){0,3}(?=[,.;]|$)"
    r"|releases an? (?:\w+ )?(?:report|list|ranking)\b|a representative of\b"
    r"|according to the (?:monthly|quarterly|annual|weekly|daily)\b"
    r"|credible reporting (?:confirms|indicates|shows) that\b|enters? into\b|lower house\b"
    r"|(?:through )?all (?:main )?(?:tournament )?rounds\b"
    r"|(?:the )?(?:general secretary|secretary|director|minister|administrator) of (?:the )?(?-i:[A-Z])\w+"
    r"(?: (?:and )?(?-i:[A-Z])\w+){0,2},? (?=(?-i:[A-Z])[a-z]+ (?-i:[A-Z])[a-z])"
    r"|People's Republic of (?=China)|Islamic Republic of (?=Iran)"
    r"|(?:within |in |after )?(?:the )?(?:first )?90 minutes\b"
    r"|(?:across|over) (?:all|both) (?:sets|maps|games|quarters|periods|innings)\b"
    r"|(?:in|across|over) the full (?:match|game)\b"
    r"|(?:time period|period (?:of|from|ending|between)|yoy period|mom period)\b"
    r"|makes? (?=no |an? |any )|grade (?:A|AA)\b"
    r"|meets? (?:\w+ ){0,3}requirements\b"
    r"|the first (?=(?:person|individual)\b)"
    r"|(?:any|each|all) (?:other )?qualified (?=players?\b)"
    r"|for all urban consumers\b"
    r"|of representatives\b|national assembly\b|division (?:1|I|one)\b|class I{1,3}\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|otherwise\b"
    r")",
    re.IGNORECASE,
)
"""What a deciding sentence says of occasion and reporter, and how house style fills it: nothing that decides."""
_BRACKETS = re.compile(r"\([^()]*\)")
_AGE = re.compile(r"\b(?:U-|under-)(\d\d)s?\b", re.IGNORECASE)
_WHICH = re.compile(
    r"\b(?:wom[ae]n|ladies|girls|juniors?|youth|under-?\d\d|u-?\d\d|doubles|mixed|college|ncaa|reserves?)\b(?:'s)?",
    re.IGNORECASE,
)
"""What a sentence before the deciding one says of the contest that it speaks of; all else there is the occasion."""
_EXCEPTION = re.compile(
    r"^if (?:the|this|no|a|it|there)\b[^.]{0,80}?\b(?:tie|draw|no result|cancel|postpon|abandon|delay|reschedul)",
    re.IGNORECASE,
)
_GENERAL = re.compile(r"(?<!\battorney )\bgeneral election\b", re.IGNORECASE)
_PAYS = re.compile(
    r"(?:^|[.\n] ?)(?:if|should) (?:[^.\n]|\.(?! )){3,500}?,? (?:then )?(?:the|this) market (?:will )?"
    r"(?:immediately )?(?:resolves?|settles?) (?:to |as )?[\"']?(?P<pays>yes|no)\b"
    r"|\b(?:the|this) market (?:will )?(?:resolves?|settles?) (?:to |as )?[\"']?(?P<paid>yes|no)\b[\"']?,? if\b",
    re.IGNORECASE,
)
_RESOLVES = re.compile(r"\b(?:resolve|settle)[sd]?\b", re.IGNORECASE)
_OTHERWISE_YES = re.compile(
    r"\botherwise,? [^.\n]{0,40}?\b(?:resolves?|settles?) (?:to |as )?[\"']?yes\b", re.IGNORECASE
)
_REGARDLESS = re.compile(
    r"\bresolves? (?:to |as )?[\"']?(?:yes|no|other|n/a|50[-/]50)\b[\"']?[^.\n]{0,20} "
    r"(?:regardless|irrespective|no matter|in any (?:case|event)|whatever)\b"
    r"(?! of (?:when|whether|how|where|if|any)| when| whether| how| where)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\b(?:despite|notwithstanding|contrary to|unlike|regardless of) (?:what )?the (?:market's )?"
    r"(?:title|name|question)\b",
    re.IGNORECASE,
)
_AMENDED = re.compile(
    r"\b(?=\w)(?:(?:correction|update|edit|amendment|clarification|erratum)s?\b ?(?:\([^()\n]{0,40}\))? ?:"
    r"|in any (?:case|event),? (?:this|the) market\b"
    r"|market (?:always|never|can ?not|can never|will never|will always) (?:be )?resolved?s?\b"
    r"|market is (?:void|invalid|cancell?ed)\b"
    r"|(?:title|question|name)(?: of this market)? is (?:wrong|incorrect|misleading|mistaken)\b"
    r"|(?:ignore|disregard) (?:the|this|what|all)\b"
    r"|(?:contrary to|despite|notwithstanding) the (?:above|foregoing)\b"
    r"|however,? (?:this|the) market (?:will )?resolves?\b"
    r"|also resolves? (?:to )?[\"']?(?:yes|no)\b[\"']? if\b|resolves? (?:to )?50[-/]50 if\b)"
    r"|[\"']?\byes\b[\"']? (?:means|shares pay|pays)\b|<!--|</?(?:s|del|strike)>|~~|\w\ufffd\w",
    re.IGNORECASE,
)
"""What takes back, strikes out or hides what stands before it."""
_IN_WORDS = re.compile(
    r"\b(?:(?:more|less|fewer|greater|higher|lower) than|at least|at most|exactly|above|below|over|under) "
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred)\b[\w -]{0,20}",
    re.IGNORECASE,
)
_ONLY_IF = re.compile(
    r"\bresolves? (?:to )?[\"']?yes[\"']?,? only (?:if|when|once)\b"
    r"|\b(?:only|not) resolve[sd]? (?:to )?[\"']?yes[\"']?,? (?:if|unless|until|when|once)\b"
    r"|\bresolves? (?:to )?[\"']?no[\"']? unless\b"
    r"|\b(?:in addition|additionally|furthermore),? [^.\n]{0,80}\bmust\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:(?:any|every|some)(?:one|body|thing)|all|any \w+) (?:but|except|other than|besides)\b"
    r"|\b(?:the field|not named|other than)\b",
    re.IGNORECASE,
)
_EXCEPT_HINTS = (" but", "except", "other than", "besides", "the field", "not named")
_WINS = re.compile(
    r"\b[Ii]f (?:the )?(?P<who>[^.,\n]{2,60}?) wins?\b[^.\n]{0,120}?"
    r"\bresolves? (?:to )?[\"'](?P<paid>[^\"'\n]{2,60})[\"']"
)
_SOLE = re.compile(
    r"(?:^|[.\n]\s*)(?!\s|If )(?i:[^.\n]{3,80}?\b(?:resolved?|determined|decided|settled?|based)\b[^.\n]{0,40}?"
    r"\b(?:solely|exclusively|only|alone)\b) (?P<who>[^.\n]{3,160})"
)
_NAME = re.compile(r"\b[A-Z][A-Za-z]{2,}\b")
_AS_OF = re.compile(r"\bas of (?P<day>[A-Z][a-z]{2,8}\.? \d{1,2}(?:, 20\d\d)?)")
_HINTS = (
    "regardless", "irrespective", "no matter", "in any", "whatever", "despite", "notwithstanding", "contrary",
    "unlike", "only", "solely", "exclusively", "alone", "unless", "until", "addition", "furthermore",
)  # fmt: skip
"""What has to stand in the rules before the slower patterns are tried."""


@dataclass(frozen=True, slots=True)
class FinePrint:
    """What turns, replaces or narrows the question further down in the rules; the words that do, or nothing."""

    reversed: str = ""
    """It pays NO where the sentence comes true."""
    instead: str = ""
    """It pays whatever happens, or by something else than the title."""
    only_if: str = ""
    """A further condition of YES."""
    as_of: str = ""
    """A day of which the standing decides."""
    scope: str = ""
    """The sentences that say what the market refers to."""
    sole: frozenset[str] = frozenset()
    """The names of who alone decides."""


@lru_cache(maxsize=4_096)
def essence(statement: str, rules: str) -> str:
    """The deciding sentences and those that say what the market refers to, without what decides nothing."""
    sentences = _SENTENCE.split(statement)
    decides = [bool(_DECIDES.search(sentence)) for sentence in sentences]
    if not any(decides):
        decides = [True] * len(sentences)
    kept = [
        sentence if one else " ".join(_WHICH.findall(sentence)).lower()
        for sentence, one in zip(sentences, decides, strict=True)
        if not _EXCEPTION.match(sentence)
    ]
    kept += [sentence for sentence in _scope(rules) if sentence not in statement]
    text = _AGE.sub(r"u\1", " . ".join(kept)[:_ESSENCE_MAX])
    text = _ASIDE.sub(" ", text)
    text = _BRACKETS.sub(lambda hit: hit.group().lower(), text) if "(" in text else text
    return " ".join(_GENERAL.sub("general_election", text).split())


@lru_cache(maxsize=4_096)
def _scope(rules: str) -> tuple[str, ...]:
    """The sentences that say what the market refers to."""
    return tuple(sentence for sentence in _SENTENCE.split(rules) if _SCOPE.match(sentence))


@lru_cache(maxsize=8_192)
def deciding(statement: str) -> str:
    """The sentences of a statement that decide, or all of it when none says so."""
    sentences = _SENTENCE.split(statement)
    return " ".join(sentence for sentence in sentences if _DECIDES.search(sentence)) or statement


def number_in_words(statement: str) -> str:
    """A threshold that a statement writes in words, or nothing."""
    return _words(_IN_WORDS.search(statement))


def excepts(text: str) -> bool:
    """Whether a text asks for all but what it names: anyone but Berg."""
    lowered = text.lower()
    return any(hint in lowered for hint in _EXCEPT_HINTS) and bool(_EXCEPT.search(text))


def pays_the_other(rules: str, labels: tuple[str, str]) -> str:
    """The words of a rule that pays one of two sides when the other one wins; "" when there are none."""
    for hit in _WINS.finditer(rules):
        who, paid = set(hit["who"].lower().split()), set(hit["paid"].lower().split())
        sides = [set(label.lower().split()) for label in labels]
        for side, other in (sides, sides[::-1]):
            if paid & side and not paid & other and who & other and not who & side:
                return _words(hit)
    return ""


@lru_cache(maxsize=4_096)
def read_fine_print(rules: str) -> FinePrint:
    """Read what the rules say against or beyond their deciding sentence."""
    first = _PAYS.search(rules)
    decides = first is not None and _RESOLVES.search(rules, 0, first.start()) is None
    turned = first if first and decides and (first["pays"] or first["paid"]).lower() == "no" else None
    lowered = rules.lower()
    hinted = any(hint in lowered for hint in _HINTS)
    return FinePrint(
        reversed=_words(turned or _OTHERWISE_YES.search(rules)),
        instead=_words((_REGARDLESS.search(rules) or _INSTEAD.search(rules)) if hinted else None)
        or _words(_AMENDED.search(rules)),
        only_if=_words(_ONLY_IF.search(rules)) if hinted else "",
        as_of=(hit["day"] if (hit := _AS_OF.search(rules)) else ""),
        scope=" ".join(_scope(rules)),
        sole=frozenset(name for hit in _SOLE.finditer(rules) for name in _NAME.findall(hit["who"]))
        if hinted
        else frozenset(),
    )


def _words(hit: re.Match[str] | None) -> str:
    return " ".join(hit.group().split())[-80:] if hit else ""
