"""Gamma's JSON objects from drafts: JSON inside strings, two ways to write a time, fields that are often missing."""

import json
from datetime import datetime, timedelta

from arbkit.venues.sim.world.dice import Dice, gamma_id, hex_id, instant, token_id
from arbkit.venues.sim.world.drafts import GammaEvent, GammaListing
from arbkit.venues.sim.world.model import JsonObject, SeedBook

_ICONS = "https://polymarket-upload.s3.us-east-2.amazonaws.com"


_OPEN: JsonObject = {
    "active": True,
    "closed": False,
    "archived": False,
    "new": False,
    "featured": False,
    "restricted": True,
}
"""What every open market and event has."""
_USUAL: JsonObject = {
    **_OPEN,
    "marketMakerAddress": "",
    "enableOrderBook": True,
    "orderMinSize": 5,
    "acceptingOrders": True,
    "umaBond": "500",
    "umaReward": "2",
    "umaResolutionStatuses": "[]",
    "customLiveness": 0,
    "clearBookOnStart": True,
    "rfqEnabled": False,
}
"""What nearly every open market has."""


def condition_id(seed: int, listing: GammaListing) -> str:
    """The condition id of a listing in the world of a seed."""
    return hex_id(seed, "condition", listing.slug)


def yes_token(seed: int, listing: GammaListing) -> str:
    """The token of the first outcome."""
    return token_id(seed, listing.slug, 0)


def event_json(event: GammaEvent, markets: list[JsonObject], *, seed: int, made_at: datetime) -> JsonObject:
    """Write an event object with its markets."""
    started_at = made_at - timedelta(days=event.opened_days_ago)
    picture = f"{_ICONS}/{event.slug}.png"
    made: JsonObject = {
        **_OPEN,
        "id": gamma_id(seed, event.slug),
        "ticker": event.slug,
        "slug": event.slug,
        "title": event.title,
        "description": event.rules,
        "resolutionSource": "",
        "startDate": instant(started_at, micros=827_458),
        "creationDate": instant(started_at, micros=827_389),
        "endDate": instant(event.ends_at),
        "image": picture,
        "icon": picture,
        "createdAt": instant(started_at - timedelta(hours=4), micros=824_243),
        "updatedAt": instant(made_at - timedelta(minutes=9), micros=97_738),
        "enableOrderBook": True,
        "negRisk": event.neg_risk,
        "enableNegRisk": event.neg_risk,
        "negRiskAugmented": event.augmented,
        "markets": markets,
        "tags": [
            {"id": gamma_id("tag", tag), "label": tag, "slug": tag.lower().replace(" ", "-")} for tag in event.tags
        ],
    }
    if event.neg_risk:
        made["negRiskMarketID"] = hex_id(seed, "neg risk", event.slug)
    return made


def market_json(
    event: GammaEvent, listing: GammaListing, *, book: SeedBook, seed: int, made_at: datetime, dice: Dice
) -> JsonObject:
    """Write a market object; its quotes are those of the book."""
    started_at = made_at - timedelta(days=event.opened_days_ago)
    tokens = [token_id(seed, listing.slug, index) for index in range(2)]
    made: JsonObject = {
        "id": gamma_id(seed, "market", listing.slug),
        "question": listing.question,
        "conditionId": condition_id(seed, listing),
        "slug": listing.slug,
        "resolutionSource": listing.source,
        "endDate": instant(event.ends_at),
        "startDate": instant(started_at, micros=36_028),
        "description": listing.rules,
        "outcomes": json.dumps(listing.outcomes, ensure_ascii=False),
        "createdAt": instant(started_at - timedelta(hours=4), micros=dice.randrange(1_000_000)),
        "updatedAt": instant(made_at - timedelta(minutes=dice.randint(1, 600)), micros=dice.randrange(1_000_000)),
        "groupItemTitle": listing.group,
        "questionID": hex_id(seed, "question", listing.slug),
        "orderPriceMinTickSize": listing.tick,
        "endDateIso": f"{event.ends_at:%Y-%m-%d}",
        "startDateIso": f"{started_at:%Y-%m-%d}",
        "clobTokenIds": json.dumps(tokens),
        "acceptingOrdersTimestamp": instant(started_at),
        "negRisk": event.neg_risk,
        "negRiskOther": listing.other,
        "negRiskRequestID": hex_id(seed, "request", listing.slug) if event.neg_risk else "",
    }
    if event.neg_risk:
        made["negRiskMarketID"] = hex_id(seed, "neg risk", event.slug)
    return {**_USUAL, **made, **_fees(event), **_quotes(book, dice), **listing.facts}


def _fees(event: GammaEvent) -> JsonObject:
    if not event.fees.rate:
        return {"feesEnabled": False, "feeType": None}
    schedule = {"exponent": 1, "rate": event.fees.rate, "takerOnly": True, "rebateRate": event.fees.rebate}
    return {
        "feesEnabled": True,
        "feeType": event.fees.name,
        "feeSchedule": schedule,
        "makerBaseFee": 1000,
        "takerBaseFee": 1000,
    }


def _quotes(book: SeedBook, dice: Dice) -> JsonObject:
    if not book.yes_bids and not book.yes_asks:
        return {"outcomePrices": json.dumps(["0.5", "0.5"])}
    bid, ask = max(book.yes_bids, default=(0, 0))[0], min(book.yes_asks, default=(10_000, 0))[0]
    middle = (bid + ask) / 20_000
    volume = round(dice.uniform(100, 4_000_000), 6)
    depth = sum(size for _, size in (*book.yes_bids, *book.yes_asks)) / 200
    return {
        "outcomePrices": json.dumps([f"{middle:.6g}", f"{1 - middle:.6g}"]),
        "bestBid": bid / 10_000,
        "bestAsk": ask / 10_000,
        "spread": (ask - bid) / 10_000,
        "lastTradePrice": (book.last_price or bid) / 10_000,
        "volume": str(volume),
        "volumeNum": volume,
        "volume24hr": round(volume / 40, 6),
        "volume24hrClob": round(volume / 40, 6),
        "liquidity": str(depth),
        "liquidityNum": depth,
    }
