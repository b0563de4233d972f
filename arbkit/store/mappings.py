"""mappings/*.yaml: pairs that people curated, read with a strict schema, and written for export."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import yaml

from arbkit.core.markets import MarketId, Polarity, VenueName
from arbkit.core.matching.engine import Curated
from arbkit.core.text import clean
from arbkit.errors import BadFile
from arbkit.store.pairs import Decision, Review

FILE_BYTES_MAX = 1 << 20
FILES_MAX = 200
PAIRS_MAX = 5_000
"""Pairs in all files together."""
ALIASES_FILE = "aliases.yaml"
ALIASES_MAX = 2_000
_ALIAS_LENGTH_MAX = 100
_DEPTH_MAX = 5
_VERSION = "1"
_HASH_LENGTH = 64


@dataclass(frozen=True, slots=True)
class CuratedEntry:
    """A curated pair and where it is written."""

    curated: Curated
    origin: str
    """File and line."""
    by: str = ""
    on: date | None = None

    @property
    def by_slug(self) -> bool:
        """Whether the Polymarket market is named by its slug, not by its condition id."""
        return not self.curated.polymarket.key.startswith("0x")


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """One entry of `pairs`, as text; every key that may stand there."""

    kalshi: str
    polymarket: str
    polarity: Polarity = Polarity.ALIGNED
    decision: Decision = Decision.APPROVED
    note: str = ""
    by: str = ""
    on: str = ""
    kalshi_rules_hash: str = ""
    polymarket_rules_hash: str = ""


def load_mappings(directory: Path) -> list[CuratedEntry]:
    """Read every *.yaml of a directory; none if it does not exist.

    Raises BadFile, naming file and line, for anything that is not in the schema, too large, nested or aliased, and for
    entries that contradict each other: one pair twice, or one market in two approved pairs.
    """
    files = sorted(file for file in directory.glob("*.yaml") if file.name != ALIASES_FILE)
    if len(files) > FILES_MAX:
        raise BadFile(directory, f"more than {FILES_MAX} files")
    entries = [entry for file in files for entry in _entries(file)]
    if len(entries) > PAIRS_MAX:
        raise BadFile(directory, f"more than {PAIRS_MAX} pairs")
    refuse_conflicts(entries)
    return entries


def load_aliases(directory: Path) -> dict[str, str]:
    """Read aliases.yaml of a directory: what a venue writes -> what it means; nothing if it is not there.

    Raises BadFile for anything that is not in the schema.
    """
    path = directory / ALIASES_FILE
    root = _root(path) if path.exists() else None
    if root is None:
        return {}
    top = _mapping(path, root)
    version = top.get("version")
    if set(top) != {"version", "aliases"} or not isinstance(version, yaml.ScalarNode) or version.value != _VERSION:
        raise BadFile(f"{path}:1", f"write `version: {_VERSION}` and `aliases:` with `phrase: meaning` lines")
    found: dict[str, str] = {}
    for phrase, node in _mapping(path, top["aliases"]).items():
        if not isinstance(node, yaml.ScalarNode):
            raise BadFile(_at(path, node), f"{phrase} is not given one meaning")
        for text in (phrase, node.value):
            if not text.strip() or clean(text) != text or len(text) > _ALIAS_LENGTH_MAX:
                raise BadFile(_at(path, node), f"phrase and meaning: 1 to {_ALIAS_LENGTH_MAX} plain characters")
        found[phrase] = node.value
    if len(found) > ALIASES_MAX:
        raise BadFile(path, f"more than {ALIASES_MAX} aliases")
    return found


def dump_mappings(reviews: Sequence[Review]) -> str:
    """Write decisions as a mappings file that `load_mappings` reads, bound to the rules they were made for."""
    pairs = [
        {
            "kalshi": review.kalshi.key,
            "polymarket": review.polymarket.key,
            "polarity": review.polarity.value,
            "decision": review.decision.value,
            "note": review.note,
            "by": review.who,
            "on": review.at.date().isoformat(),
            "kalshi_rules_hash": review.kalshi_rules_hash,
            "polymarket_rules_hash": review.polymarket_rules_hash,
        }
        for review in reviews
    ]
    return yaml.safe_dump({"version": int(_VERSION), "pairs": pairs}, sort_keys=False, allow_unicode=False)


def refuse_conflicts(entries: Iterable[CuratedEntry]) -> None:
    """Raise BadFile for one pair twice, or one market in two approved pairs."""
    said: dict[object, CuratedEntry] = {}
    for entry in entries:
        row = entry.curated
        names: list[object] = [(row.kalshi, row.polymarket)]
        if row.approved:
            names += [row.kalshi, row.polymarket]
        for name in names:
            if (other := said.setdefault(name, entry)) is not entry:
                raise BadFile(entry.origin, f"{row.kalshi} = {row.polymarket} contradicts {other.origin}; keep one")


def _entries(path: Path) -> Iterator[CuratedEntry]:
    root = _root(path)
    if root is None:
        return
    top = _mapping(path, root)
    if set(top) - {"version", "pairs"} or "pairs" not in top:
        raise BadFile(f"{path}:1", "write `version: 1` and `pairs:` with a list of pairs, and nothing else")
    version = top.get("version")
    if not isinstance(version, yaml.ScalarNode) or version.value != _VERSION:
        raise BadFile(f"{path}:1", f"write `version: {_VERSION}` first")
    pairs = top["pairs"]
    if not isinstance(pairs, yaml.SequenceNode):
        raise BadFile(_at(path, pairs), "`pairs` is not a list")
    for node in pairs.value:
        yield _entry(path, node)


def _entry(path: Path, node: yaml.Node) -> CuratedEntry:
    origin = _at(path, node)
    texts: dict[str, str] = {}
    for key, value in _mapping(path, node).items():
        if not isinstance(value, yaml.ScalarNode):
            raise BadFile(_at(path, value), f"{key} is not a single value")
        texts[key] = value.value
    try:
        row = msgspec.convert(texts, _Row)
        on = date.fromisoformat(row.on) if row.on else None
    except ValueError as error:
        raise BadFile(origin, str(error)) from error
    for key, text in (("kalshi", row.kalshi), ("polymarket", row.polymarket)):
        if not text or clean(text) != text or " " in text:
            raise BadFile(origin, f"{key} is not the id of a market")
    for text in (row.kalshi_rules_hash, row.polymarket_rules_hash):
        if text and (len(text) != _HASH_LENGTH or set(text) - set("0123456789abcdef")):
            raise BadFile(origin, "a rules hash has 64 hex digits")
    curated = Curated(
        kalshi=MarketId(VenueName.KALSHI, row.kalshi),
        polymarket=MarketId(VenueName.POLYMARKET, row.polymarket),
        polarity=row.polarity,
        approved=row.decision is Decision.APPROVED,
        kalshi_rules_hash=row.kalshi_rules_hash,
        polymarket_rules_hash=row.polymarket_rules_hash,
        note=clean(row.note),
    )
    return CuratedEntry(curated, origin, clean(row.by), on)


def _mapping(path: Path, node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise BadFile(_at(path, node), "expected `key: value` lines")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in found:
            raise BadFile(_at(path, key), "a key that is no word, or stands there twice")
        found[key.value] = value
    return found


def _root(path: Path) -> yaml.Node | None:
    """Parse a file into nodes. Nothing is constructed, every value stays text, and sizes are bounded before."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        if len(raw) > FILE_BYTES_MAX:
            raise BadFile(path, f"larger than {FILE_BYTES_MAX >> 10} KiB")
        text = raw.decode("utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH_MAX or isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise BadFile(f"{path}:{line}", "aliases and deep nesting are not allowed here")
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.BaseLoader)
    except OSError as error:
        raise BadFile(path, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadFile(path, f"is not UTF-8 text (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadFile(f"{path}:{line}", f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadFile(path, f"not YAML ({type(error).__name__})") from error
    return root


def _at(path: Path, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"
