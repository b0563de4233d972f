"""Kalshi's own OpenAPI document against the simulator: every call that it serves, asked with what the document allows
and with what it forbids. No call fails, each answers with a status and a body that the document knows.

A share by default; ARBKIT_FUZZ=n asks n times.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from arbkit.venues.sim.simulation import Simulation
from tests.venues.sim_schemas import openapi
from tests.venues.sim_traders import KalshiTrader
from tests.venues.sim_worlds import RATES_CUT, RATES_HOLD, a_world

pytestmark = [pytest.mark.shared, pytest.mark.slow]

REQUESTS = int(os.environ.get("ARBKIT_FUZZ", "1500"))
SEED = int(os.environ.get("ARBKIT_FUZZ_SEED", "1"))
Dice = random.Random

UNDECLARED = {400, 404, 405, 409, 410, 429}
"""Statuses that the venue gives though its document does not say so for every call (facts of 2026-11)."""
HOSTILE: list[Any] = [
    None, True, 0, -1, 10**30, 1e308, "", " ", "0", "-1", "1e9", "NaN", "١٢", "0.00000001", "x" * 5_000,
    "\x00", "[/red]",
    [], {}, [[]], {"a": {"b": []}}, "../../x", "'; DROP TABLE orders; --",
]  # fmt: skip
KNOWN = {
    "ticker": [RATES_CUT, RATES_HOLD],
    "market_ticker": [RATES_CUT],
    "event_ticker": ["KXRATE-26DEC"],
    "series_ticker": ["KXRATE"],
    "tickers": [RATES_CUT],
    "side": ["bid", "ask"],
    "count": ["1.00", "2.50", "7.00", "900.00"],
    "price": ["0.5200", "0.4700", "0.1000", "0.9900"],
    "time_in_force": ["fill_or_kill", "immediate_or_cancel", "good_till_canceled"],
    "self_trade_prevention_type": ["taker_at_cross", "maker"],
    "exchange_index": [0, 2],
}


class Asker:
    """Makes requests out of the document."""

    def __init__(self, document: dict[str, Any], trader: KalshiTrader, dice: Dice) -> None:
        self.document, self.trader, self.dice, self.orders = document, trader, dice, ["x"]

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def value(self, name: str, schema: dict[str, Any], depth: int = 0) -> Any:
        """A value that mostly fits its schema, and sometimes is a poison."""
        schema = self.resolved(schema)
        if self.dice.random() < 0.04:
            return self.dice.choice(HOSTILE)
        if name in {"order_id", "client_order_id"} and self.dice.random() < 0.7:
            return self.dice.choice(self.orders)
        if name in KNOWN and self.dice.random() < 0.8:
            return self.dice.choice(KNOWN[name])
        for joint in ("allOf", "anyOf", "oneOf"):
            if joint in schema:
                return self.value(name, self.dice.choice(schema[joint]), depth)
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        makers: dict[str, Callable[[], Any]] = {
            "integer": lambda: self.dice.choice([schema.get("minimum", 0), schema.get("maximum", 7), 1, 3]),
            "number": lambda: self.dice.choice([0, 0.5, 1]),
            "boolean": lambda: self.dice.random() < 0.5,
            "array": lambda: [self.value(name, schema["items"], depth + 1) for _ in range(self.dice.randrange(3))],
            "object": lambda: self.thing(schema, depth),
        }
        made = makers.get(schema.get("type", "string"))
        return made() if made else self.dice.choice(["a", "0.5000", "1.00", self.dice.randbytes(6).hex()])

    def thing(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if depth > 6:
            return {}
        needed = set(schema.get("required", ()))
        fields = schema.get("properties", {})
        return {
            name: self.value(name, field, depth + 1)
            for name, field in fields.items()
            if self.dice.random() < (0.93 if name in needed else 0.25)
        }

    def ask(self, method: str, template: str, operation: dict[str, Any]) -> tuple[str, Any]:
        path, query = template, []
        for parameter in map(self.resolved, operation.get("parameters", [])):
            name, value = parameter["name"], self.value(parameter["name"], parameter["schema"])
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", str(value).replace("/", "") or "x")
            elif self.dice.random() < (0.9 if parameter.get("required") else 0.3):
                values = value if isinstance(value, list) else [value]
                query += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values]
        body = None
        if "requestBody" in operation:
            schema = self.resolved(operation["requestBody"])["content"]["application/json"]["schema"]
            body = self.value("", schema)
        return path, self.trader.ask(method, path, *query, body=body)


def calls(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (verb.upper(), template, operation)
        for template, operations in document["paths"].items()
        for verb, operation in operations.items()
        if verb in {"get", "post", "put", "delete"}
    ]


def served(simulation: Simulation, method: str, template: str) -> bool:
    """Whether the simulator answers such a call at all: where it does not, there is no such page."""
    trader = KalshiTrader(simulation=simulation, name="probe")
    return trader.ask(method, template.replace("{", "").replace("}", "")).body != b"404 page not found"


def schema_of(document: dict[str, Any], operation: dict[str, Any], status: int, asker: Asker) -> dict[str, Any] | None:
    answer = asker.resolved(operation["responses"].get(str(status), {}))
    found = answer.get("content", {}).get("application/json", {}).get("schema")
    return {**found, "components": document["components"]} if found and status < 300 else None


def test_no_request_that_can_be_made_of_the_document_breaks_the_simulator(shared: Path, tally) -> None:
    document, dice = openapi(shared), Dice(SEED)
    simulation = Simulation(a_world(), limits=False)
    asker = Asker(document, KalshiTrader(simulation=simulation, usd=10_000), dice)
    asked = [call for call in calls(document) if served(simulation, call[0], call[1])]
    assert len(asked) >= 30
    asked += [call for call in asked if call[0] != "GET"] * 4  # what moves money is asked more often
    seen: Counter[int] = Counter()
    for number in range(REQUESTS):
        method, template, operation = dice.choice(asked)
        path, answer = asker.ask(method, template, operation)
        told = f"request {number} of seed {SEED}: {method} {path} -> {answer.status} {answer.body[:300]!r}"
        seen[answer.status] += 1
        declared = {int(status) for status in operation["responses"]} | UNDECLARED
        assert answer.status in declared - {500, 503, 504}, told
        if (schema := schema_of(document, operation, answer.status, asker)) is not None and answer.body:
            try:
                jsonschema.validate(json.loads(answer.body), schema)
            except jsonschema.ValidationError as error:
                raise AssertionError(f"{told}\n{error.message} at {error.json_path}") from error
            asker.orders += [row["order_id"] for row in _orders_in(json.loads(answer.body))][:3]
            del asker.orders[:-40]
        asker.trader.wait(seconds=0.2)
    assert min(seen[200], seen[201], seen[400], seen[409]) > 5, seen
    tally("requests made of the OpenAPI document", REQUESTS)


def _orders_in(body: Any) -> list[dict[str, Any]]:
    rows = body.get("orders", [body]) if isinstance(body, dict) else []
    return [row for row in rows if isinstance(row, dict) and row.get("order_id")]
