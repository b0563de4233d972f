"""Words by the weight they carry in a question: none, full, or one of a group whose members exclude other."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LIGHT = _words(
    """
    a an any the this that these those of to in on at by for from with as or and nor but than into onto over
    under up its it
    their his her they he she who whom whose which what when where how why will wil would shall should do
    does did is are
    be been being was were am has have had having there here some each
    if so then only also just yet still once whether per via vs v versus
    market resolve resolves resolution question contract polymarket kalshi yes no listed following according
    not never new upcoming officially official current currently between during before after since until till
    through throughout
    within end start begin beginning happen happens occur occurs take place times time
    race seat seats singles parliamentary legislative general party election elections candidate contest
    team teams player players person individual someone anyone man people
    season year years day days date today tomorrow tonight et est edt utc pm am pt ct
    originally professional men mens s t inc corp company co ltd llc plc mr mrs ms dr
    incorporated corporation technologies gov clan
    win game match one pursuant award awards prize event tournament series league cup fc cf sc afc club
    get gets become becomes come comes go goes back down least most more less fewer greater than above below
    at exactly or position many much higher lower approximately about around
    points point number amount count total rate percent percentage value level price
    first-ever ever again meeting decision outcome result standings ranking rank finish finishes finisher finishers
    us states usd dollar dollars receive receives received named magnitude esports cost costs
    """
)
"""Words that may be missing on one side: grammar, house style, what typed facts hold already."""

STRICT = _words(
    """
    american_conference nfc eastern western conference division american_league national_league
    north south east west central atlantic
    pacific metropolitan southeast northwest southwest group groups round semifinal semifinals semi quarterfinal
    quarterfinals quarter half first_half second_half first_quarter playoff regular_season preseason
    primary runoff special_election by_election nominee nominate first second third fourth fifth sixth seventh eighth
    ninth tenth last last_place lead leader leaders top bottom mvp finalsmvp superbowlmvp worldseriesmvp
    roty dpoty opoty coty mip sixthman
    comeback_player cyyoung hankaaron nbacup supporting rookie defensive offensive best actor actress director female
    women woman girls male youth senior
    televote jury semi-final final spread total team_total over under map set inning period lap pole podium fastest
    stage
    goal assist steal homerun rbi strikeout touchdown rebound hit walk save card corner shot pass yard
    retire resign impeach remove fire arrest indict convict pardon jail prison charge plead settle appeal
    acquire merge ipo bankrupt announce release confirm nominate appoint veto sign pass vote override
    engaged marry divorce pregnant die death born visit meet talk call strike invade attack capture
    ceasefire agreement deal treaty peace nuclear
    cut no_change touch_high touch_low terminal yoy mom qoq core headline
    house senate governor president vice_president mayor prime_minister chancellor lieutenant_governor attorney_general
    secretary_of_state parliament council
    dem rep independent
    temperature low_temperature rain snow wind
    relegate make knockout draw margin turnout popular_vote electoral_college
    worldcup clubworldcup womensworldcup ucl uel uecl premier_league laliga seriea ligue1 bundesliga
    efl_championship laliga2 serieb ligue2 bundesliga2
    nba nfl mlb nhl mls wnba ncaaf ncaab ncaaw ncaabaseball
    formula1 nascar ufc cs2 lol dota2 valorant
    drivers_championship constructors_championship
    academy reserves u17 u19 u20 u21 u23 ii iii junior juniors challengers
    next median mean average cumulative daily weekly largest smallest biggest richest
    global globally worldwide domestic domestically international overseas
    gold silver bronze medal most_gold most_silver most_bronze most_medals
    say mention tweet post all-time all_time_high record
    """
)
"""Words that change what is asked: they must be asked on both sides."""

ACTS = _words(
    """
    lose loses lost loser finalist finalists qualify qualifies qualified reach reaches advance advances lead leads
    eliminated nominated defeat defeats runner runners-up survive survives withdraw withdraws consider considers deny
    denies introduce reject rejects bid jr general_election
    """
)
"""What somebody does or suffers: where a rule says it and the title does not, it is decided by something else."""

MONTH_NAMES = _words("january february march april may june july august september october november december")
PLACE_PARTS = _words("state city county national united tech island valley")
"""Ordinary in a sentence, part of a name when capitalised: Michigan and Michigan State are two teams."""

GROUPS = {
    "frequency": {"yoy", "mom", "qoq"},
    "league half": {"american_league", "national_league", "eastern", "western", "american_conference", "nfc"},
    "party": {"dem", "rep", "independent"},
    "office": {
        "house",
        "senate",
        "governor",
        "president",
        "vice_president",
        "mayor",
        "prime_minister",
        "chancellor",
        "lieutenant_governor",
        "attorney_general",
        "secretary_of_state",
    },
    "stage of an election": {"primary", "nominee", "runoff", "special_election", "by_election"},
    "direction": {"cut", "increase", "no_change"},
    "kind of price": {"touch_high", "touch_low", "terminal"},
    "league": {"nba", "nfl", "mlb", "nhl", "mls", "wnba", "ncaaf", "ncaab", "ncaaw", "ncaabaseball"},
    "competition": {
        "worldcup",
        "clubworldcup",
        "womensworldcup",
        "ucl",
        "uel",
        "uecl",
        "premier_league",
        "laliga",
        "seriea",
        "ligue1",
        "bundesliga",
        *("efl_championship", "scottish_premiership", "eredivisie", "primeira_liga", "brasileirao", "liga_mx"),
        *("saudi_pro_league", "super_lig", "argentine_primera", "copa_del_rey", "coppa_italia", "dfb_pokal"),
        *("coupe_de_france", "fa_cup", "efl_cup", "libertadores", "sudamericana"),
        *("laliga2", "serieb", "ligue2", "bundesliga2"),
    },
    "part of a game": {"first_half", "second_half", "first_quarter", "map", "set", "inning", "period"},
    "compass": {"north", "south", "east", "west", "central"},
    "temperature": {"temperature", "low_temperature"},
    "racing title": {"drivers_championship", "constructors_championship"},
    "medal": {"gold", "silver", "bronze"},
    "esport": {"cs2", "lol", "dota2", "valorant"},
    "form of cricket": {"t20", "t20i", "odi"},
    "gender": {"women", "female", "actress", "male", "actor"},
}
"""Names of facts whose values exclude each other."""

OPPOSITES = {
    "beginning or end": (_words("start begin"), _words("end")),
    "up or down": (_words("up"), _words("down")),
    "more or less": (_words("more greater higher above over increase"), _words("less fewer lower below under cut")),
    "most or least": (_words("most highest"), _words("least fewest lowest")),
    "before or after": (_words("before until till"), _words("after since")),
    "one game or several": (_words("game match"), _words("series tournament")),
    "league or cup": (_words("league"), _words("cup")),
}
"""Light words that turn a question round when one side says the one and the other side the other."""

LENIENT = frozenset({"frequency", "direction", "league", "kind of price", "competition", "form of cricket"})
"""Groups of which one side may be silent: the other side's word is then looked for in the whole text."""

