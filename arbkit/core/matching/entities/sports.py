"""Teams of further leagues, in the format of `teams`: `code | place | nickname | further names`.

Public knowledge (league websites, season 2025-26): Canadian football, Korean and Japanese baseball, Australian rules
rugby league,
women's hockey and cricket leagues.
"""

CFL = """
bc|british columbia|bc lions|lions;b c lions
cgy|calgary|stampeders|
edm|edmonton|elks|
ham|hamilton|tiger cats|ticats
mtl|montreal|alouettes|als
ott|ottawa|redblacks|
ssk|saskatchewan|roughriders|
tor|toronto|argonauts|argos
wpg|winnipeg|blue bombers|bombers
"""

KBO = """
doo|doosan|bears|
han|hanwha|eagles|
kia|kia|tigers|
kiw|kiwoom|heroes|
kt|kt|wiz|
lg|lg|twins|
lot|lotte|giants|
nc|nc|dinos|
sam|samsung|lions|
ssg|ssg|landers|
"""

NPB = """
yom|yomiuri|giants|tokyo giants
han|hanshin|tigers|
dna|yokohama|dena baystars|baystars;yokohama dena;yokohama baystars;dena
hir|hiroshima|toyo carp|carp;hiroshima carp
chu|chunichi|dragons|
yak|yakult|swallows|tokyo yakult;tokyo yakult swallows
sof|fukuoka|softbank hawks|softbank;hawks;fukuoka hawks
ham|hokkaido|nippon ham fighters|nippon ham;fighters;nippon ham fighters
orx|orix|buffaloes|
rak|rakuten|golden eagles|tohoku rakuten;tohoku rakuten golden eagles;rakuten eagles
sei|seibu|lions|saitama seibu;saitama seibu lions
lot|lotte|marines|chiba lotte;chiba lotte marines
"""

AFL = """
ade|adelaide|crows|
bri|brisbane|lions|
car|carlton|blues|
col|collingwood|magpies|
ess|essendon|bombers|
fre|fremantle|dockers|
gee|geelong|cats|
gcs|gold coast|suns|
gws|greater western sydney|giants|gws;gws giants
haw|hawthorn|hawks|
mel|melbourne|demons|
nme|north melbourne|kangaroos|
pta|port adelaide|power|
ric|richmond|tigers|
stk|st kilda|saints|
syd|sydney|swans|
wce|west coast|eagles|
wbd|western bulldogs|western bulldogs|bulldogs
"""

NRL = """
bri|brisbane|broncos|
can|canberra|raiders|
cby|canterbury|bulldogs|canterbury bankstown;canterbury bankstown bulldogs
cro|cronulla|sharks|cronulla sutherland;cronulla sutherland sharks
dol|redcliffe|dolphins|
gct|gold coast|titans|
man|manly|sea eagles|manly warringah;manly warringah sea eagles
mel|melbourne|storm|
new|newcastle|knights|
nqc|north queensland|cowboys|
nzw|new zealand|warriors|new_zealand;new_zealand warriors
par|parramatta|eels|
pen|penrith|panthers|
sou|south sydney|rabbitohs|
sti|st george illawarra|dragons|st george
syd|sydney|roosters|
wst|wests|tigers|wests tigers
"""

PWHL = """
bos|boston|fleet|
min|minnesota|frost|
mtl|montreal|victoire|
nyl|new york|sirens|
ott|ottawa|charge|
sea|seattle|torrent|
tor|toronto|sceptres|
van|vancouver|goldeneyes|
"""

IPL = """
csk|chennai|super kings|csk
dc|delhi|capitals|
gt|gujarat|titans|
kkr|kolkata|knight riders|kkr
lsg|lucknow|super giants|lsg
mi|mumbai|indians|mumbai_indians;mumbai indian
pbks|punjab|kings|pbks
rr|rajasthan|royals|
rcb|bengaluru|royal challengers|bangalore;royal challengers bengaluru;royal challengers bangalore;rcb
srh|hyderabad|sunrisers|srh
"""

BBL = """
str|adelaide|strikers|
hea|brisbane|heat|
hur|hobart|hurricanes|
ren|melbourne|renegades|
sta|melbourne|stars|
sco|perth|scorchers|
six|sydney|sixers|
thu|sydney|thunder|
"""

PSL = """
isl|islamabad|united|
kar|karachi|kings|
lah|lahore|qalandars|
mul|multan|sultans|
pes|peshawar|zalmi|
que|quetta|gladiators|
"""

MORE_LEAGUES = {
    "cfl": CFL,
    "kbo": KBO,
    "npb": NPB,
    "afl": AFL,
    "nrl": NRL,
    "pwhl": PWHL,
    "indian_premier_league": IPL,
    "big_bash_league": BBL,
    "pakistan_super_league": PSL,
}
"""League, as the phrases call it -> its teams."""

SERIES = {
    "cfl": "cfl",
    "kbo": "kbo",
    "npb": "npb",
    "afl": "afl",
    "nrl": "nrl",
    "rugbynrl": "nrl",
    "pwhl": "pwhl",
    "ipl": "indian_premier_league",
    "bbl": "big_bash_league",
    "psl": "pakistan_super_league",
}
"""How the ticker of a Kalshi series begins (after KX), or a slug -> league."""

TELLING = ("cfl", "kbo", "npb", "pwhl")
"""Leagues whose full team names belong to no women's or other league too."""
