"""Numbers on a given day: coin prices on a day and by a day, the day's high in a city."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from arbkit.venues.sim.world.dice import Dice
from arbkit.venues.sim.world.drafts import (
    CRYPTO,
    WEATHER,
    GammaEvent,
    GammaListing,
    KalshiEvent,
    KalshiListing,
    Series,
    Topic,
    ask,
    traps_between,
)
from arbkit.venues.sim.world.families.contests import bet
from arbkit.venues.sim.world.model import JsonObject, TwinKind
from arbkit.venues.sim.world.names import CITIES, COINS
from arbkit.venues.sim.world.odds import Gauge, gauge
from arbkit.venues.sim.world.phrases import (
    at_eastern,
    at_utc,
    day_short,
    month,
    month_day,
    month_end,
    month_short,
    month_start,
    slug,
    thousands,
    ticker_day,
    ticker_month,
)

_INDEX = (("CF Benchmarks", "https://www.cfbenchmarks.com"),)
_NWS = (("National Weather Service", "https://www.weather.gov"),)
Coin = tuple[str, str, int, int]


def coin_prices(dice: Dice, today: date) -> Iterator[Topic]:
    """A coin's price at noon of each day, above a ladder of levels; every other event names another source."""
    day = today
    while True:
        day += timedelta(days=1)
        for number, coin in enumerate(COINS):
            code, _, base, step = coin
            same_source = (day.toordinal() + number) % 2 == 0
            price = gauge(dice, f"{code} noon {day}", base * dice.uniform(0.97, 1.03), base * 0.02)
            first = round(price.mean / step - 4) * step
            levels = [first + 2 * step * index for index in range(5)]
            kalshi = _coin_kalshi(coin, day, price, levels, hour=12)
            evening = _coin_kalshi(
                coin, day, gauge(dice, f"{code} 5pm {day}", price.mean, base * 0.02), levels[:2], hour=17
            )
            named = price if same_source else gauge(dice, f"{code} binance {day}", price.mean, base * 0.02)
            gamma = _coin_gamma(coin, day, named, levels, binance=not same_source)
            traps = traps_between(evening.listings, gamma.listings, TwinKind.PERIOD)
            traps += traps_between(kalshi.listings, gamma.listings[1:], TwinKind.THRESHOLD)
            if not same_source:
                traps += traps_between(kalshi.listings, gamma.listings, TwinKind.SOURCE)
            yield Topic(family="coin_price", kalshi=[kalshi, evening], gamma=[gamma], traps=traps)


def _coin_kalshi(coin: Coin, day: date, price: Gauge, levels: Sequence[int], *, hour: int) -> KalshiEvent:
    code, name, _, _ = coin
    ticker, when = f"KX{code}D-{ticker_day(day)}{hour}", f"{hour % 12 or 12}pm EST"
    listings = [
        ask(
            ticker,
            f"T{level - 0.01:.2f}",
            price.above(level - 0.01),
            title=f"{name} price on {day_short(day)} at {when}?",
            label=f"${thousands(level)} or above",
            condition=f"the simple average of the sixty seconds of CF Benchmarks' {name} Real-Time Index before "
            f"{when} on {day_short(day)} is above {level - 0.01:.2f}",
            strike={"strike_type": "greater", "floor_strike": round(level - 0.01, 2)},
        )
        for level in levels
    ]
    decided_at = at_eastern(day, hour)
    return KalshiEvent(
        series=Series(
            ticker=f"KX{code}D", title=f"{name} price above/below", category="Crypto", sources=_INDEX, shard=2
        ),
        ticker=ticker,
        title=f"{name} price on {day_short(day)}?",
        sub_title=f"On {day_short(day)} at {when}",
        decided_at=decided_at + timedelta(minutes=5),
        closes_at=decided_at,
        listings=listings,
        strike_date=decided_at,
        opened_days_ago=1,
    )


