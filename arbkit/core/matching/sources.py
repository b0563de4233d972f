"""Where a number comes from: price indices, weather stations, pollsters. Another source is another contract."""

import re
from functools import lru_cache

from arbkit.core.matching.lexicon import stem

_SOURCES = (
    ("CF Benchmarks", r"cf benchmarks|\bbrti\b|cme cf|bitcoin real[- ]time index|real[- ]time index"),
    ("Binance", r"\bbinance\b"),
    ("Coinbase", r"\bcoinbase\b"),
    ("Chainlink", r"\bchainlink\b"),
    ("Pyth", r"\bpyth\b"),
    ("CoinGecko", r"\bcoingecko\b"),
    ("CoinMarketCap", r"\bcoinmarketcap\b"),
    ("National Weather Service", r"national weather service|\bnws\b|climatological report"),
    ("Weather Underground", r"weather underground|\bwunderground\b"),
    ("Hong Kong Observatory", r"hong kong observatory"),
    ("Met Office", r"\bmet office\b"),
    ("AAA", r"\baaa\b"),
    ("EIA", r"energy information administration|\beia\b"),
    ("Silver Bulletin", r"silver bulletin|\bnate silver\b"),
    ("RealClearPolitics", r"real ?clear ?(?:politics|polling)|\brcp\b"),
    ("VoteHub", r"\bvotehub\b"),
    ("New York Times", r"new york times|\bnyt\b"),
    ("Gallup", r"\bgallup\b"),
    ("Rotten Tomatoes", r"rotten tomatoes|tomatometer"),
    ("Metacritic", r"\bmetacritic\b"),
    ("IMDb", r"\bimdb\b"),
    ("Box Office Mojo", r"box ?office ?mojo"),
    ("The Numbers", r"the[- ]numbers\.com|\bthe numbers\b"),
    ("Bloomberg Billionaires", r"bloomberg(?: l\.?p\.?)? billionaires"),
    ("Forbes", r"\bforbes\b"),
    ("Luminate", r"\bluminate\b"),
    ("Hits Daily Double", r"hits ?daily ?double"),
    ("CME", r"\bcme group\b|\bcme settlement|official cme\b"),
    ("ICE", r"\bice reports\b|intercontinental exchange|\b(?:official|to|by) ice\b|\bice (?:settlement|futures)\b"),
    ("Treasury", r"treasury\.gov|department of the treasury's daily"),
    ("TSA", r"\btsa\b|transportation security administration"),
    ("FlightAware", r"\bflightaware\b"),
    ("Flightradar24", r"\bflightradar ?24\b"),
    ("FBI", r"\bfbi\b"),
    ("Twitch Tracker", r"twitch ?tracker"),
    ("SullyGnome", r"sully ?gnome"),
    ("Steam Charts", r"steam ?charts|\bsteamdb\b"),
    ("Google Trends", r"google trends"),
    ("Artificial Analysis", r"artificial ?analysis"),
    ("LMArena", r"\blmarena\b|\blmsys\b|chatbot arena|\blm arena\b|\btext arena\b"),
)
_HINTS = {
    "CF Benchmarks": ("benchmark", "brti", "cme cf", "real-time", "real time"),
    "National Weather Service": ("weather service", "nws", "climatological"),
    "Weather Underground": ("underground",),
    "EIA": ("eia", "energy information"),
    "Silver Bulletin": ("silver",),
    "RealClearPolitics": ("clear", "rcp"),
    "New York Times": ("new york times", "nyt"),
    "Rotten Tomatoes": ("tomat",),
    "Box Office Mojo": ("mojo",),
    "The Numbers": ("numbers",),
    "Bloomberg Billionaires": ("billionaires",),
    "Hits Daily Double": ("daily",),
    "CME": ("cme",),
    "ICE": ("ice reports", "intercontinental", "ice settlement", "ice futures", "official ice", "to ice", "by ice"),
    "Treasury": ("treasury",),
    "TSA": ("tsa", "transportation security"),
    "Flightradar24": ("flightradar",),
    "Twitch Tracker": ("twitch",),
    "SullyGnome": ("sully",),
    "Steam Charts": ("steam",),
    "Artificial Analysis": ("artificial",),
    "LMArena": ("arena", "lmsys"),
}
"""What has to stand in a text before its pattern is tried; a source not listed is its own hint."""
_BY_HINT = tuple(
    (hint, name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in _SOURCES
    for hint in _HINTS.get(name, (name.lower(),))
)

COINS = frozenset(map(stem, {
    "bitcoin", "ethereum", "solana", "ripple", "dogecoin", "hyperliquid", "bnb", "cardano", "litecoin",
    "avalanche", "chainlink", "polkadot", "bitcoin_cash", "shiba_inu", "tron", "stellar", "monero",
    "hedera", "zcash", "toncoin",
}))  # fmt: skip
"""Assets whose price Kalshi takes from CF Benchmarks, and Polymarket from an exchange or an oracle, whenever the text
is silent (contract terms of Kalshi's crypto series; Polymarket's crypto market rules)."""

COMMODITIES = frozenset(
    map(stem, ("gold", "silver", "wti", "brent", "copper", "platinum", "natgas", "eur", "gbp", "jpy", "usdjpy"))
)
"""What has no one official price: each exchange and each data vendor has its own."""


_FALL_BACK = re.compile(
    r"\bIf\b[^\n]{0,200}?\b(?:unavailable|not (?:be |been )?(?:released|available|published|provided|reported))\b"
    r"[^\n]{0,250}?\bwill be used\b",
)
"""What is read only where the first source is silent."""


@lru_cache(maxsize=4_096)
def sources(text: str) -> frozenset[str]:
    """The data sources that a text names; those that stand in for another only when it names no other."""
    first = _named(_FALL_BACK.sub(" ", text)) if "will be used" in text and "If " in text else frozenset()
    return first or _named(text)


def _named(text: str) -> frozenset[str]:
    lowered = text.lower()
    return frozenset([name for hint, name, pattern in _BY_HINT if hint in lowered and pattern.search(text)])
