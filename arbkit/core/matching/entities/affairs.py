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
leader election < leadership election; leadership contest; leadership race
tariff refunds < refunds of tariffs; tariff refund
international_criminal_court < international criminal court; the international criminal court
"""
