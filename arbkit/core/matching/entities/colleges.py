"""College teams: the school in use first, its nickname, then the other ways to write it.

Public knowledge (athletics departments' own names, as sports pages print them). A line reads `school | nickname |
further names`. They hold in college sports only, where "Miami" alone is the one in Florida and "USC" the one in Los
Angeles. A nickname alone names a school only where no other school bears it, so it stands among the further names.
"""

COLLEGES = """
alabama|crimson tide|bama;crimson tide
uab|blazers|alabama birmingham
arizona|wildcats|
arizona state|sun devils|asu sun devils;sun devils
arkansas|razorbacks|razorbacks
auburn|tigers|
baylor|bears|
boston college|eagles|
byu|cougars|brigham young
california|golden bears|cal;cal golden bears;uc berkeley
cincinnati|bearcats|bearcats
clemson|tigers|
colorado|buffaloes|colorado buffs
colorado state|rams|
duke|blue devils|
florida|gators|gators
florida state|seminoles|fsu;seminoles
georgia|bulldogs|uga
georgia tech|yellow jackets|ga tech
houston|cougars|
illinois|fighting illini|illinois illini;fighting illini;illini
indiana|hoosiers|hoosiers
iowa|hawkeyes|hawkeyes
iowa state|cyclones|cyclones
kansas|jayhawks|jayhawks
kansas state|wildcats|k state;kstate
kentucky|wildcats|
louisville|cardinals|
lsu|tigers|louisiana state
maryland|terrapins|terrapins;maryland terps
miami|hurricanes|miami fl;miami florida;miami fla
miami oh|redhawks|miami ohio
michigan|wolverines|
michigan state|spartans|
minnesota|golden gophers|minnesota gophers;golden gophers
mississippi|rebels|ole miss;ole miss rebels
mississippi state|bulldogs|miss state
missouri|tigers|mizzou
nc state|wolfpack|north carolina state;n c state;ncsu
nebraska|cornhuskers|cornhuskers;nebraska huskers
north carolina|tar heels|unc;tar heels
northwestern|wildcats|
notre dame|fighting irish|
ohio state|buckeyes|buckeyes
ohio|bobcats|
oklahoma|sooners|sooners
oklahoma state|cowboys|okla state
oregon|ducks|
oregon state|beavers|
penn state|nittany lions|nittany lions
pittsburgh|panthers|pitt;pitt panthers
purdue|boilermakers|boilermakers
rutgers|scarlet knights|scarlet knights
south carolina|gamecocks|gamecocks
usc|trojans|southern california;southern cal
smu|mustangs|southern methodist
stanford|cardinal|
syracuse|orange|
tcu|horned frogs|texas christian;horned frogs
tennessee|volunteers|tennessee vols
texas|longhorns|longhorns
texas a m|aggies|texas a&m;texas am;tamu
texas tech|red raiders|red raiders
ucf|knights|central florida
ucla|bruins|
utah|utes|
utah state|aggies|
vanderbilt|commodores|vandy
virginia|cavaliers|uva
virginia tech|hokies|hokies;va tech
wake forest|demon deacons|demon deacons
washington|huskies|
washington state|cougars|wazzu
west virginia|mountaineers|wvu
wisconsin|badgers|badgers
uconn|huskies|connecticut
umass|minutemen|massachusetts;umass minutewomen
air force|falcons|
army|black knights|army west point
navy|midshipmen|
boise state|broncos|
fresno state|bulldogs|
hawaii|rainbow warriors|hawai i;hawaii warriors
nevada|wolf pack|
new mexico|lobos|lobos
new mexico state|aggies|
san diego state|aztecs|sdsu
san jose state|spartans|sjsu
unlv|rebels|nevada las vegas;unlv runnin rebels
wyoming|cowboys|
appalachian state|mountaineers|app state
arkansas state|red wolves|
ball state|cardinals|
bowling green|falcons|
buffalo|bulls|
central michigan|chippewas|
charlotte|49ers|
coastal carolina|chanticleers|chanticleers
east carolina|pirates|ecu
eastern michigan|eagles|
fiu|panthers|florida international
florida atlantic|owls|fau
georgia southern|eagles|
georgia state|panthers|
jacksonville state|gamecocks|
james madison|dukes|jmu
kennesaw state|owls|
kent state|golden flashes|
liberty|flames|
louisiana|ragin cajuns|louisiana lafayette;ul lafayette
ul monroe|warhawks|louisiana monroe;ulm
louisiana tech|bulldogs|la tech
marshall|thundering herd|
memphis|tigers|
middle tennessee|blue raiders|middle tennessee state;mtsu
north texas|mean green|
northern illinois|huskies|niu
old dominion|monarchs|odu
rice|owls|
sam houston|bearkats|sam houston state
south alabama|jaguars|
south florida|bulls|usf bulls
southern miss|golden eagles|southern mississippi
temple|owls|
texas state|bobcats|
toledo|rockets|
troy|trojans|
tulane|green wave|
tulsa|golden hurricane|
utep|miners|texas el paso
utsa|roadrunners|texas san antonio;ut san antonio
western kentucky|hilltoppers|wku
western michigan|broncos|
akron|zips|
delaware|blue hens|
missouri state|bears|
gonzaga|bulldogs|gonzaga zags
villanova|wildcats|nova wildcats
georgetown|hoyas|hoyas
marquette|golden eagles|
creighton|bluejays|bluejays
xavier|musketeers|
providence|friars|
seton hall|pirates|
st john s|red storm|saint john s;st johns;saint johns;st john s ny
butler|bulldogs|
depaul|blue demons|de paul
saint mary s|gaels|st mary s;saint marys;st marys;saint mary s ca;st mary s ca
dayton|flyers|
vcu|rams|virginia commonwealth
saint louis|billikens|st louis;slu billikens
saint joseph s|hawks|st joseph s;saint josephs;st josephs
davidson|wildcats|
richmond|spiders|
loyola chicago|ramblers|loyola il
loyola marymount|lions|lmu
george mason|patriots|
george washington|revolutionaries|gw revolutionaries
rhode island|rams|uri
wichita state|shockers|
drake|bulldogs|
bradley|braves|
northern iowa|panthers|uni panthers
belmont|bruins|
murray state|racers|
high point|panthers|
mcneese|cowboys|mcneese state
grand canyon|lopes|gcu lopes
princeton|tigers|
yale|bulldogs|
harvard|crimson|
penn|quakers|pennsylvania quakers
cornell|big red|
columbia|lions|
brown|bears|
dartmouth|big green|
north dakota state|bison|ndsu
north dakota|fighting hawks|
south dakota state|jackrabbits|jackrabbits
south dakota|coyotes|
montana|grizzlies|
montana state|bobcats|
florida gulf coast|eagles|fgcu
oral roberts|golden eagles|
unc wilmington|seahawks|uncw
unc greensboro|spartans|uncg
uc irvine|anteaters|anteaters
uc san diego|tritons|ucsd
uc santa barbara|gauchos|ucsb
long beach state|beach|
vermont|catamounts|
hofstra|pride|
colgate|raiders|
iona|gaels|
siena|saints|
santa clara|broncos|
san francisco|dons|usf dons
pepperdine|waves|
oakland|golden grizzlies|
wright state|raiders|
cleveland state|vikings|
robert morris|colonials|
indiana state|sycamores|
illinois state|redbirds|
southern illinois|salukis|
lipscomb|bisons|
furman|paladins|
wofford|terriers|
chattanooga|mocs|
samford|bulldogs|
"""
