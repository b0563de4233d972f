"""Our requests and our payloads against Kalshi's own OpenAPI document (3.34.0)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from arbkit.core.markets import StrikeKind
from arbkit.venues.kalshi.wire import requests
from arbkit.venues.kalshi.wire.requests import Request
from arbkit.venues.kalshi.wire.terms import STATUSES
from tests.venues.kalshi_payloads import loaded, without

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def document(shared: Path) -> dict[str, Any]:
    found = yaml.load((shared / "specs/kalshi/openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return nullable(found)


def nullable(node: Any) -> Any:
    """OpenAPI 3.0 writes `nullable: true` where JSON Schema has a type of its own for null."""
    if isinstance(node, list):
        return [nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    translated = {key: nullable(value) for key, value in node.items()}
    return {"anyOf": [{"type": "null"}, translated]} if node.get("nullable") is True else translated


def valid(shared: Path, schema: dict[str, Any], value: Any) -> None:
    root = document(shared)
    jsonschema.Draft202012Validator(
        {**schema, "components": root["components"]}, format_checker=jsonschema.FormatChecker()
    ).validate(value)


PAYLOADS = [
    ("events_page", "/events"),
    ("event_rows", "/events"),
    ("markets_page", "/markets"),
    ("market", "/markets/{ticker}"),
    ("orderbook", "/markets/{ticker}/orderbook"),
    ("orderbooks", "/markets/orderbooks"),
    ("series_list", "/series"),
    ("series", "/series/{series_ticker}"),
    ("series_fee_changes", "/series/fee_changes"),
    ("event_fee_changes", "/events/fee_changes"),
    ("exchange_status", "/exchange/status"),
    ("exchange_schedule", "/exchange/schedule"),
]


@pytest.mark.parametrize(("name", "path"), PAYLOADS)
def test_our_payloads_are_answers_that_kalshi_could_give(shared: Path, name: str, path: str) -> None:
    schema = document(shared)["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    valid(shared, schema, loaded(name))


def test_the_document_would_catch_a_payload_that_is_wrong(shared: Path) -> None:
    schema = document(shared)["paths"]["/events"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    spoilt = json.loads(without(loaded("events_page"), ("events", 0, "markets", 0, "price_ranges", 0, "step")))

    with pytest.raises(jsonschema.ValidationError, match="step"):
        valid(shared, schema, spoilt)


REQUESTS = [
    (requests.open_events(""), "/events"),
    (requests.open_events("abc"), "/events"),
    (requests.changed_events(NOW, "abc"), "/events"),
    (requests.events_of_series("KXHARBOUR", "abc"), "/events"),
    (requests.events_named(["KXA-1", "KXB-2"], with_markets=True), "/events"),
    (requests.changed_markets(NOW, "abc"), "/markets"),
    (requests.market("KXA-1-B"), "/markets/{ticker}"),
    (requests.archived_market("KXA-1-B"), "/historical/markets/{ticker}"),
    (requests.orderbook("KXA-1-B"), "/markets/{ticker}/orderbook"),
    (requests.orderbooks([f"KXA-1-{number}" for number in range(requests.BOOKS_MAX)]), "/markets/orderbooks"),
    (requests.series_list(), "/series"),
    (requests.series("KXA"), "/series/{series_ticker}"),
    (requests.series_fee_changes(), "/series/fee_changes"),
    (requests.event_fee_changes("abc"), "/events/fee_changes"),
    (requests.exchange_status(), "/exchange/status"),
    (requests.exchange_schedule(), "/exchange/schedule"),
]


def declared(shared: Path, path: str) -> Iterator[dict[str, Any]]:
    for parameter in document(shared)["paths"][path]["get"].get("parameters", []):
        name = parameter.get("$ref", "").rpartition("/")[2]
        yield document(shared)["components"]["parameters"][name] if name else parameter


def as_json(schema: dict[str, Any], values: list[str]) -> Any:
    """Query texts as the kind of value that their schema speaks of."""
    if schema.get("type") == "array":
        return values
    (text,) = values
    return json.loads(text) if schema.get("type") in {"integer", "boolean"} else text


@pytest.mark.parametrize(("request_", "path"), REQUESTS, ids=lambda value: value if isinstance(value, str) else "")
def test_our_requests_use_declared_parameters_within_their_bounds(shared: Path, request_: Request, path: str) -> None:
    allowed = {parameter["name"]: parameter for parameter in declared(shared, path) if parameter["in"] == "query"}
    asked = {name for name, _ in request_.params}

    assert asked <= set(allowed)
    assert {name for name, parameter in allowed.items() if parameter.get("required")} <= asked
    for name in asked:
        schema = allowed[name]["schema"]
        valid(shared, schema, as_json(schema, [value for key, value in request_.params if key == name]))
    fixed, _, variable = path.partition("{")
    assert request_.path.startswith(fixed)
    assert bool(variable) or request_.path == path


def test_the_document_has_all_the_statuses_we_know_and_no_other(shared: Path) -> None:
    fields = document(shared)["components"]["schemas"]["Market"]["properties"]

    assert set(fields["status"]["enum"]) == set(STATUSES)
    assert set(fields["strike_type"]["enum"]) == set(StrikeKind)
