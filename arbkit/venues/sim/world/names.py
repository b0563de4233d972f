"""Names the generator draws from: real teams, states and firms (aliases are part of the task), invented people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Team:
    """A team: Kalshi says the place (with a letter where two share one), Polymarket the nickname."""

    code: str
    place: str
    nickname: str

    @property
    def full(self) -> str:
        """``Boston Celtics``; the letter Kalshi adds is left out."""
        base = self.place
        words = base.split()
        if len(words[-1]) == 1:
            base = " ".join(words[:-1])
        return f"{base} {self.nickname}"


def _teams(text: str) -> tuple[Team, ...]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return tuple(Team(code, place, nickname) for code, place, nickname in rows)


NFL = _teams("""
ARI|Arizona|Cardinals
ATL|Atlanta|Falcons
BAL|Baltimore|Ravens
BUF|Buffalo|Bills
CHI|Chicago|Bears
CIN|Cincinnati|Bengals
CLE|Cleveland|Browns
DAL|Dallas|Cowboys
DEN|Denver|Broncos
DET|Detroit|Lions
GB|Green Bay|Packers
HOU|Houston|Texans
KC|Kansas City|Chiefs
LAR|Los Angeles R|Rams
LAC|Los Angeles C|Chargers
LV|Las Vegas|Raiders
MIA|Miami|Dolphins
MIN|Minnesota|Vikings
NE|New England|Patriots
NYG|New York G|Giants
NYJ|New York J|Jets
PHI|Philadelphia|Eagles
PIT|Pittsburgh|Steelers
SEA|Seattle|Seahawks
SF|San Francisco|49ers
TB|Tampa Bay|Buccaneers
TEN|Tennessee|Titans
WAS|Washington|Commanders
""")
NBA = _teams("""
ATL|Atlanta|Hawks
BOS|Boston|Celtics
BKN|Brooklyn|Nets
CHA|Charlotte|Hornets
CHI|Chicago|Bulls
CLE|Cleveland|Cavaliers
DAL|Dallas|Mavericks
DEN|Denver|Nuggets
DET|Detroit|Pistons
GSW|Golden State|Warriors
HOU|Houston|Rockets
IND|Indiana|Pacers
LAC|Los Angeles C|Clippers
LAL|Los Angeles L|Lakers
MEM|Memphis|Grizzlies
MIA|Miami|Heat
MIL|Milwaukee|Bucks
NYK|New York|Knicks
OKC|Oklahoma City|Thunder
ORL|Orlando|Magic
PHI|Philadelphia|76ers
PHX|Phoenix|Suns
SAS|San Antonio|Spurs
TOR|Toronto|Raptors
UTA|Utah|Jazz
""")
MLB = _teams("""
ATL|Atlanta|Braves
BAL|Baltimore|Orioles
BOS|Boston|Red Sox
CHC|Chicago C|Cubs
CWS|Chicago W|White Sox
CLE|Cleveland|Guardians
DET|Detroit|Tigers
HOU|Houston|Astros
KC|Kansas City|Royals
LAD|Los Angeles D|Dodgers
LAA|Los Angeles A|Angels
MIL|Milwaukee|Brewers
NYM|New York M|Mets
NYY|New York Y|Yankees
PHI|Philadelphia|Phillies
SD|San Diego|Padres
SEA|Seattle|Mariners
TEX|Texas|Rangers
TOR|Toronto|Blue Jays
""")
NHL = _teams("""
BOS|Boston|Bruins
BUF|Buffalo|Sabres
CAR|Carolina|Hurricanes
CHI|Chicago|Blackhawks
COL|Colorado|Avalanche
DAL|Dallas|Stars
EDM|Edmonton|Oilers
FLA|Florida|Panthers
MIN|Minnesota|Wild
MTL|Montreal|Canadiens
NYI|New York I|Islanders
NYR|New York R|Rangers
PIT|Pittsburgh|Penguins
TBL|Tampa Bay|Lightning
TOR|Toronto|Maple Leafs
VGK|Vegas|Golden Knights
WPG|Winnipeg|Jets
""")
CLUBS = _teams("""
ARS|Arsenal|Arsenal FC
AVL|Aston Villa|Aston Villa FC
CHE|Chelsea|Chelsea FC
LIV|Liverpool|Liverpool FC
MCI|Manchester City|Manchester City FC
MUN|Manchester Utd|Manchester United FC
NEW|Newcastle|Newcastle United FC
TOT|Tottenham|Tottenham Hotspur FC
BAY|Bayern Munich|FC Bayern München
BVB|Dortmund|Borussia Dortmund
BAR|Barcelona|FC Barcelona
RMA|Real Madrid|Real Madrid CF
ATM|Atletico|Club Atlético de Madrid
INT|Inter|FC Internazionale Milano
JUV|Juventus|Juventus FC
NAP|Napoli|SSC Napoli
PSG|PSG|Paris Saint-Germain FC
BEN|Benfica|SL Benfica
""")
NATIONS = (
    "Argentina", "Belgium", "Brazil", "Croatia", "Denmark", "Ecuador", "England", "France", "Germany", "Ghana", "Japan",
    "Mexico", "Morocco", "Netherlands", "Norway", "Portugal", "Senegal", "South Korea", "Spain", "Switzerland",
    "Turkey", "Uruguay", "USA", "Wales",
)  # fmt: skip
EUROVISION = (
    "Albania", "Australia", "Austria", "Cyprus", "Czechia", "Denmark", "Finland", "France", "Greece", "Israel", "Italy",
    "Latvia", "Malta", "Norway", "Sweden", "Switzerland", "Ukraine",
)  # fmt: skip
STATES = {
    "AZ": "Arizona", "CA": "California", "CO": "Colorado", "FL": "Florida", "GA": "Georgia", "IA": "Iowa",
    "IL": "Illinois", "KS": "Kansas", "KY": "Kentucky", "MA": "Massachusetts", "ME": "Maine", "MI": "Michigan",
    "MN": "Minnesota", "MO": "Missouri", "NC": "North Carolina", "NE": "Nebraska", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NV": "Nevada", "NY": "New York", "OH": "Ohio", "OR": "Oregon",
    "PA": "Pennsylvania", "SC": "South Carolina", "TX": "Texas", "VA": "Virginia", "VT": "Vermont",
    "WA": "Washington", "WI": "Wisconsin", "WV": "West Virginia",
}  # fmt: skip
CITIES = (
    ("NY", "NYC", "New York City", "Central Park, New York"),
    ("CHI", "Chicago", "Chicago", "Chicago Midway, Illinois"),
    ("MIA", "Miami", "Miami", "Miami International Airport, Florida"),
    ("AUS", "Austin", "Austin", "Austin-Bergstrom, Texas"),
    ("DEN", "Denver", "Denver", "Denver International Airport, Colorado"),
    ("PHIL", "Philadelphia", "Philadelphia", "Philadelphia International Airport, Pennsylvania"),
    ("LAX", "LA", "Los Angeles", "Los Angeles Airport, California"),
    ("SEA", "Seattle", "Seattle", "Seattle-Tacoma Airport, Washington"),
)
COMPANIES = (
    "Alphabet", "Amazon", "Apple", "Berkshire Hathaway", "Broadcom", "Meta", "Microsoft", "NVIDIA", "Saudi Aramco",
    "Tesla",
)  # fmt: skip
PRIVATE_COMPANIES = (
    "Anduril",
    "Anthropic",
    "Canva",
    "Cerebras",
    "Databricks",
    "Discord",
    "OpenAI",
    "Ramp",
    "SpaceX",
    "Stripe",
)
COINS = (("BTC", "Bitcoin", 91_000, 500), ("ETH", "Ethereum", 3_000, 40), ("SOL", "Solana", 140, 5))
"""Ticker, name, a price to start from, and the step of the venues' ladders."""
COUNTRIES = (
    "Armenia", "Azerbaijan", "Bolivia", "Colombia", "Cuba", "Egypt", "Ethiopia", "India", "Iran", "Iraq", "Kosovo",
    "Lebanon", "Libya", "Pakistan", "Rwanda", "Serbia", "Sudan", "Syria", "Venezuela", "Yemen",
)  # fmt: skip

