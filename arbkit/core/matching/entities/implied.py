"""What one word implies, so that the other side need not say it: who makes a product, of which country a party or a
parliament is, by which measure a thing is sold, how a question is decided anyway. Public knowledge; only what holds of
the word wherever it stands."""

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
    "weekend": "box office gross grosses domestic performance",
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
    ("billboard", "week dated chart"),
    ("passengers", "handle serve"),
    ("trial", "criminal"),
    ("certified", "faa"),
    ("shutdown", "duration"),
    ("airdrop", "token tokens"),
    ("vote", "cast"),
    ("tsa", "report"),
    ("visitors", "arrive receive welcome foreign"),
    ("settle_suit", "lawsuit case dispute"),
    ("all_time_high", "touch_high"),
    ("ecb", "announce"),
    ("boe", "announce"),
    ("boj", "announce"),
    ("fed interest_rate", "announce"),
)
"""What both sides say -> what one of them may say beside it: an order that has no other giver is the executive's, a
chart goes by the date of its week, a tariff is on imports."""

MAY_ADD = (
    ("mvp roty dpoty opoty coty mip sixthman cyyoung lead leader", "regular_season"),
    ("mvp roty dpoty opoty coty comeback_player", "associated press ap"),
    (
        "atlantic central southeast pacific northwest southwest",
        "division conference eastern western regular_season",
    ),
    ("ncaab ncaaw ncaaf ncaabaseball", "national"),
    ("ncaaf", "playoff"),
    ("tournament", "conference"),
    ("ufc", "division"),
    ("seed", "best record regular_season"),
    ("presidents_trophy", "regular_season"),
    ("mvp roty dpoty opoty coty mip sixthman cyyoung heisman", "announce"),
    ("rocket_richard", "maurice rocket richard"),
    ("impeach", "house vote pass"),
    ("house", "representatives"),
    ("nominee", "primary nominate"),
    ("primary", "nominee nominate"),
    ("election", "by_election special_election parliament next"),
    ("senate governor", "house by_election special_election"),
    ("president", "next"),
    ("prime_minister", "appoint confirm parliament"),
    ("next", "first"),
    ("knesset bundestag sejm duma riksdag storting folketing house_of_commons national_diet", "parliament"),
    ("gta6", "gta grand theft auto"),
    ("ps6", "playstation"),
    ("administration", "president appoint nominate"),
    ("plead convict", "charge jury plead"),
    ("indict charge", "jury"),
    ("prison jail sentenced", "charge"),
    ("acquire", "merge agreement"),
    ("ceasefire truce deal treaty peace", "agreement deal ceasefire"),
    ("abraham", "agreement sign normalize israel"),
    ("leave", "withdraw"),
    ("invade", "offensive"),
    ("cpi", "bls"),
    ("week", "weekly daily"),
    ("touch_low", "daily"),
    ("temperature low_temperature", "daily fahrenheit celsius nws"),
    ("new_york_city", "york ny"),
    ("pole", "make"),
    ("podium", "top"),
    ("anytime_touchdown first_touchdown touchdown period", "goal touchdown"),
    ("total over under", "goal total"),
    ("seriea", "serie"),
    ("goal", "golden boot"),
    ("orange_cap", "goal"),
    ("best_ai_model", "goal leaderboard arena"),
    ("ipo", "confirm"),
    ("per price rate gas", "average"),
    ("payrolls", "employment situation"),
    ("hottest", "nasa gistemp"),
    ("mortgage", "primary survey average"),
    ("up down", "yoy"),
    ("runoff", "vote"),
    ("flip", "dem rep hold"),
    ("largest market_cap", "terminal"),
    ("rotten_tomatoes", "all critics"),
    ("person_of_the_year", "group"),
)
"""What the rules may add to a question with one of these words, for it is how that question is decided anyway."""

MAY_ADD_BESIDE = (
    ("leave", "remove resign announce retire fire detain president prime_minister"),
    ("charge", "indict announce"),
    ("convict", "indict charge plead"),
    ("confirm nominate appoint", "senate president vote"),
    ("attorney_general secretary_of_state", "senate confirm appoint attorney general"),
    ("next", "first"),
    ("top", "global globally"),
    ("acquire merge", "announce agreement confirm"),
    ("become_law", "house senate congress president sign pass"),
    ("schedule", "announce"),
    ("hold own", "announce"),
)
"""What they may say beside one of these words, when they decide by that word, too."""

PARLIAMENTS = (
    "bundestag knesset sejm duma storting riksdag folketing riigikogu eduskunta saeima seimas althing sabor"
    " tweede_kamer lok_sabha legislative_yuan house_of_commons narodno_sabranie drzavni_zbor khural verkhovna_rada"
)
"""The chambers that a general election of their country elects."""
