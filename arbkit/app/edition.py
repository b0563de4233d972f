"""What facts and verdicts are made by, as a name: another version of matching, or other aliases, is another name."""

import sys
import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import rapidfuzz

from arbkit import __version__


def edition(aliases: Mapping[str, str]) -> bytes:
    """A name for everything that is not in a market: the sources of the core with all tables of names and thresholds,
    what they run on, and a user's aliases."""
    return sha256(f"{_ENGINE} {sorted(aliases.items())!r}".encode()).digest()


def engine(core: Traversable) -> str:
    """A name for a core as it is installed. The core imports nothing else of arbkit, and it reads no clock and no
    settings, so that nothing but its sources and what they run on makes a difference."""
    runs_on = (__version__, sys.version, unicodedata.unidata_version, rapidfuzz.__version__)
    made = sha256(repr(runs_on).encode())
    for path, text in _sources(core, ""):
        made.update(f"{path} {len(text)} ".encode() + text)
    return made.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()


_ENGINE = engine(files("arbkit.core"))
"""Taken before anything is read or judged: what an upgrade puts beneath a program that runs is kept under the name of
the version before, for which nobody asks again."""