YEAR_OF_KICK_OFF = frozenset({"heisman"})
"""Awards called by the year in which their season begins; other contests of a season go by the year of its end."""

LATTICE_TENTHS = frozenset({"cpi", "pce", "gdp", "unemployment", "approval", "net_approval"})
"""Statistics published with one decimal: more than 0.3 is 0.4 or more (BLS and BEA news releases,
averages of approval polls)."""

COUNTED = _words(
    """
    game games match matches win wins won times seat seats goal goals assist assists point points run runs homerun
    homeruns strikeout strikeouts touchdown touchdowns rebound rebounds steal steals block blocks hit hits walk walks
    save saves card cards corner corners shot shots pass passes yard yards sets maps kill kills wicket wickets
    bases catches reception receptions tackles
    sacks interceptions birdies eagles tries fouls laps
    medal medals oscars oscar emmys grammys award awards nominations
    delegates electors justices members people person passengers travelers flights
    deaths cases arrests apprehensions encounters deportations detainees refugees visas pardons layoffs jobs
    storm storms hurricane hurricanes tornado tornadoes earthquakes eruptions wildfires launches landings satellites
    ships vessels transits aircraft drones missiles tweets posts mentions followers subscribers streams views
    companies ipos banks bills laws orders executive_order vetoes rulings films movies
    """
)
"""What comes in whole numbers, so that over 8 of it is 9 or more."""

