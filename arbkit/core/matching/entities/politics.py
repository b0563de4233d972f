"""Parties, parliaments, agencies, courts, travel and countries' further names, in the format of `phrases`.

Public knowledge (official names and the abbreviations that news agencies use). Only what means the same stands on one
line: charged is not indicted, pleading guilty is not being convicted, a jail is not a prison.
"""

POLITICS = """
fidesz < fidesz kdnp; fidesz kdnp alliance
wales senedd < senedd; welsh senedd; senedd cymru; welsh parliament
scotland scottish_parliament < scottish parliament; holyrood
snp < scottish national party
dup < democratic unionist party
afd < alternative for germany; alternative fur deutschland; alternative fuer deutschland
spd < social democratic party of germany
bsw < sahra wagenknecht alliance; bundnis sahra wagenknecht
rassemblement_national < national rally; rassemblement national
fdi < brothers of italy; fratelli d italia
psoe < spanish socialist workers party; partido socialista obrero espanol
pvv < party for freedom; partij voor de vrijheid
d66 < democrats 66
fpo < freedom party of austria
ldp < liberal democratic party of japan; japanese liberal democratic party; liberal democratic party
cdp < constitutional democratic party of japan; constitutional democratic party
bjp < bharatiya janata party
kmt < kuomintang
ndp < new democratic party
bundestag < german parliament; german bundestag
knesset < israeli parliament; israeli knesset
sejm < polish sejm
house_of_commons < house of commons; uk house of commons
duma < state duma; russian duma
national_diet < national diet; japanese diet
storting < norwegian parliament
riksdag < swedish parliament
folketing < danish parliament
riigikogu < estonian parliament
eduskunta < finnish parliament; parliament of finland
saeima < latvian parliament
seimas < lithuanian parliament
althing < althingi; icelandic parliament
sabor < hrvatski sabor; croatian parliament
tweede_kamer < tweede kamer; dutch house of representatives
lok_sabha < lok sabha
legislative_yuan < legislative yuan
narodno_sabranie < narodno sabranie
narodna_skupstina < narodna skupstina
poslanecka_snemovna < poslanecka snemovna
drzavni_zbor < drzavni zbor
dewan_rakyat < dewan rakyat
khural < state great khural; great khural
jogorku_kenesh < jogorku kenesh
jatiya_sangsad < jatiya sangsad
bls < bureau of labor statistics
bea < bureau of economic analysis
fda < food and drug administration
faa < federal aviation administration
epa < environmental protection agency
fcc < federal communications commission
ftc < federal trade commission
fbi < federal bureau of investigation
cia < central intelligence agency
irs < internal revenue service
cdc < centers for disease control and prevention; centers for disease control
noaa < national oceanic and atmospheric administration
imf < international monetary fund
opec < organization of the petroleum exporting countries
iaea < international atomic energy agency
icj < international court of justice
rbnz < reserve bank of new zealand
snb < swiss national bank
banxico < bank of mexico; banco de mexico
vice_president < vice president; vp; vice presidential; vice presidency; vice president of the united states
pass < voters approve; approved by voters; be approved by voters; is approved by voters; voters pass
ballot_measure < ballot measure; ballot initiative; ballot proposition; ballot question
turnout < voter turnout; election turnout; turnout of voters
jobless_claims < jobless claims; initial jobless claims; initial unemployment claims; weekly jobless claims
jobless_claims < initial claims for unemployment insurance; initial weekly jobless claims
continuing_claims < continuing jobless claims; continued jobless claims; continuing unemployment claims
convict < found guilty; be found guilty; convicted; conviction; convicted of; guilty; is guilty; be guilty
acquit < not guilty; found not guilty; be found not guilty; is found not guilty
indict < indicted; indictment
lawsuit < law suit; case against; suit against; lawsuit against; court case; legal case
supreme_court hear < supreme court accepts; supreme court accept; scotus accepts; scotus accept; scotus to hear
supreme_court hear < supreme court hear; supreme court hears; supreme court take up; supreme court takes up
supreme_court hear < supreme court take a; supreme court takes a; supreme court agree to hear
supreme_court hear < supreme court agrees to hear; scotus agrees to hear; scotus takes a; scotus takes up; scotus hears
supreme_court hear < supreme court grants certiorari in; supreme court grants certiorari; supreme court grant certiorari
supreme_court hear < supreme court of the united states grants certiorari in
supreme_court hear < supreme court of the united states grants certiorari; scotus grants certiorari in
supreme_court < supreme court of the united states
rule < rule in favor of; rules in favor of; ruling in favor of; ruled in favor of; rule in favour of
rule < sides with; side with
rule < rule for; rules for
prison < imprisonment; behind bars
merge < merger; mergers; merges; merged; merging
election < municipal election; municipal elections
saxony anhalt < sachsen anhalt
lower saxony < niedersachsen
saxony < sachsen
bavaria < bayern; bavarian
hesse < hessen
thuringia < thuringen; thueringen
rhineland palatinate < rheinland pfalz
north rhine westphalia < nordrhein westfalen; nrw
mecklenburg western pomerania < mecklenburg vorpommern; mecklenburg west pomerania
baden wurttemberg < baden wuerttemberg
andalusia < andalucia; andalusian
castile and leon < castilla y leon
basque country < euskadi; basque
catalonia < catalunya; cataluna; catalan
acquit < acquitted; acquittal
impeach < impeached; impeachment
reprieve < reprieves; reprieved
commute < commutes; commuted; commutation; commutations; commuting
extradite < extradited; extradition
jfk_airport < john f kennedy international airport; jfk airport; jfk international airport
lax_airport < los angeles international airport; lax airport
ohare_airport < o hare international airport; ohare airport; chicago o hare; o hare airport
atl_airport < hartsfield jackson atlanta international airport; hartsfield jackson
dfw_airport < dallas fort worth international airport; dfw airport
departures < flights departing; departing flights; flight departures
arrivals < flights arriving; arriving flights; flight arrivals
newark_airport < newark liberty international airport; newark airport; newark liberty
lga_airport < laguardia airport; la guardia airport; laguardia
sfo_airport < san francisco international airport; sfo airport
den_airport < denver international airport; denver airport
heathrow < heathrow airport; london heathrow; lhr
american_airlines < american airlines
delta_airlines < delta air lines; delta airlines
jetblue < jetblue airways
kyrgyzstan < kyrgyz; kyrgyz republic
turkmenistan < turkmen
tajikistan < tajik
vatican < holy see; vatican city
eswatini < swaziland
republic_of_congo < congo brazzaville; republic of the congo
dr_congo < congo kinshasa
timor_leste < timor leste; east timor
united_states < usmnt; team usa
england < three lions
new_zealand < all blacks; black caps
south_africa < springboks; proteas; bafana bafana
australia < wallabies; socceroos
argentina < los pumas; albiceleste
brazil < selecao
mexico < el tri
france < les bleus
italy < azzurri; gli azzurri
japan < brave blossoms; samurai blue
west_indies < windies
conservatives < tories; tory
lib_dems < liberal democrats; lib dems; lib dem
cdu < christian democratic union of germany
ldpr < liberal democratic party of russia
house_of_lords < house of lords; uk house of lords
lfi < la france insoumise; france unbowed
pis < law and justice; law and justice party
m5s < five star movement; movimento 5 stelle
dpp < democratic progressive party
rba < reserve bank of australia
verkhovna_rada < verkhovna rada; ukrainian parliament
trump < donald trump
putin < vladimir putin
zelensky < volodymyr zelensky; volodymyr zelenskyy; volodymyr zelenskiy; zelenskyy; zelenskiy
netanyahu < benjamin netanyahu; bibi netanyahu
starmer < keir starmer; sir keir starmer
macron < emmanuel macron
erdogan < recep tayyip erdogan; tayyip erdogan
modi < narendra modi
milei < javier milei
maduro < nicolas maduro
lula < luiz inacio lula da silva; lula da silva
musk < elon musk
powell < jerome powell
biden < joe biden
newsom < gavin newsom
mamdani < zohran mamdani
pope leo < pope leo xiv
sean combs < diddy; p diddy; sean diddy combs
sam bankman fried < sbf
alexandria ocasio cortez < aoc
kanye west < kanye
tsa < people be screened by tsa; passengers be screened by tsa; travelers be screened by tsa
tsa < passengers be screened by the tsa; people be screened by the tsa; travelers be screened by the tsa
tsa < passengers are screened by the tsa; passengers screened by tsa; passengers screened by the tsa
tsa < tsa airport screenings; tsa screen; tsa screens; tsa screening
tsa < tsa throughput; tsa checkpoint throughput; tsa passenger throughput; tsa screened passengers; tsa checkpoint
tsa < passengers screened by tsa; passengers screened by the tsa; travelers screened by tsa; screened by tsa
tsa < screened by the tsa; travelers screened by the tsa; tsa passenger volume; screened at tsa checkpoints
tsa < tsa checkpoint travel numbers; tsa checkpoints; people screened by the tsa; people screened by tsa
"""

HOLDERS = {
    "president": (("President of the United States", "presidential pardon"), frozenset({"donald", "trump"}), 2028)
}
"""Office -> how rules name it, or what only its holder does, who holds it, and the last year that the term fills."""