def _coin_gamma(coin: Coin, day: date, price: Gauge, levels: Sequence[int], *, binance: bool) -> GammaEvent:
    _, name, _, _ = coin
    source = (
        f"the close of the one-minute candle of {coin[0]}/USDT on Binance at 12:00 ET (noon) of {month_day(day)}"
        if binance
        else f"CF Benchmarks' {name} Real-Time Index, averaged over the minute before noon ET of {month_day(day)}"
    )
    listings = [
        bet(
            f"Will the price of {name} be above ${thousands(level)} on {month_day(day)}?",
            price.above(level - 0.01),
            rules=f'This market resolves to "Yes" if {source}, {day.year}, is at or above ${thousands(level)}.',
            group=f"{thousands(level)}",
            mark=str(day.year),
            source="https://www.binance.com/en/trade" if binance else "https://www.cfbenchmarks.com",
        )
        for level in levels
    ]
    return GammaEvent(
        slug=slug(name, "above on", month_day(day), day.year),
        title=f"{name} above ___ on {month_day(day)}?",
        rules=listings[0].rules,
        ends_at=at_eastern(day, 12),
        listings=listings,
        tags=("Crypto", name),
        fees=CRYPTO,
        opened_days_ago=6,
    )


def coin_heights(dice: Dice, today: date) -> Iterator[Topic]:
    """How high a coin gets within a month ("reach"), with the price on the last day as the by/on trap; five years."""
    for index in range(60):
        start = month_start(today, index)
        for coin in COINS:
            code, _, base, step = coin
            high = gauge(dice, f"{code} high {start}", base * 1.08, base * 0.05)
            last = gauge(dice, f"{code} last {start}", base * 1.01, base * 0.06)
            first = round(high.mean / step - 8) * step
            levels = [first + 8 * step * at for at in range(4)]
            kalshi, gamma = _height_kalshi(coin, start, high, levels), _height_gamma(coin, start, high, levels)
            close = _coin_gamma(coin, month_end(start), last, levels[:3], binance=True)
            traps = traps_between(kalshi.listings, gamma.listings[1:], TwinKind.THRESHOLD)
            if month_end(start) > today + timedelta(days=120):  # nearer days belong to the daily events
                traps += traps_between(kalshi.listings, close.listings, TwinKind.DATE)
                yield Topic(family="coin_height", kalshi=[kalshi], gamma=[gamma, close], traps=traps)
            else:
                yield Topic(family="coin_height", kalshi=[kalshi], gamma=[gamma], traps=traps)


def _height_kalshi(coin: Coin, start: date, high: Gauge, levels: Sequence[int]) -> KalshiEvent:
    code, name, _, _ = coin
    end, ticker = month_end(start), f"KX{code}MAXMON-{ticker_month(start)}"
    listings = [
        ask(
            ticker,
            f"{level - 0.01:.2f}",
            high.above(level - 0.01),
            title=f"Will {name} be above ${level - 0.01:,.2f} by {day_short(end)} at 11:59 PM?",
            label=f"Above ${level - 0.01:,.2f}",
            condition=f"the price of {name} is above ${level - 0.01:,.2f} at any time from {day_short(start)} to "
            f"11:59 PM ET on {day_short(end)}, according to CF Benchmarks",
            strike={"strike_type": "greater", "floor_strike": round(level - 0.01, 2)},
        )
        for level in levels
    ]
    return KalshiEvent(
        series=Series(ticker=f"KX{code}MAXMON", title=f"How high {name}", category="Crypto", sources=_INDEX, shard=2),
        ticker=ticker,
        title=f"How high will {name} get in {month(start)}?",
        sub_title=f"In {month_short(start)} {start.year}",
        decided_at=at_eastern(end + timedelta(days=1), 0, 5),
        closes_at=at_eastern(end, 23, 59),
        listings=listings,
    )


def _height_gamma(coin: Coin, start: date, high: Gauge, levels: Sequence[int]) -> GammaEvent:
    _, name, _, _ = coin
    listings = [
        bet(
            f"Will {name} reach ${thousands(level)} in {month(start)}?",
            high.above(level - 0.01),
            rules=f'This market resolves to "Yes" if the price of {name} is at or above ${thousands(level)} at any '
            f"moment of {month(start)} {start.year} (ET), according to CF Benchmarks.",
            group=f"↑ {thousands(level)}",
            mark=str(start.year),
            source="https://www.cfbenchmarks.com",
        )
        for level in levels
    ]
    return GammaEvent(
        slug=slug("what price will", name, "hit in", month(start), start.year),
        title=f"What price will {name} hit in {month(start)}?",
        rules=listings[0].rules,
        ends_at=at_eastern(month_end(start), 23, 59),
        listings=listings,
        tags=("Crypto", name),
        fees=CRYPTO,
    )


City = tuple[str, str, str, str]


