"""Countries: one name, then adjectives and other names in use (ISO 3166 short names, FIFA usage). Public knowledge."""

COUNTRIES = """
united states|us|usa|u s|u s a|united states of america|an american|in america|americans|the american people
united kingdom|uk|u k|britain|british|great britain
england|english
scotland|scottish
wales|welsh
northern ireland|northern irish
ireland|irish|republic of ireland
france|french
germany|german|germans
spain|spanish
portugal|portuguese
italy|italian
netherlands|dutch|holland
belgium|belgian
luxembourg|luxembourgish
switzerland|swiss
austria|austrian
denmark|danish
sweden|swedish
norway|norwegian
finland|finnish
iceland|icelandic
estonia|estonian
latvia|latvian
lithuania|lithuanian
poland|polish
czechia|czech|czech republic
slovakia|slovak|slovakian
slovenia|slovenian|slovene
croatia|croatian
serbia|serbian
bosnia|bosnian|bosnia and herzegovina|bosnia herzegovina
montenegro|montenegrin
kosovo|kosovar
north macedonia|macedonian|macedonia
albania|albanian
greece|greek
cyprus|cypriot
malta|maltese
bulgaria|bulgarian
romania|romanian
moldova|moldovan
hungary|hungarian
ukraine|ukrainian
belarus|belarusian
russia|russian|russian federation
turkey|turkish|turkiye
armenia|armenian
azerbaijan|azerbaijani
kazakhstan|kazakh
uzbekistan|uzbek
israel|israeli
palestine|palestinian
lebanon|lebanese
syria|syrian
jordan|jordanian
iraq|iraqi
iran|iranian|ir iran
saudi arabia|saudi
yemen|yemeni
qatar|qatari
kuwait|kuwaiti
united arab emirates|uae|emirati
oman|omani
afghanistan|afghan
pakistan|pakistani
india|indian
bangladesh|bangladeshi
sri lanka|sri lankan
nepal|nepali|nepalese
china|chinese|prc
taiwan|taiwanese
japan|japanese
south korea|south korean|korea republic|republic of korea
north korea|north korean|dprk
mongolia|mongolian
vietnam|vietnamese
thailand|thai
myanmar|burmese|burma
cambodia|cambodian
malaysia|malaysian
singapore|singaporean
indonesia|indonesian
philippines|philippine|filipino
australia|australian
new zealand|new zealander
canada|canadian
mexico|mexican
guatemala|guatemalan
honduras|honduran
el salvador|salvadoran
nicaragua|nicaraguan
costa rica|costa rican
panama|panamanian
cuba|cuban
jamaica|jamaican
haiti|haitian
dominican republic|
puerto rico|puerto rican
trinidad and tobago|
curacao|
colombia|colombian
venezuela|venezuelan
guyana|guyanese
ecuador|ecuadorian
peru|peruvian
bolivia|bolivian
brazil|brazilian
paraguay|paraguayan
uruguay|uruguayan
argentina|argentine|argentinian
chile|chilean
greenland|greenlandic
egypt|egyptian
libya|libyan
tunisia|tunisian
algeria|algerian
morocco|moroccan
mauritania|mauritanian
senegal|senegalese
gambia|gambian
mali|malian
burkina faso|burkinabe
niger|nigerien
nigeria|nigerian
ghana|ghanaian
ivory coast|cote d ivoire|cote divoire|ivorian
cape verde|cabo verde|cape verdean
cameroon|cameroonian
gabon|gabonese
chad|chadian
sudan|sudanese
south sudan|south sudanese
ethiopia|ethiopian
eritrea|eritrean
somalia|somali
kenya|kenyan
uganda|ugandan
rwanda|rwandan
tanzania|tanzanian
dr congo|congo dr|democratic republic of the congo|drc|congolese
angola|angolan
zambia|zambian
zimbabwe|zimbabwean
mozambique|mozambican
namibia|namibian
botswana|
south africa|south african
madagascar|malagasy
"""
