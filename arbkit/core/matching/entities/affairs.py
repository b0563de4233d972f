"""Further words of elections, courts, travel, charts and models, in the format of `phrases`.

Public knowledge: what the agencies, courts and charts are called. Only what means the same stands on one line: an order
is not a ruling, a warning is not a ban, a divestiture is a sale but a spin-off is none.
"""

AFFAIRS = """
before < in front of
travel_advisory < travel advisory; travel advisories; travel warning; level warning; level advisory
travel_advisory < level travel warning; level travel advisory
aircraft < airplane; airplanes; aeroplanes; commercial airplanes; commercial aircraft; jetliners; commercial jetliners
vehicles < cars; automobiles
sell < divest; divests; divesting; divestiture; divestiture of; sells; sell off; sells off
bound < lower bound; upper bound; lower or upper bound
between < between the top two candidates; between the first and second place candidates; between the top two finishers
between < between the first place and second place candidates
speaker < speaker of the house; house speaker; speaker of the us house; us house speaker
speaker < speaker of the house of representatives; speaker of the us house of representatives
new_zealand parliament < new zealand house; new zealand house of representatives
nepal parliament < nepal house; nepal house of representatives; nepalese house; nepalese house of representatives
australia parliament < australian house; australian house of representatives
japan parliament < japanese house; japanese house of representatives
thailand parliament < thai house; thai house of representatives; thailand house; thailand house of representatives
colombia parliament < colombian chamber of representatives; colombian chamber
gross < box office; box office gross; grosses; grossed
win < officially declared the winner of; declared the winner of; officially declared winner of; declared winner of
jfk_airport < at jfk airport; from jfk airport; at jfk; from jfk; out of jfk
lax_airport < at lax airport; from lax airport; at lax; from lax; out of lax
ohare_airport < at ohare airport; from ohare airport; at ohare; at o hare; at ord
lga_airport < at laguardia airport; from laguardia airport; at laguardia; at lga
newark_airport < at newark airport; from newark airport; at newark; at ewr
heathrow < at heathrow airport; from heathrow airport; at heathrow; at london heathrow
leader election < leadership election; leadership contest; leadership race
partial < in part; partially; in whole or in part; whole or part; in whole or part
ice < immigration and customs enforcement; us immigration and customs enforcement; ice agents
universal_music < universal music group; universal music; umg
tariff refunds < refunds of tariffs; tariff refund
international_criminal_court < international criminal court; the international criminal court
"""
