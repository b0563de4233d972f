"""Esports teams: the name in use first, then the others. Public knowledge (the organisations' own names, as brackets of
League of Legends, Counter-Strike, Valorant, Dota 2, Rocket League and Call of Duty print them).

They hold where a market is about one of those games. Academy and second teams are names of their own, or keep their
further word, so they stay apart; the tables name organisations, and the game itself is compared elsewhere.
"""

ESPORTS = """
navi|natus vincere|na vi
navi_junior|navi junior|natus vincere junior|navi jr
g2|g2 esports
vitality|team vitality
faze|faze clan
mouz|mousesports
mouz_nxt|mouz nxt
spirit|team spirit
vitality_bee|vitality bee|team vitality bee
falcons_force|falcons force|team falcons force
g2_ares|g2 ares
g2_gozen|g2 gozen
g2_hel|g2 hel
furia_fe|furia fe|furia esports fe
mibr_fe|mibr fe
imperial_valkyries|imperial valkyries|imperial fe
rebellion_gold|shopify rebellion gold
karmine_corp_blue|karmine corp blue|kc blue
karmine_corp_gc|karmine corp gc
fnatic_tq|fnatic tq
spirit_academy|spirit academy|team spirit academy
liquid|team liquid
falcons|team falcons
astralis|astralis gaming
furia|furia esports
heroic|heroic gaming
mongolz|the mongolz
virtus pro|virtuspro
aurora|aurora gaming
3dmax|3d max
gamerlegion|gamer legion
pain|pain gaming
mibr|made in brazil
nip|ninjas in pyjamas
complexity|complexity gaming
big|big clan|berlin international gaming
eternal fire|eternalfire
b8|b8 esports
fnatic|fnatic esports
og|og esports
lynn vision|lynn vision gaming
tyloo|tyloo gaming
legacy|legacy esports
imperial|imperial esports
nrg|nrg esports
m80|m80 esports
betboom|betboom team|bb team
parivision|team parivision
tundra|tundra esports
gaimin gladiators|gaimin gladiators esports
xtreme gaming|team xtreme gaming|xtreme
nigma galaxy|team nigma|nigma
t1|t1 esports|skt t1
gen g|gen g esports|geng
blg|bilibili gaming
tes|top esports
jdg|jd gaming|beijing jdg|jdg esports
weibo gaming|weibo|wbg
lng|lng esports|suzhou lng
edg|edward gaming|edward gaming shanghai|shanghai edg
ig|invictus gaming
lgd|lgd gaming
fpx|funplus phoenix
al esports|anyones legend|anyone s legend
hle|hanwha life esports|hanwha life
dplus kia|dk|dplus
kt rolster|kt
bnk fearx|fearx|bnk fear x
drx|drx esports
ns redforce|nongshim redforce|nongshim red force
brion|oksavingsbank brion|ok brion|hanjin brion
dn freecs|dn soopers|kwangdong freecs
karmine corp|kcorp
movistar koi|mad lions koi|mkoi
team heretics|heretics
sk gaming
giantx|giant x
rogue|rogue esports
flyquest|fly quest
cloud9|cloud 9|c9
100 thieves|100t|100thieves
shopify rebellion|shopify
dignitas|dig
lyon|lyon gaming
ctbc flying oyster|cfo|flying oyster
psg talon|talon esports|talon
gam esports|gam
team secret|secret
team secret whales|secret whales
sentinels|sen
evil geniuses|eg
leviatan|leviatan esports|lev
loud|loud esports
kru|kru esports
paper rex|prx
rex regum qeon|rrq
zeta division|zeta
detonation focusme|dfm
trace esports|trace
dragon ranger gaming|drg
xi lai gaming|xlg
wolves esports|chongqing wolves
bbl|bbl esports
fut|fut esports
gentle mates|m8
apeks|apeks esports
optic|optic gaming
optic texas|texas optic
atlanta faze
la thieves|los angeles thieves
boston breach
vancouver surge
carolina royal ravens|royal ravens
miami heretics|heretics miami
minnesota rokkr|rokkr
"""