def highs(dice: Dice, today: date) -> Iterator[Topic]:
    """The day's high in a city, in bins of two degrees; every third event takes the figure from elsewhere."""
    day = today
    while True:
        day += timedelta(days=1)
        for number, city in enumerate(CITIES):
            value = gauge(dice, f"high {city[0]} {day}", dice.uniform(38, 88), 2.5, step=1)
            low = round(value.mean / 2) * 2 - 4
            same = (day.toordinal() + number) % 3 != 0
            named = value if same else gauge(dice, f"high elsewhere {city[0]} {day}", value.mean, 2.5, step=1)
            kalshi, gamma = _high_kalshi(city, day, value, low), _high_gamma(city, day, named, low, same=same)
            traps = traps_between(kalshi.listings, gamma.listings[1:], TwinKind.THRESHOLD)
            if not same:
                traps += traps_between(kalshi.listings, gamma.listings, TwinKind.SOURCE)
            yield Topic(family="high", kalshi=[kalshi], gamma=[gamma], traps=traps)


def _bins(low: int) -> list[tuple[float, float, str]]:
    inner = [(start - 0.5, start + 1.5, f"{start}° to {start + 1}°") for start in range(low, low + 8, 2)]
    return [(-200, low - 0.5, f"{low - 1}° or below"), *inner, (low + 7.5, 300, f"{low + 8}° or above")]


def _high_kalshi(city: City, day: date, value: Gauge, low: int) -> KalshiEvent:
    code, short, _, station = city
    ticker, listings = f"KXHIGH{code}-{ticker_day(day)}", list[KalshiListing]()
    for start, end, label in _bins(low):
        suffix, sign, rule, strike = _bin_words(start, end)
        listings.append(
            ask(
                ticker,
                suffix,
                value.between(start, end),
                title=f"Will the **high temp in {short}** be {sign} on {day_short(day)}?",
                label=label,
                condition=f"the highest temperature recorded at {station} for {day_short(day)} as reported by the "
                f"National Weather Service's Climatological Report (Daily), is {rule}",
                strike=strike,
            )
        )
    return KalshiEvent(
        series=Series(
            ticker=f"KXHIGH{code}",
            title=f"Highest temperature in {short}",
            category="Climate and Weather",
            sources=_NWS,
        ),
        ticker=ticker,
        title=f"Highest temperature in {short} on {day_short(day)}?",
        sub_title=f"On {day_short(day)}",
        decided_at=at_eastern(day + timedelta(days=1), 10),
        closes_at=at_eastern(day, 23, 59),
        listings=listings,
        exclusive=True,
        opened_days_ago=1,
    )


def _bin_words(start: float, end: float) -> tuple[str, str, str, JsonObject]:
    """End of the ticker, sign in the title, words of the rule, strike."""
    first, last = round(start + 0.5), round(end - 0.5)
    if start < 0:
        return (
            f"T{last + 1}",
            f"<{last + 1}°",
            f"less than {last + 1}°",
            {"strike_type": "less", "cap_strike": last + 1},
        )
    if end > 200:
        edge = first - 1
        return f"T{edge}", f">{edge}°", f"greater than {edge}°", {"strike_type": "greater", "floor_strike": edge}
    strike: JsonObject = {"strike_type": "between", "floor_strike": first, "cap_strike": last}
    return f"B{(first + last) / 2}", f"{first}-{last}°", f"between {first}-{last}°", strike


def _high_gamma(city: City, day: date, value: Gauge, low: int, *, same: bool) -> GammaEvent:
    _, _, name, station = city
    source = (
        f"the NWS Climatological Report (Daily) for {station}" if same else f"Weather Underground for {name} Airport"
    )
    rules = f"This resolves to the range that holds the highest temperature in {name} on {month_day(day)}, by {source}."
    listings = list[GammaListing]()
    for start, end, label in _bins(low):
        words = label.replace("° to ", "-").replace("°", "°F", 1) if 0 < start < end < 200 else label.replace("°", "°F")
        words = f"between {words}" if 0 < start < end < 200 else words.replace("above", "higher")
        listings.append(
            bet(
                f"Will the highest temperature in {name} be {words} on {month_day(day)}?",
                value.between(start, end),
                rules=rules,
                group=words.removeprefix("between "),
                mark=str(day.year),
            )
        )
    return GammaEvent(
        slug=slug("highest temperature in", name, "on", month_day(day), day.year),
        title=f"Highest temperature in {name} on {month_day(day)}?",
        rules=rules,
        ends_at=at_utc(day, 12),
        listings=listings,
        tags=("Weather", name),
        fees=WEATHER,
        neg_risk=True,
        opened_days_ago=2,
    )
