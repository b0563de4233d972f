"""Rugby union clubs: the name in use first, then the others. Public knowledge (the clubs' own names, as the tables of
the French, English, United and Super Rugby leagues print them)."""

RUGBY = """
toulouse|stade toulousain
la rochelle|stade rochelais|atlantique stade rochelais
bordeaux begles|union bordeaux begles|bordeaux|ubb
toulon|rc toulon|rct
racing 92|racing92|racing metro
clermont|asm clermont auvergne|asm clermont|clermont auvergne
castres|castres olympique
lyon|lyon ou|lou rugby|lou
montpellier|montpellier herault|montpellier herault rugby
pau|section paloise
stade francais|stade francais paris
perpignan|usa perpignan|us perpignan
bayonne|aviron bayonnais
vannes|rc vannes
montauban|us montauban
bath|bath rugby
bristol|bristol bears
exeter|exeter chiefs
gloucester|gloucester rugby
harlequins|quins
leicester|leicester tigers
newcastle|newcastle red bulls|newcastle falcons
northampton|northampton saints
sale|sale sharks
leinster|leinster rugby
munster|munster rugby
ulster|ulster rugby
connacht|connacht rugby
glasgow|glasgow warriors
edinburgh|edinburgh rugby
cardiff|cardiff rugby
benetton|benetton treviso|benetton rugby
zebre|zebre parma
sharks|hollywoodbets sharks
bulls|vodacom bulls
stormers|dhl stormers
lions|fidelity securedrive lions
crusaders
hurricanes
"""
