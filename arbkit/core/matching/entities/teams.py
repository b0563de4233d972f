"""Teams of the major leagues: code, place and nickname, and the other names in use.

Public knowledge (league websites, season 2025-26). A line reads `code | place | nickname | further names`. Kalshi
writes the place alone, and one letter of the nickname where two teams share a place: "New York G", "Los Angeles R".
"""

NBA = """
atl|atlanta|hawks|
bos|boston|celtics|
bkn|brooklyn|nets|
cha|charlotte|hornets|
chi|chicago|bulls|
cle|cleveland|cavaliers|cavs
dal|dallas|mavericks|mavs
den|denver|nuggets|
det|detroit|pistons|
gsw|golden state|warriors|
hou|houston|rockets|
ind|indiana|pacers|
lac|los angeles|clippers|la clippers;los angeles c
lal|los angeles|lakers|la lakers;los angeles l
mem|memphis|grizzlies|
mia|miami|heat|
mil|milwaukee|bucks|
min|minnesota|timberwolves|wolves;twolves
nop|new orleans|pelicans|
nyk|new york|knicks|
okc|oklahoma city|thunder|
orl|orlando|magic|
phi|philadelphia|76ers|sixers
phx|phoenix|suns|
por|portland|trail blazers|blazers
sac|sacramento|kings|
sas|san antonio|spurs|
tor|toronto|raptors|
uta|utah|jazz|
was|washington|wizards|
"""

NFL = """
ari|arizona|cardinals|
atl|atlanta|falcons|
bal|baltimore|ravens|
buf|buffalo|bills|
car|carolina|panthers|
chi|chicago|bears|
cin|cincinnati|bengals|
cle|cleveland|browns|
dal|dallas|cowboys|
den|denver|broncos|
det|detroit|lions|
gb|green bay|packers|
hou|houston|texans|
ind|indianapolis|colts|
jac|jacksonville|jaguars|
kc|kansas city|chiefs|
lac|los angeles|chargers|la chargers;los angeles c
lar|los angeles|rams|la rams;los angeles r
lv|las vegas|raiders|
mia|miami|dolphins|
min|minnesota|vikings|
ne|new england|patriots|
no|new orleans|saints|
nyg|new york|giants|ny giants;new york g
nyj|new york|jets|ny jets;new york j
phi|philadelphia|eagles|
pit|pittsburgh|steelers|
sea|seattle|seahawks|
sf|san francisco|49ers|niners
tb|tampa bay|buccaneers|bucs
ten|tennessee|titans|
was|washington|commanders|
"""

MLB = """
ari|arizona|diamondbacks|d backs
ath|athletics|athletics|a's;oakland athletics;sacramento athletics;oakland
atl|atlanta|braves|
bal|baltimore|orioles|
bos|boston|red sox|
chc|chicago|cubs|chicago c
cws|chicago|white sox|chicago w;chicago ws
cin|cincinnati|reds|
cle|cleveland|guardians|
col|colorado|rockies|
det|detroit|tigers|
hou|houston|astros|
kc|kansas city|royals|
laa|los angeles|angels|la angels;los angeles a
lad|los angeles|dodgers|la dodgers;los angeles d
mia|miami|marlins|
mil|milwaukee|brewers|
min|minnesota|twins|
nym|new york|mets|ny mets;new york m
nyy|new york|yankees|ny yankees;new york y
phi|philadelphia|phillies|
pit|pittsburgh|pirates|
sd|san diego|padres|
sea|seattle|mariners|
sf|san francisco|giants|
stl|st louis|cardinals|saint louis cardinals
tb|tampa bay|rays|
tex|texas|rangers|
tor|toronto|blue jays|
wsh|washington|nationals|nats
"""

NHL = """
ana|anaheim|ducks|ana ducks
bos|boston|bruins|bos bruins
buf|buffalo|sabres|buf sabres
cgy|calgary|flames|cgy flames
car|carolina|hurricanes|canes;car hurricanes
chi|chicago|blackhawks|chi blackhawks
col|colorado|avalanche|avs;col avalanche
cbj|columbus|blue jackets|cbj blue jackets
dal|dallas|stars|dal stars
det|detroit|red wings|det red wings
edm|edmonton|oilers|edm oilers
fla|florida|panthers|fla panthers
lak|los angeles|kings|la kings;lak kings
min|minnesota|wild|min wild
mtl|montreal|canadiens|habs;mtl canadiens
nsh|nashville|predators|preds;nsh predators
njd|new jersey|devils|njd devils;nj devils
nyi|new york|islanders|ny islanders;new york i;nyi islanders
nyr|new york|rangers|ny rangers;new york r;nyr rangers
ott|ottawa|senators|sens;ott senators
phi|philadelphia|flyers|phi flyers
pit|pittsburgh|penguins|pens;pit penguins
sjs|san jose|sharks|sj sharks;sjs sharks
sea|seattle|kraken|sea kraken
stl|st louis|blues|saint louis blues;stl blues
tbl|tampa bay|lightning|tb lightning;tbl lightning
tor|toronto|maple leafs|leafs;tor maple leafs
uta|utah|mammoth|utah hockey club;uta mammoth
van|vancouver|canucks|van canucks
vgk|vegas|golden knights|las vegas;vgk golden knights;vgk knights
wsh|washington|capitals|caps;wsh capitals
wpg|winnipeg|jets|wpg jets
"""

WNBA = """
atl|atlanta|dream|
chi|chicago|sky|
con|connecticut|sun|
dal|dallas|wings|
gsv|golden state|valkyries|
ind|indiana|fever|
las|los angeles|sparks|la sparks
lva|las vegas|aces|
min|minnesota|lynx|
nyl|new york|liberty|
phx|phoenix|mercury|
por|portland|fire|
sea|seattle|storm|
tor|toronto|tempo|
was|washington|mystics|
"""

MLS = """
atl|atlanta|atlanta united|
aus|austin|austin fc|
clt|charlotte|charlotte fc|
chi|chicago|chicago fire|chicago fire fc
cin|cincinnati|fc cincinnati|
col|colorado|colorado rapids|rapids
clb|columbus|columbus crew|crew;columbus crew sc
dal|dallas|fc dallas|
dc|washington|dc united|d c united;washington dc;dc
hou|houston|houston dynamo|houston dynamo fc;dynamo
skc|kansas city|sporting kansas city|sporting kc
lag|los angeles|la galaxy|los angeles g;galaxy;los angeles galaxy
lafc|los angeles|lafc|los angeles fc;los angeles f
mia|miami|inter miami|inter miami cf
min|minnesota|minnesota united|minnesota united fc
mtl|montreal|cf montreal|montreal impact
nsh|nashville|nashville sc|
ne|new england|new england revolution|revolution
nyc|new york|new york city|nycfc;new york city fc;new york c;new_york_city;new_york_city fc
rbny|new york|new york red bulls|ny red bulls;red bulls;new york rb;red bull new york;new york r
orl|orlando|orlando city|orlando city sc
phi|philadelphia|philadelphia union|union
por|portland|portland timbers|timbers
rsl|salt lake|real salt lake|salt lake city
sd|san diego|san diego fc|
sj|san jose|san jose earthquakes|earthquakes
sea|seattle|seattle sounders|seattle sounders fc;sounders
stl|st louis|st louis city|st louis city sc;saint louis city sc
tor|toronto|toronto fc|
van|vancouver|vancouver whitecaps|vancouver whitecaps fc;whitecaps
"""

LEAGUES = {"nba": NBA, "nfl": NFL, "mlb": MLB, "nhl": NHL, "wnba": WNBA, "mls": MLS}
