"""More football clubs, beside those in `clubs`: England's second tier and the other leagues that the venues list.

Public knowledge (the clubs' own names and how sports pages shorten them). The name in use first, then the others. They
hold where a market is about club football. "Rangers", "United", "Athletic" alone are left out: several clubs bear them.
Look-alikes stand as clubs of their own.
"""

MORE_CLUBS = """
inter_miami|inter miami|inter miami cf
barcelona_guayaquil|barcelona sc|barcelona guayaquil|barcelona sporting club|barcelona de guayaquil
liverpool_montevideo|liverpool montevideo
everton_vina|everton de vina del mar|everton vina del mar
arsenal_sarandi|arsenal sarandi|arsenal de sarandi
independiente_del_valle|independiente del valle
independiente_medellin|independiente medellin
racing_santander|racing santander|racing de santander
sporting_gijon|sporting gijon|sporting de gijon|real sporting
river_plate_montevideo|river plate montevideo
real_madrid_castilla|real madrid castilla|castilla
barcelona_atletic|barcelona atletic|fc barcelona atletic|barca atletic|fc barcelona femeni|barcelona femeni
estudiantes_merida|estudiantes de merida
al_ahli_doha|al ahli doha
al_ahli_dubai|al ahli dubai|shabab al ahli
al_ittihad_alexandria|al ittihad alexandria
arsenal|arsenal fc
aston villa|aston villa fc
chelsea|chelsea fc
liverpool|liverpool fc
everton|everton fc
fulham|fulham fc
brentford|brentford fc
crystal palace|crystal palace fc
sunderland|sunderland afc
burnley|burnley fc
southampton|southampton fc
west brom|west bromwich albion|west bromwich|wba
blackburn|blackburn rovers
birmingham|birmingham city
derby|derby county
preston|preston north end
qpr|queens park rangers
swansea|swansea city
bristol city|bristol city fc
sheffield wednesday|sheffield wed|sheff wed
charlton|charlton athletic
oxford united|oxford utd
wrexham|wrexham afc
girona|girona fc
valencia|valencia cf
villarreal|villarreal cf
sevilla|sevilla fc
espanyol|rcd espanyol
celta vigo|celta|rc celta|celta de vigo|rc celta de vigo
getafe|getafe cf
osasuna|ca osasuna
mallorca|rcd mallorca|real mallorca
rayo vallecano|rayo|rayo vallecano de madrid
alaves|deportivo alaves
levante|levante ud
elche|elche cf
oviedo|real oviedo
valladolid|real valladolid
las palmas|ud las palmas
leganes|cd leganes
augsburg|fc augsburg
st pauli|fc st pauli|sankt pauli
bochum|vfl bochum
hertha|hertha berlin|hertha bsc
bologna|bologna fc
fiorentina|acf fiorentina
torino|torino fc
genoa|genoa cfc
udinese|udinese calcio
cagliari|cagliari calcio
parma|parma calcio
como|como 1907
lecce|us lecce
sassuolo|us sassuolo
cremonese|us cremonese
pisa|pisa sc
empoli|empoli fc
venezia|venezia fc
strasbourg|rc strasbourg|rc strasbourg alsace
toulouse|toulouse fc
nantes|fc nantes
brest|stade brestois|stade brestois 29
auxerre|aj auxerre
angers|angers sco
le havre|le havre ac
lorient|fc lorient
metz|fc metz
paris fc|paris football club
az alkmaar|az
twente|fc twente
utrecht|fc utrecht
heerenveen|sc heerenveen
groningen|fc groningen
nijmegen|nec nijmegen
braga|sporting braga|sc braga
guimaraes|vitoria guimaraes|vitoria sc|vitoria de guimaraes
anderlecht|rsc anderlecht
union sg|union saint gilloise|royale union saint gilloise|union st gilloise|royale union sg
genk|krc genk
gent|kaa gent
glasgow rangers|rangers glasgow
hearts|heart of midlothian
trabzonspor|trabzonspor as
basaksehir|istanbul basaksehir
paok|paok thessaloniki|paok salonika
aek athens|aek
panathinaikos|panathinaikos athens
dinamo zagreb|gnk dinamo zagreb
ferencvaros|ferencvarosi tc
salzburg|rb salzburg|red bull salzburg|fc salzburg
sturm graz|sk sturm graz
young boys|bsc young boys
basel|fc basel
midtjylland|fc midtjylland
malmo|malmo ff
viktoria plzen|fc viktoria plzen
dynamo kyiv|dynamo kiev
slovan bratislava|sk slovan bratislava
pafos|pafos fc
kairat|kairat almaty
maccabi tel aviv|maccabi tel aviv fc
steaua|fcsb|steaua bucuresti
zenit|zenit st petersburg|zenit saint petersburg
legia warsaw|legia warszawa
lech poznan|kks lech poznan
sao paulo|sao paulo fc
corinthians|sc corinthians
santos|santos fc
fluminense|fluminense fc
botafogo|botafogo fr|botafogo rj
vasco da gama|vasco|cr vasco da gama
cruzeiro|cruzeiro ec
atletico mineiro|atletico mg|clube atletico mineiro
athletico paranaense|athletico pr|atletico paranaense|athletico
gremio|gremio fbpa
sc internacional|internacional|internacional porto alegre|internacional rs
bahia|ec bahia
fortaleza|fortaleza ec
bragantino|red bull bragantino|rb bragantino
racing club|racing avellaneda
independiente|ca independiente|independiente avellaneda
san lorenzo|san lorenzo de almagro
estudiantes|estudiantes de la plata|estudiantes la plata
velez sarsfield|velez
rosario central|ca rosario central
newell s old boys|newells old boys|newells
penarol|ca penarol
liga de quito|ldu quito
club america|cf america
chivas|guadalajara|cd guadalajara|chivas guadalajara|chivas de guadalajara
cruz azul|cd cruz azul
pumas|pumas unam|unam pumas
tigres|tigres uanl|uanl tigres
monterrey|cf monterrey|rayados|rayados de monterrey
toluca|deportivo toluca
pachuca|cf pachuca
leon|club leon
santos laguna|club santos laguna
al ittihad|al ittihad jeddah|ittihad jeddah
al ahli|al ahli saudi|al ahli jeddah
al ettifaq|ettifaq
al qadsiah|al qadisiyah|al qadisiya
al ahly|al ahly cairo|al ahly sc
"""