MEASURED = _words(
    """
    magnitude richter earthquake rating ratings critic critics rotten tomatoes tomatometer metacritic imdb letterboxd
    elo arena leaderboard
    average averages averaging median margin popular_vote ratio rate rates percent percentage pct percentile share index
    price prices cost worth cap
    gross revenue sales yield inches inch centimeters cm millimeters mm feet foot meters metres miles mph km
    kmh kph knots hectares acres tons tonnes barrels gallon gallons liters litres pounds kg watts gigawatts
    length duration age speed height weight depth distance extent precipitation rain
    rainfall snow snowfall wind pressure aqi co2 ppm era
    temperature degrees diving skating gymnastics poll polls polling approval inflation gdp cpi pce unemployment
    """
)
"""What is measured, so that a value may lie between any two numbers: a magnitude of 7.6 is over 7.5 and not 8."""

CRIMES = _words(
    """
    murder manslaughter homicide assault battery rape kidnapping robbery burglary arson theft larceny fraud perjury
    bribery extortion racketeering conspiracy obstruction espionage treason sedition terrorism trafficking laundering
    embezzlement corruption tax evasion stalking harassment contempt genocide possession trespassing dui insider
    stabbing shooting prostitution transportation wire
    """
)
"""Of what somebody is charged or found guilty."""

FIGURES = _words(
    """
    apprehensions encounters arrests deport detentions detainees deportations removals crossings expulsions asylum
    cases deaths hospitalizations infections injuries fatalities
    cancellations cancelled canceled delays delayed diverted diversions
    hurricanes storms tornadoes earthquakes
    jobs layoffs claims hires quits vacancies
    views likes followers subscribers downloads streams listeners
    deliveries registrations sales production shipments orders
    births marriages divorces
    """
)
"""What is counted, where one figure is easily taken for another."""

OPPOSED = {
    "stay or leave": (
        _words("remain stay keep retain continue continues still survive"),
        _words("leave resign retire remove fire oust quit"),
    ),
    "pass or fail": (
        _words("pass approve adopt ratify become_law confirm"),
        _words("reject fail block veto defeat"),
    ),
    "make or miss": (_words("make qualify reach advance"), _words("miss eliminate")),
    "win or lose": (_words("win"), _words("lose loses lost losing")),
    "verdict": (_words("convict guilty"), _words("acquit")),
    "last or end": (_words("last continue continues ongoing hold"), _words("end collapse break breaks broken")),
    "marry or part": (_words("marry engaged"), _words("divorce split break separate")),
    "release or delay": (_words("release launch publish"), _words("delay cancel postpone scrap shelve")),
    "join or leave": (_words("join enter"), _words("leave withdraw exit quit")),
    "grant or deny": (_words("grant approve accept"), _words("deny denies denied decline refuse reject dismiss")),
    "impose or lift": (_words("impose"), _words("lift remove suspend")),
    "ban or allow": (_words("ban banned"), _words("allow legalize legalise unban")),
    "sign or veto": (_words("sign become_law"), _words("veto vetoes vetoed")),
    "agree or refuse": (_words("agree agreement deal"), _words("refuse reject")),
    "extend or expire": (_words("extend renew"), _words("expire lapse")),
    "live or die": (_words("survive alive"), _words("die died death")),
    "buy or sell": (_words("acquire buy"), _words("sell sells sold divest")),
    "free or held": (_words("release freed"), _words("jail imprison detain arrest prison")),
    "support or oppose": (_words("support endorse"), _words("oppose")),
    "start or stop": (_words("start begin begins launch"), _words("stop halt")),
    "open or closed": (_words("open opens reopen reopens"), _words("close closed closure shut terminal")),
    "early or late": (_words("early"), _words("late delayed")),
    "succeed or fail": (_words("succeed success successful"), _words("fail failure")),
    "lawful or not": (_words("legal lawful constitutional"), _words("illegal unlawful unconstitutional")),
    "approve or disapprove": (_words("approve approval"), _words("disapprove disapproval")),
    "better or worse": (_words("outperform"), _words("underperform lag trail")),
    "uphold or overturn": (_words("uphold upheld affirm"), _words("overturn reverse invalidate")),
}
"""What somebody does, and what he does who does the opposite. Rarely are they exact opposites: a trial may end without
a verdict, a match in a draw, and a bill may never come to a vote."""

TURNING = _words(
    """
    remain stay retain still survive leave retire resign die lose loses lost losing reject fail miss eliminate
    acquit avoid divorce split break breaks broken delay cancel postpone scrap veto deny denies denied decline
    refuse oppose block lapse expire prevent stop halt
    """
)
"""Words of which one side alone cannot be silent: without them the question is another, or the opposite."""
