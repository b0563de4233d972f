"""Leagues, tournaments, trophies and races: different words for one contest, in the format of `phrases`.

Public knowledge (the organisers' names, with and without the sponsor). Women's, youth and second-tier contests keep
the words that set them apart.
"""

CONTESTS = """
baftas < bafta; bafta awards; bafta film awards; british academy film awards; ee bafta film awards
tonys < tony awards; tony award; tonys
golden_globes < golden globes; golden globe; golden globe awards; golden globe award
sag_awards < sag awards; screen actors guild awards; screen actors guild award; actor awards
cfl < canadian football league
cfl win < grey cup; cfl championship
kbo < kbo league; korea baseball organization; korean baseball organization
npb < nippon professional baseball
afl < australian football league; aussie rules
afl win < afl grand final; afl premiership; afl flag
nrl < national rugby league; nrl premiership
nrl win < nrl grand final
pwhl < professional women s hockey league
pwhl win < walter cup
big_bash_league < big bash league; kfc big bash league
pakistan_super_league < pakistan super league; hbl pakistan super league
barcelona_guayaquil < barcelona sc; barcelona sporting club
womens_big_bash_league < women s big bash league; wbbl; weber wbbl; women s bbl
womens_premier_league < tata wpl; women s ipl; women s premier league; wpl; women s indian premier league
aflw < women s afl; afl women s; afl women; aflw premiership
nrlw < women s nrl; nrl women s; nrl women; nrl women s premiership; nrlw premiership
super_rugby < super rugby; super rugby pacific
top14 < france top14; french top14
united_rugby_championship < urc; bkt urc; bkt united rugby championship; united rugby championship
rugby_championship < the rugby championship
ashes < the ashes; ashes series
champions_trophy < icc champions trophy
euroleague < turkish airlines euroleague; euroleague basketball
eurocup < bkt eurocup; eurocup basketball
pga_tour < pga tour; pga tour golf
liv_golf < liv golf; liv golf league
dp_world_tour < dp world tour; european tour golf
lpga < lpga tour
phoenix_open < wm phoenix open; waste management phoenix open; phoenix open
pebble_beach_pro_am < at t pebble beach pro am; pebble beach pro am
presidents_cup < presidents cup; the presidents cup
red bull < oracle red bull racing; red bull racing
mclaren < mclaren racing; mclaren f1 team; mclaren mercedes; mclaren formula1 team
ferrari < scuderia ferrari; scuderia ferrari hp; ferrari f1 team
mercedes < mercedes amg motorsport; mercedes amg; mercedes amg petronas; mercedes f1 team; mercedes amg f1
aston martin < aston martin aramco; aston martin f1 team
racing bulls < visa cash app racing bulls; visa cash app rb; vcarb
haas < haas f1 team; moneygram haas; haas formula1 team
alpine < bwt alpine; alpine f1 team
williams < atlassian williams racing; williams f1 team
eredivisie < dutch eredivisie; vriendenloterij eredivisie
primeira_liga < liga portugal; portuguese primeira liga; liga portugal betclic; primeira liga
brasileirao < brasileiro serie a; brasileirao serie a; brazilian serie a; campeonato brasileiro serie a
brasileirao < brazil serie a
liga_mx < liga mx
saudi_pro_league < saudi pro league; saudi professional league; roshn saudi league
super_lig < turkish super lig; trendyol super lig; turkish super league
argentine_primera < argentina primera division; argentine primera division; liga profesional argentina
efl_championship < efl championship; english championship; sky bet championship
scottish_premiership < scottish premiership
copa_del_rey < copa del rey; spanish cup
coppa_italia < coppa italia; italian cup
dfb_pokal < dfb pokal; german cup
coupe_de_france < coupe de france; french cup
libertadores < copa libertadores; conmebol libertadores; conmebol copa libertadores
sudamericana < copa sudamericana; conmebol sudamericana
afcon < africa cup of nations; african cup of nations
gold_cup < concacaf gold cup
nations_league < uefa nations league
rome_masters < italian open; internazionali bnl d italia; rome masters
madrid_open < mutua madrid open; madrid masters
cincinnati_open < western and southern open; western southern open; cincinnati masters
monte_carlo_masters < rolex monte carlo masters; monte carlo masters
paris_masters < rolex paris masters
shanghai_masters < rolex shanghai masters
atp_finals < nitto atp finals; atp tour finals; atp finals
vuelta < vuelta a espana; la vuelta; tour of spain; la vuelta a espana
giro < giro d italia; tour of italy
drivers_championship < riders championship; riders world championship
nhl norris win < james norris memorial trophy; james norris trophy; norris memorial trophy; norris trophy
nhl hart win < hart memorial trophy; hart trophy
nhl calder win < calder memorial trophy; calder trophy
nhl vezina win < vezina trophy
nhl art_ross win < art ross trophy; art ross memorial trophy
nhl rocket_richard win < maurice richard trophy; rocket richard trophy; maurice rocket richard trophy; richard trophy
nhl selke win < frank j selke trophy; frank selke trophy; selke trophy
nhl lady_byng win < lady byng memorial trophy; lady byng trophy
nhl conn_smythe win < conn smythe trophy
nhl jack_adams win < jack adams award; jack adams trophy
nhl ted_lindsay win < ted lindsay award; ted lindsay trophy
nhl presidents_trophy win < presidents trophy; president s trophy
west < west division
east < east division
north < north division
south < south division
central < central division
atlantic < atlantic division
pacific < pacific division
metropolitan < metropolitan division
southeast < southeast division
northwest < northwest division
southwest < southwest division
first pick < first overall; drafted first overall; first overall pick; first overall selection; first pick overall
first pick < selected first overall; picked first overall; first overall draft pick; first draft pick
indy500 < indianapolis500
cs2 blast_open < blast open
cs2 blast_bounty < blast bounty
cs2 blast_rivals < blast rivals
cs2 blast_premier < blast premier
dota2 blast_slam < blast slam
cs2 iem < iem; intel extreme masters; intel extreme masters iem; esl iem
cs2 esl_pro_league < esl pro league
cs2 pgl_major < pgl major
cs2 starladder < starladder; starladder starseries
dota2 dreamleague < dreamleague
lol lck < lck; lol champions korea; league of legends champions korea; league of legends champions korea lck
lol lpl < lpl; lol pro league; league of legends pro league; league of legends pro league lpl
lol lec < lec; lol emea championship; league of legends emea championship
lol lcs < lcs; lol championship series; league of legends championship series
rocket_league < rocket league; rlcs; rocket league championship series
call_of_duty < cdl; call of duty league
team_total < team total; team totals; team total points; team total goals; team total runs
most_gold < most gold medals; most golds
most_silver < most silver medals
most_bronze < most bronze medals
most_medals < most medals; most total medals; most overall medals
podium < driver podium; podium finish; podium place; podium finishers; podium finisher
pole < pole position; driver pole position; fastest time in qualifying; fastest in qualifying
pole < records the fastest time in qualifying; sets the fastest time in qualifying
drivers_championship < drivers world championship; drivers world champion; drivers world title; world drivers champion
formula1 drivers_championship < formula1 world champion; formula1 world championship; formula1 world title
tennis us_open women < women s us open; us open women s singles; us open women s
tennis us_open < men s us open; us open men s singles; us open men s
winter_olympics < winter olympics; winter olympic games; milano cortina 2026; milan cortina olympics; milano cortina
summer_olympics < summer olympics; summer olympic games; la 2028 olympics
"""
