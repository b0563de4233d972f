"""Kalshi's published schemas, as JSON Schema."""

from functools import cache
from pathlib import Path

import yaml

from arbkit.venues.sim.world.model import JsonObject


@cache
def openapi(shared: Path) -> JsonObject:
    return nullable(yaml.load((shared / "specs/kalshi/openapi.yaml").read_text(), Loader=yaml.CSafeLoader))


def nullable(node: object) -> object:
    """OpenAPI 3.0 says `nullable: true` where JSON Schema says that the type may be null."""
    if isinstance(node, list):
        return [nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: nullable(value) for key, value in node.items()}
    if node.pop("nullable", False):
        return {"anyOf": [node, {"type": "null"}]}
    return node
