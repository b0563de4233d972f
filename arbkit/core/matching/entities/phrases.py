"""House names of both venues, competitions, offices, measures: different words for one thing.

A line reads `words to use < variant; variant`. Kalshi avoids trademarks ("Pro Football Championship"), Polymarket
uses them ("Super Bowl"). `win` stands for taking the whole contest: champion, title, finals winner.
Longer variants are tried before shorter ones. Sources: titles of both venues as published in their catalogues.
"""

PHRASES = """
nfl < pro football; professional football; national football league
nfl superbowlmvp < super bowl mvp; super bowl most valuable player; pro football championship mvp
mlb worldseriesmvp < world series mvp; world series most valuable player; pro baseball championship mvp
nfl win < super bowl; superbowl; pro football championship; pro football champion; big game
nfl american_conference win < afc championship; pro football afc championship; afc champion
nfl american_conference win < american football conference championship
nfl nfc win < nfc championship; pro football nfc championship; national football conference championship; nfc champion
american_conference < american football conference; nfl afc
nfc < national football conference
carlos sainz < carlos sainz jr
nba < pro basketball; professional basketball; national basketball association; pro men s basketball
nba < professional men s basketball
nba win < nba finals; nba championship; pro basketball finals; pro basketball championship
nba win < pro basketball champion; nba title; larry o brien trophy
nba finalsmvp < nba finals mvp; pro basketball finals mvp; nba finals most valuable player
nba finalsmvp < pro basketball finals most valuable player
nba nbacup < nba cup; pro basketball cup; emirates nba cup
eastern conference win < eastern conference finals; eastern conference championship; eastern conference champion
western conference win < western conference finals; western conference championship; western conference champion
wnba < pro women s basketball; professional women s basketball; women s pro basketball
wnba < women s professional basketball
wnba win < wnba finals; wnba championship; women s pro basketball championship; pro women s basketball championship
mlb < pro baseball; professional baseball; major league baseball
mlb win < mlb world series; pro baseball championship; pro baseball world series; mlb championship
mlb win < world series
mlb american_league win < american league championship series; american league championship; alcs
mlb american_league win < american league pennant; al pennant; pro baseball american league championship
mlb national_league win < national league championship series; national league championship; nlcs
mlb national_league win < national league pennant; nl pennant; pro baseball national league championship
american_league < american league; al
national_league < national league; nl
world_baseball_classic < world baseball classic; wbc
nhl < pro hockey; professional hockey; national hockey league
nhl win < stanley cup; stanley cup finals; stanley cup final; stanley cup championship
nhl win < stanley cup playoffs champion; pro hockey championship; nhl championship; nhl stanley cup
mls < major league soccer; pro soccer; mls
mls win < mls cup; mls cup championship; mls cup champion; major league soccer mls cup champion
mls win < major league soccer mls cup
ncaaf < college football; ncaa football; ncaaf; cfb; division 1 football; fbs
ncaaf win < college football playoff national championship; college football national championship
ncaaf win < cfp national championship; college football championship; cfp national championship game
ncaaf win < college football playoff national championship game; college football playoff championship
ncaaf win < ncaa football championship
ncaaf playoff < college football playoff; cfp
ncaab < college basketball; men s college basketball; ncaa men s basketball; ncaa basketball; ncaamb; cbb
ncaab < division 1 men s college basketball; men s ncaa basketball
ncaab win < ncaa tournament; march madness; men s march madness; ncaa men s basketball tournament
ncaab win < college basketball national championship; college basketball national champion
ncaab win < ncaa men s tournament; men s ncaa tournament
ncaab win < division 1 men s college basketball national champion
ncaab win < men s college basketball national championship; college basketball championship
ncaab win < ncaa basketball tournament
ncaaw < women s college basketball; ncaa women s basketball; women s ncaa basketball
ncaaw win < women s march madness; women s ncaa tournament; ncaa women s basketball tournament
ncaaw win < women s college basketball national championship; ncaa women s tournament
seed < seed in the playoffs; playoff seed; playoffs seed; seed in the nba playoffs; seed in the tournament
ncaab tournament < men s basketball tournament; men s college basketball tournament; basketball tournament
ncaaw tournament < women s basketball tournament; women s college basketball tournament
ncaahockey < college hockey; ncaa hockey; ncaa men s hockey; ncaa men s ice hockey; men s college hockey
ncaahockey win < college hockey national championship; ncaa hockey championship; ncaa men s hockey championship
ncaahockey win < ncaa men s ice hockey championship; ncaa men s ice hockey tournament; frozen four championship
ncaab naismith < naismith trophy; naismith player of the year; naismith award; naismith college player of the year
ncaab naismith < naismith men s college player of the year; naismith men s player of the year
pfa < professional footballers association
saturday_night_live < saturday night live; snl
ncaabaseball < college baseball; ncaa baseball
ncaabaseball win < college world series; college baseball world series; men s college world series
worldcup < fifa world cup; world cup; men s world cup; men s fifa world cup; fifa men s world cup
worldcup < fifa world cup finals; soccer world cup
clubworldcup < club world cup; fifa club world cup
womensworldcup < women s world cup; fifa women s world cup
cricketworldcup < cricket world cup; icc cricket world cup; icc men s cricket world cup
t20worldcup < t20 cricket world cup; men s t20 cricket world cup; icc men s t20 cricket world cup
t20i t20 < t20i; t20 international; t20 internationals; t20is
odi < one day international; one day internationals; odis
t20worldcup < t20 world cup; icc t20 world cup; icc men s t20 world cup; men s t20 world cup
rugbyworldcup < rugby world cup
ucl < champions league; uefa champions league
uel < europa league; uefa europa league
uecl < conference league; uefa conference league; europa conference league
premier_league < epl; english premier league; premier league
indian_premier_league < ipl; indian premier league
laliga < la liga; laliga
bundesliga < german bundesliga
seriea < serie a; italian serie a
ligue1 < ligue1; french ligue1
fa_cup < fa cup; english fa cup
efl_cup < efl carabao cup; carabao cup; efl cup; league cup
euro_championship < uefa euro; uefa european championship
copa_america < copa america
champions_league_spot top 4 < qualify for the champions league
ballondor < ballon d or; ballon dor
golf masters < the masters; masters tournament; the masters tournament; augusta masters
golf pga_championship < pga championship
us_open < us open; u s open; united states open
golf the_open < open championship; the open championship; british open; the open
golf players_championship < players championship; the players championship; the players
golf ryder_cup < ryder cup
lpga < ladies pga
tennis wimbledon < wimbledon championships; the championships wimbledon; wimbledon
tennis roland_garros < french open; roland garros; roland garros french open
tennis australian_open < australian open
tennis indian_wells < bnp paribas open; indian wells open; indian wells; indian wells masters
fastest lap < set the fastest lap; sets the fastest lap; record the fastest lap; records the fastest lap
formula1 < formula 1; formula one; f1
grand_prix < grand prix; gp
drivers_championship < drivers championship; driver s championship; drivers champion
drivers_championship < world drivers championship; drivers title
constructors_championship < constructors championship; constructor s championship; constructors champion
constructors_championship < world constructors championship; constructors title
nascar < nascar cup series; nascar cup; nascar
indycar < ntt indycar series; indycar series
tour_de_france < tour de france
ufc < ultimate fighting championship; mma; mixed martial arts
cs2 < counter strike; counter strike 2; cs 2; csgo; cs go
lol < league of legends
dota2 < dota 2; dota
valorant < vct; valorant champions tour
lol mid_season_invitational < msi; mid season invitational
lol first_stand < lol first stand; first stand tournament; league of legends first stand
rainbow_six < rainbow six siege; rainbow six; rainbow 6; rainbow six siege x
the_international < the international
esportsworldcup < esports world cup; ewc
best_ai_model < best ai model; top ai model; top model; best model; best ai; top ai; best llm; top llm; top ranked llm
best_ai_model < top ranked ai model; top ranked model; highest ranked llm; highest ranked ai model; 1 ai model
best_ai_model < 1 ranked ai model; number one ai model
pardon < presidential pardon; presidential pardons; given a presidential pardon
a < et al; during trump s second term; during his second term; in his second term
at < as part of; after issuance; after issuance and; between issuance and; in the world; on record; ever recorded
at < at the latest; expected to be held
most < greatest number of; highest number of; largest number of
top < most streamed
top grossing < highest grossing; best grossing
movie < film; films; movies
cancel < cancelled; canceled; cancels; cancellation; cancellations
valuation < valued; valued at; is valued; be valued; is valued at; be valued at; valuations
domestic < domestically
a < including ties; ties included
a < or a plural or possessive form of; a plural or possessive form of; any plural or possessive form of
say < is stated by; stated by; be stated by; are stated by; is said by; said by
a < make a; makes a; made a; make an; makes an; made an
lmarena < lmarena text leaderboard; text leaderboard; text arena leaderboard; lmarena text arena; arena text leaderboard
lmarena < chatbot arena; lm arena; lmsys; text arena; lmarena; chatbot arena llm leaderboard; lmarena ai
race < main race
orange_cap < orange cap
green_jersey < points classification; green jersey
polka_dot_jersey < mountains classification; king of the mountains; polka dot jersey
white_jersey < youth classification; white jersey; young rider classification
worldchampionship < world championship; worlds; world championships
six_nations < six nations
mvp < most valuable player
roty < rookie of the year
dpoty < defensive player of the year
opoty < offensive player of the year
coty < coach of the year; manager of the year
mip < most improved player
sixthman < sixth man of the year; sixth man; 6th man of the year
comeback_player < comeback player of the year
cyyoung < cy young; cy young award
hankaaron < hank aaron; hank aaron award
ncaaf heisman < heisman trophy; heisman memorial trophy; heisman
eurovision < eurovision song contest; eurovision
gta6 < gta vi; gta6; grand theft auto vi
oscars < academy awards; oscars; oscar; academy award
goty < game of the year
grammys < grammy awards; grammys; grammy
best original_song < best original song; best music original song; music original song
best original_score < best original score; best music original score; music original score
best actor < best actor in a leading role; actor in a leading role; best leading actor; best lead actor
best actress < best actress in a leading role; actress in a leading role; best leading actress; best lead actress
best supporting actor < best actor in a supporting role; actor in a supporting role
best supporting actress < best actress in a supporting role; actress in a supporting role
short < short film; short subject
best casting < achievement in casting; best achievement in casting
emmys < emmy awards; emmys; emmy; primetime emmy awards
time < time magazine
file < files; filed; filing
person_of_the_year < person of the year
fed < federal reserve; the fed; fomc; federal open market committee; us fed; u s federal reserve
fed board < board of governors of the federal reserve system; federal reserve board of governors; fed board of governors
fed board < board of governors of the federal reserve; federal reserve board; fed board; fed governor
fed board < the fed board of governors; the federal reserve board of governors; the fed board
fed board < the federal reserve board; the board of governors of the federal reserve
fed board < the board of governors of the federal reserve system
fed board < federal reserve governor; member of the board of governors of the federal reserve system; federal board
fed board < member of the federal reserve board of governors; member of the board of governors of the federal reserve
fed chair < chair of the board of governors of the federal reserve system; chair of the federal reserve board
fed chair < chair of the board of governors of the federal reserve; chairman of the federal reserve board
fed chair < chairman of the board of governors of the federal reserve system
fed chair < fed chair; federal reserve chair; chair of the federal reserve; fed chairman
fed chair < chairman of the federal reserve
interest_rate < interest rates; interest rate; rates; federal funds rate; fed funds rate
interest_rate < target federal funds rate; federal funds; bank rate; policy rate
interest_rate meeting < monetary policy meeting; monetary policy committee meeting; interest rate meeting
fed interest_rate < fed decision; federal reserve decision; fomc decision
jr < junior
no_change < make no change; makes no change; no change to; leaves unchanged; leave unchanged
no_change < no change; unchanged; remain unchanged; hold steady; maintains; maintain rate; maintain
no_change interest_rate < maintain current rate; maintains current rate; maintain current rates; keep current rate
no_change interest_rate < maintain rates; maintain interest rates; hold rates; hold rates steady; keep rates unchanged
ecb < european central bank
ecb meeting < ecb governing council monetary policy meeting; governing council monetary policy meeting
interest_rate meeting < mpc meeting
ecb meeting < ecb governing council meeting; governing council meeting; meeting of the ecb governing council
boe < bank of england
boj < bank of japan
cpi < consumer price index; inflation; cpi inflation; cpi u; rate of cpi inflation
core < excluding food and energy
pce < personal consumption expenditures
gdp < gross domestic product; gdp growth; real gdp; gdp growth rate; real gdp growth
payrolls < nonfarm payrolls; nonfarm payroll; non farm payrolls; jobs added; jobs report; payroll; jobs numbers
payrolls < nonfarm payroll employment; total nonfarm payroll employment; payroll employment; job growth
payrolls < change in nonfarm payroll employment; change in total nonfarm payroll employment; change in nonfarm payrolls
payrolls < add jobs; adds jobs; jobs be added; jobs are added; jobs added to the economy
at < seasonally adjusted; reported by; as reported by; published by; as published by; released by; as released by
at < as first reported by; first reported by; as first published by; first published by; as first released by
at < as initially reported by; initially reported by; as first reported in; as initially published by
at < as represented by; represented by; as measured by; measured by; as listed on; listed on; as determined by
at < as published on; as reported on
unadjusted < not seasonally adjusted; non seasonally adjusted; unadjusted
unemployment < unemployment rate; u3 unemployment rate; u3 unemployment; jobless rate; u3; u3 rate
yoy < annual; annually; year over year; year on year; twelve months; 12 months; twelve month; year ending; yoy
yoy < for the year
mom < monthly; month over month; month on month; one month; mom; 1 month
qoq < quarterly; quarter over quarter; quarter on quarter; qoq; annualized quarter
bitcoin < btc; bitcoin btc; xbt
ethereum < eth; ether; ethereum eth
solana < sol; solana sol
ripple < xrp; ripple xrp
dogecoin < doge; dogecoin doge
sp500 < s p 500; s and p 500; s p 500 index; sp 500; spx; s and p 500 index
nasdaq100 < nasdaq 100; nasdaq 100 index; ndx
dow < dow jones; dow jones industrial average; djia
wti < crude oil; wti crude; wti crude oil; crude oil cl; west texas intermediate; oil wti
gas < gas prices; gasoline prices; gas price; gasoline price; gasoline; regular gas
market_cap < market cap; market capitalization; market capitalisation
largest market_cap < largest company; largest company in the world; largest company in the world by market cap
largest market_cap < largest company in the world by market capitalization; largest company by market cap
largest market_cap < largest company by market capitalization; largest market cap in the world
treasury_yield < treasury yield; treasury yields; treasury note yield
hurricane < hurricane form; hurricanes form; hurricane forms; hurricanes formed
temperature < high temp; highest temperature; max temp; max temperature
temperature < maximum temperature; high temperature; hightemp; temp
temperature < daily high
low_temperature < low temp; lowest temperature; minimum temperature; low temperature
tsa < pass through tsa; people pass through tsa; tsa travelers; tsa check ins; tsa checkins; tsa passengers
tsa < transportation security administration; tsa screenings
approval < approval rating; job approval; approval rate
net_approval < net approval; net approval rating
shutdown < lapse in appropriations; funding lapse; lapse in funding
shutdown < cease operations; ceases operations; cease all operations; ceases all operations; ceasing operations
shutdown < cease all flight operations; ceases all flight operations; cease flight operations; shuts down
shutdown < government shutdown; shut down; government be shut down; lapse of appropriations; government shut down
dem < democratic party; democrats; democrat; democratic; democratic candidate; dems; democratic nominee party
dem < democratics
rep < republican party; republicans; republican; gop; republican candidate; grand old party
independent < independents
prime_minister < prime minister; pm; premier minister
governor < governorship; gubernatorial; governor race; governor s race
lieutenant_governor < lieutenant governor; lt governor; lieutenant gubernatorial; lieutenant governorship
attorney_general < attorney general; ag
secretary_of_state < secretary of state; sos
senate < senator; senators; u s senate; us senate; united states senate; u s senator; senatorial
house < house of representatives; us house; u s house; united states house of representatives
house district < congressional district; congressional seat; congressional districts; congressional seats
house election < congressional election; congressional elections; congressional race; congressional races
house primary < congressional primary; congressional primaries
congress < congressional
house < representative
supreme_court < supreme court; scotus
president < presidential; presidency; presidents; president of the united states; potus; pres
mayor < mayoral; mayoralty; mayorship
chancellor < chancellorship
nominee < nomination; nominees; be nominated; wins nomination
nominee for < is nominated for; be nominated for; receives a nomination for; receive a nomination for
primary < primaries; primary election
by_election < by election; byelection; special election
special_election < special election
first round < 1st round; round one; first round of voting
election < midterm elections; midterm election; midterms; midterm
win < win control of; wins control of; win control; wins control
house win < control the house; win control of the house; control of the house
senate win < control the senate; win control of the senate; control of the senate
runoff < run off; second round; 2nd round; runoffs
popular_vote < popular vote
electoral_college < electoral college; electoral votes; electoral vote
balance_of_power < balance of power
dail < dail eireann
new_york_city < central park new york; central park ny; central park new york city; central park nyc
new_york_city < new york city; nyc; ny city
dhs < homeland security; department of homeland security
dod < department of defense; secretary of war; department of war; pentagon; secretary of defense; defense secretary
doj < department of justice; justice department
sec < securities and exchange commission
nato < north atlantic treaty organization
eu < european union
un < united nations
win < win the most seats; wins the most seats; receives the most seats; receive the most seats
win < finish in first; finishes in first; finish in first place; finishes in first place
fighting < military engagement; military engagements
win < gain the most seats; most seats; finish first; finishes first; first place; 1st place; come first
win < title holder; titleholder; belt holder
win < re elected; be re elected; is re elected; be reelected; reelected; win re election; wins re election
win < win reelection; wins reelection
win < elected to; be elected; is elected; take home; crowned
leave < leave office; leaves office; out of office; out as; cease to be; ceases to be; depart; departs; leaves
leave < no longer; is no longer; be no longer; leaving; out; exits; exit
hold < holds; held; be held; is held; are held; be holding; holding
become_law < become law; becomes law; became law; signed into law; enacted into law; be signed into law; sign into law
become_law < become federal law; becomes federal law; signed into federal law; be enacted; is enacted; enacted
deliver < delivers; delivered; deliveries; delivery; vehicle deliveries; total deliveries; deliver vehicles
daily < single day
average < average daily; daily average; average of daily; average number of daily
circuit_breaker < circuit breaker; circuitbreaker; circuit breakers
acquire < purchases; purchased; purchasing; buying; bought; acquiring; be acquired
acquire < acquires; acquired; acquisition; takeover; buy; buys; buyout; take over; purchase
ipo < initial public offering; go public; goes public; public offering; completes an initial public offering
ipo < complete an initial public offering; completes an ipo; complete an ipo; completes its initial public offering
announce < announces it has achieved; announce that it has achieved; announces that they have attained
announce < announces; announced; announcement; officially announce; announces that
release < releases; released; launch; launches; launched
retire < retires; retirement; retiring
marry < married; marries; get married; marriage; wed; be married; wedding; gets married
engaged < engagement; get engaged; be engaged
confirm < confirmed; confirms; confirmation; senate confirms
visit < visits; visited; travelled to; traveled to; physically travelled to; physically travel to; physically visit
visit < physically enters; physically enter; physically visits; travel to; travels to; visiting
for < originally scheduled for; currently scheduled for; scheduled for; originally scheduled
meet < meets; meeting in person; meet in person; summit
rotten_tomatoes < rotten tomatoes; tomatometer; rotten tomatoes score
top_song < number one song; 1 song; number 1 song; top song
billboard_hot_100 < billboard hot 100; hot 100
spotify < spotify; spotify wrapped
netflix week < netflix
touch_high < reach; reaches; hit; hits; hit high; maximum; at any point above; ever above
all_time_high < all time high; ath; new all time high; record high
touch_high < rise to; get to; as high as; how high
touch_low < dip to; dips to; dip; hit low; fall to; falls to; minimum; drop to; how low; as low as; drop below
touch_low < fall below
terminal < settle; settles; close at; close above; close below; closes above; closes at; closing price
terminal < end the year; finish above; close
cut < decrease; decreases; cuts; lower; lowers; reduce; reduces; reduction
interest_rate cut < rate cut; rate cuts; interest rate cut; interest rate cuts
interest_rate increase < rate hike; rate hikes; rate increase
interest_rate increase < rate increases; interest rate hike; interest rate increase
increase < hike; hikes; raise; raises; rise; rises; increases; grow; grows; go up; growth; increasing
draw < tie; ties; end in a tie; ends in a tie; end in a draw; ends in a draw; drawn
spread < point spread; handicap
total < total points; total goals; o u; over under; total runs; total score; totals; combined score
goal assist < score or assist; goal or assist; goals or assists; goals plus assists; goals and assists
goal assist < goal contribution; goal contributions; goal involvement
goal < score a goal; scores a goal; score; scores; goals; goalscorer; goal scorer; to score
goal < anytime goalscorer; scored; scorer
anytime_touchdown < anytime touchdown; anytime touchdown scorer; anytime td; anytime td scorer
first_touchdown < first touchdown; first touchdown scorer; first td; first td scorer; 1st touchdown
assist < assists; record an assist
steal < stolen base; stolen bases; stolen bases leader; steals
homerun < home runs; home run; homers; hr
rbi < runs batted in; rbis
strikeout < strikeouts
touchdown < touchdowns; td; tds
pick < selected; select; drafted; picked; draft pick; overall pick
visit < enter; enters
make < qualify; qualifies; qualify for; qualifier; qualifiers; advance; advances; advance to; reach the
make < make it; makes; make the; clinch; clinches; participate in; reach
playoff < playoffs; postseason; post season
relegate < relegated; relegation
last_place < last place; finish last; bottom of the table
regular_season < regular season
first_half < first half; 1st half; half time; halftime; 1h
second_half < second half; 2nd half; 2h
first_quarter < first quarter; 1q
extra_time < extra time; overtime
win < champion; champions; championship; championships; winner; winners; wins; won; winning; title; titlist
final < finals
win < trophy; victorious; victory; winner s; beat; beats; defeat; defeats
"""
