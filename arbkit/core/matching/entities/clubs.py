"""Football clubs that the venues name differently: the name in use first, then the others. Public knowledge."""

CLUBS = """
manchester united|man utd|man united|manchester utd|manchester united fc
manchester city|man city|manchester city fc
tottenham|tottenham hotspur|spurs fc|tottenham hotspur fc
wolverhampton|wolves fc|wolverhampton wanderers|wolverhampton wanderers fc|wolves
newcastle|newcastle united|newcastle utd|newcastle united fc
west ham|west ham united|west ham utd|west ham united fc
brighton|brighton and hove albion|brighton hove albion|brighton hove albion fc
nottingham forest|nottm forest|nottingham|nott m forest
leeds|leeds united|leeds utd|leeds united fc
bournemouth|afc bournemouth
leicester|leicester city
ipswich|ipswich town
norwich|norwich city
hull|hull city
stoke|stoke city
coventry|coventry city
luton|luton town
sheffield united|sheffield utd
atletico madrid|atletico|atletico de madrid|club atletico de madrid|atl madrid|atl de madrid
real madrid|real madrid cf
barcelona|fc barcelona|barca
athletic bilbao|athletic club|athletic club de bilbao|ath bilbao
betis|real betis|real betis balompie
sociedad|real sociedad|real sociedad de futbol
bayern munich|bayern|fc bayern munchen|bayern munchen|fc bayern
dortmund|borussia dortmund|bv borussia 09 dortmund
leverkusen|bayer leverkusen|bayer 04 leverkusen
monchengladbach|borussia monchengladbach|gladbach|borussia m gladbach
leipzig|rb leipzig
frankfurt|eintracht frankfurt|sg eintracht frankfurt
stuttgart|vfb stuttgart
wolfsburg|vfl wolfsburg
hoffenheim|tsg hoffenheim|1899 hoffenheim|tsg 1899 hoffenheim
freiburg|sc freiburg
koln|1 fc koln|fc koln|cologne|fc cologne
union berlin|1 fc union berlin|fc union berlin
mainz|mainz 05|fsv mainz 05|1 fsv mainz 05
bremen|werder bremen|sv werder bremen
hamburg|hamburger sv|hsv
schalke|schalke 04|fc schalke 04
heidenheim|1 fc heidenheim|fc heidenheim
inter milan|inter|internazionale|fc internazionale milano|inter milano
ac milan|milan|a c milan
juventus|juve|juventus fc
napoli|ssc napoli
roma|as roma
lazio|ss lazio
atalanta|atalanta bc
verona|hellas verona
psg|paris saint germain|paris sg|paris saint germain fc|paris
marseille|olympique marseille|olympique de marseille
lyon|olympique lyonnais|olympique lyon
monaco|as monaco
lille|losc lille|losc
rennes|stade rennais
nice|ogc nice
lens|rc lens
sporting lisbon|sporting cp|sporting|sporting clube de portugal
benfica|sl benfica|benfica lisbon
porto|fc porto
ajax|afc ajax|ajax amsterdam
psv|psv eindhoven
feyenoord|feyenoord rotterdam
brugge|club brugge|club brugge kv
celtic|celtic fc|celtic glasgow
galatasaray|galatasaray sk
fenerbahce|fenerbahce sk
besiktas|besiktas jk
olympiacos|olympiakos|olympiacos piraeus
bodo glimt|fk bodo glimt|bodo|bodoe glimt
copenhagen|fc copenhagen|fc kobenhavn
shakhtar|shakhtar donetsk
qarabag|qarabag fk
slavia prague|slavia praha|sk slavia praha
sparta prague|sparta praha
red star belgrade|crvena zvezda
flamengo|cr flamengo
palmeiras|se palmeiras
boca|boca juniors
river plate|ca river plate
al hilal|al hilal saudi
al nassr|al nassr fc
"""