_FIRST = (
    "Adele", "Amara", "Anton", "Bela", "Bruno", "Carla", "Dario", "Della", "Edwin", "Elif", "Farah", "Goran", "Hanna",
    "Ines", "Ivo", "Jonas", "Kaito", "Lena", "Mateo", "Mira", "Nadia", "Niels", "Olga", "Petra", "Quentin", "Rosa",
    "Silas", "Tamsin", "Ugo", "Vera", "Wanda", "Yara", "Zeno", "José", "Zoë", "Renée",
)  # fmt: skip
_LAST = (
    "Abara", "Alder", "Barrow", "Bellamy", "Castell", "Corbin", "Dunmore", "Eastman", "Falk", "Garland", "Halvorsen",
    "Ibarra", "Jansky", "Kessler", "Lindqvist", "Marlowe", "Novak", "Okafor", "Pelletier", "Quill", "Rasmussen",
    "Santoro", "Thackeray", "Ulrich", "Vance-Cole", "Whitlock", "Ximenes", "Yardley", "Zielinski", "Núñez", "Šarić",
)  # fmt: skip
PEOPLE = tuple(f"{first} {last}" for last in _LAST for first in _FIRST)
"""Nobody in particular."""
_ADJECTIVES = (
    "Amber", "Broken", "Crimson", "Distant", "Electric", "Fallen", "Golden", "Hollow", "Iron", "Last", "Midnight",
    "Northern", "Paper", "Quiet", "Red", "Second", "Silent", "Stolen", "Velvet", "Winter",
)  # fmt: skip
_NOUNS = (
    "Harbor", "Kingdom", "Lantern", "Meridian", "Orchard", "Parade", "River", "Signal", "Station", "Tide", "Voyage",
    "Witness",
)  # fmt: skip
TITLES = tuple(f"{adjective} {noun}" for noun in _NOUNS for adjective in _ADJECTIVES)
"""Films, songs and albums that do not exist."""
