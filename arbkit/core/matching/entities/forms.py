"""Nouns and the verbs that they are made from, and other forms of one word that no ending tells, in the format of
`phrases`: the resignation of somebody is that he resigns. Only what means the same thing in every question."""

FORMS = """
fail < failure; failures
resign < resignation; resignations; resigns; resigned
remove < removal; removals
invade < invasion; invasions
recognize < recognition; recognise; recognises; recognised; recognizes
withdraw < withdrawal; withdrawals; withdraws; withdrew; withdrawn
appoint < appointment; appointments
annex < annexation; annexes; annexed
normalize < normalization; normalisation; normalise; normalises; normalised
dissolve < dissolution
expel < expulsion; expels; expelled
suspend < suspension; suspensions
ratify < ratification
legalize < legalization; legalisation; legalise; legalised
ban < banned; banning
certify < certification
deport < deportation; deportations
nationalize < nationalization; nationalisation; nationalise
intervene < intervention
declare < declaration; declarations
detain < detention; detained
resume < resumption
leave < removed from power; is removed from power; be removed from power; ousted
expand < expansion
deploy < deployment; deployments
erupt < eruption; eruptions
endorse < endorsement; endorsements
testify < testimony
eliminate < elimination
pregnant < pregnancy
debut_week < debut week; first week; opening week
marijuana < weed; cannabis
charge < charged with a crime; charged with any crime; criminally charged; formally charged
charge < formally charged with a crime; formally charged with any crime; face criminal charges; faces criminal charges
convict < convicted of a crime; convicted of any crime; found guilty of a crime; found guilty of any crime
"""
