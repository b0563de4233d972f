"""Coins, indices, commodities, currencies and companies: names and the tickers that mean the same, in the format of
`phrases`.

Public knowledge (exchanges' and issuers' own names). A ticker that is an ordinary word or a first name (LINK, DOT,
ADA) is listed only beside the name that it belongs to.
"""

FINANCE = """
cardano < cardano ada
bnb < bnb coin; binance coin; binance bnb
litecoin < ltc; litecoin ltc
avalanche < avax; avalanche avax
chainlink < chainlink link
polkadot < polkadot dot
bitcoin_cash < bch; bitcoin cash; bitcoin cash bch
shiba_inu < shib; shiba inu; shiba inu shib
tron < trx; tron trx
stellar < xlm; stellar xlm; stellar lumens
monero < xmr; monero xmr
hedera < hbar; hedera hbar
toncoin < toncoin ton
pepe < pepe coin; pepecoin
hyperliquid < hyperliquid hype; hype; hype token
zcash < zec; zcash zec
tether < usdt; tether usdt
usdc < usd coin
russell2000 < russell 2000; russell 2000 index
vix < cboe volatility index; cboe vix
dax < dax 40; german dax
ftse100 < ftse 100; ftse 100 index
nikkei < nikkei 225; nikkei 225 index
hang_seng < hang seng; hang seng index; hsi
kospi < kospi index; kospi composite
gold < xau; xauusd; gold xauusd; xau usd
silver < xag; xagusd; xag usd
brent < brent crude; brent crude oil; brent oil
natgas < natural gas; nat gas; henry hub; henry hub natural gas
apple < aapl; apple aapl; apple inc
microsoft < msft; microsoft msft
nvidia < nvda; nvidia nvda
amazon < amzn; amazon amzn; amazon com
tesla < tsla; tesla tsla
meta < meta platforms; meta platforms meta
alphabet < googl; goog; alphabet googl; alphabet goog
netflix < nflx
palantir < pltr; palantir pltr; palantir technologies
microstrategy < mstr; microstrategy mstr; strategy mstr
coinbase < coinbase global; coinbase coin
robinhood < robinhood hood; robinhood markets
gamestop < gme; gamestop gme
broadcom < avgo; broadcom avgo
amd < advanced micro devices
intel < intc; intel intc
tsmc < taiwan semiconductor; taiwan semiconductor manufacturing
berkshire < berkshire hathaway; brk a; brk b
jpmorgan < jpm; jp morgan; jpmorgan chase; jpmorgan jpm; jp morgan chase
walmart < wmt; walmart wmt
eli_lilly < eli lilly; lly
aramco < saudi aramco
openai < open ai
xai < x ai
warner_bros_discovery < warner bros; warner brothers; warner bros discovery; warner brothers discovery; wbd
paramount < paramount skydance
mortgage < mortgage rates; mortgage rate; mortgages; fixed mortgage; fixed mortgage rate; fixed mortgage rates
mortgage < fixed rate mortgage; fixed rate mortgages; fixed rate mortgage average; mortgage interest rate
tariff < tariff rate; tariff rates
income_tax < income tax; income tax rate; income tax rates
daylight_saving < daylight saving time; daylight savings time; daylight savings; daylight saving
"""
