"""What one word implies, so that the other side need not say it: who makes a product, of which country a party or a
parliament is, by which measure a thing is sold. Public knowledge; only what holds of the word wherever it stands."""

MAKERS = {
    "openai": "gpt chatgpt sora",
    "xai": "grok",
    "anthropic": "claude",
    "google": "gemini",
    "meta": "llama",
    "apple": "iphone ipad macbook airpods",
    "spacex": "starship starlink",
    "tesla": "optimus cybercab roadster",
    "sony": "playstation ps6",
    "nintendo": "switch",
    "microsoft": "xbox",
    "samsung": "galaxy",
}
"""Maker -> its products, whose names belong to nobody else (the makers' own sites)."""

COUNTRY_OF = {
    "canada": "ndp bloc_quebecois quebec ontario alberta toronto montreal vancouver",
    "germany": "afd spd cdu bsw fdp bundestag saxony bavaria thuringia hesse munich",
    "hungary": "fidesz tisza budapest",
    "spain": "psoe andalusia catalonia madrid",
    "france": "lfi rassemblement_national paris lyon marseille toulouse",
    "italy": "m5s rome turin",
    "united_kingdom": "snp dup house_of_lords scotland wales",
    "ireland": "sinn fianna gael dail oireachtas dublin",
    "netherlands": "pvv d66 tweede_kamer amsterdam",
    "austria": "fpo ovp spo",
    "poland": "pis sejm warsaw",
    "israel": "likud knesset",
    "japan": "ldp komeito national_diet tokyo osaka",
    "taiwan": "kmt dpp legislative_yuan taipei",
    "india": "bjp lok_sabha delhi mumbai kolkata kerala bihar assam",
    "south_korea": "seoul busan incheon gyeonggi",
    "turkey": "akp chp istanbul ankara",
    "sweden": "riksdag",
    "norway": "storting",
    "denmark": "folketing copenhagen",
    "russia": "duma ldpr",
    "ukraine": "verkhovna_rada kyiv",
    "estonia": "riigikogu",
    "latvia": "saeima",
    "lithuania": "seimas",
    "finland": "eduskunta",
    "iceland": "althing",
    "croatia": "sabor",
    "bulgaria": "narodno_sabranie",
    "serbia": "narodna_skupstina",
    "north_macedonia": "sobranie",
    "czechia": "poslanecka_snemovna",
    "slovenia": "drzavni_zbor",
    "malaysia": "dewan_rakyat",
    "mongolia": "khural",
    "kazakhstan": "mazhilis",
    "kyrgyzstan": "jogorku_kenesh",
    "bangladesh": "jatiya_sangsad",
}
"""Country -> parties, parliaments, regions and cities of no other country. A name that another country has too
(Liberals, Labour, Cordoba, London of Ontario) is not listed."""

SOLD_BY = {
    "eggs": "dozen grade large",
    "gas": "gallon regular",
    "gold": "ounce oz troy",
    "silver": "ounce oz troy",
    "wti": "barrel",
    "brent": "barrel",
}
"""What is sold -> the measure of which both venues give the price, whichever says so."""

MEMBERS = {
    "supreme_court justice": (
        *("john roberts", "clarence thomas", "samuel alito", "sonia sotomayor", "elena kagan", "neil gorsuch"),
        *("brett kavanaugh", "amy coney barrett", "ketanji brown jackson"),
    ),
}
"""A body, and the word for its members -> who sits on it (the court's own site, 2026)."""

BESIDE = (
    ("order", "executive"),
    ("tariff", "imports import"),
    ("billboard_hot_100", "week dated chart"),
    ("shutdown", "duration"),
    ("visitors", "arrive receive"),
    ("settle_suit", "lawsuit case dispute"),
)
"""What both sides say -> what one of them may say beside it: an order that has no other giver is the executive's, a
chart goes by the date of its week, a tariff is on imports."""
