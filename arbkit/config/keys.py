"""The table of settings: every name that exists, how it is written in the environment, and what replaced old names."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from arbkit.config.settings import Settings
from arbkit.config.values import Kind, written

PREFIX = "ARBKIT_"
PLACES = {
    "ARBKIT_HOME": "state directory: database, logs, reports",
    "ARBKIT_CONFIG": "file of settings, instead of ./config.yaml",
    "ARBKIT_SIM": "address of running simulated venues, http://127.0.0.1:<port>",
}
"""Variables that are no settings."""

SHORT_NAMES = {
    "TRADING_MODE": "operating_mode.mode",
    "TELEGRAM_ENABLED": "telegram.enabled",
    "TELEGRAM_BOT_TOKEN": "telegram.bot_token",
    "TELEGRAM_CHAT_ID": "telegram.chat_id",
    "LLM_API_KEY": "llm.api_key",
}
"""Variables named by the specification (sections 3.9 and 3.15), and the one of the language model."""

_KEY_FILE = "secrets do not belong in settings; put it into a file of mode 0600 and name that file in"
_API_KEY = "make an API key there, then set kalshi.key_id and kalshi.key_file"
_ONE_FILE = "state is kept in one SQLite file in the state directory (ARBKIT_HOME); remove it"
RETIRED = {
    "kalshi.email": f"Kalshi has no login by e-mail; {_API_KEY}",
    "kalshi.password": f"Kalshi has no login by password; {_API_KEY}",
    "polymarket.api_key": "the API credentials are derived from the key in polymarket.key_file; remove it",
    "polymarket.private_key": f"{_KEY_FILE} polymarket.key_file",
    "polymarket.rpc_url": "arbkit does not speak to a Polygon node; remove it",
    "llm.api_key": f"{_KEY_FILE} llm.key_file, or export LLM_API_KEY",
    "telegram.bot_token": f"{_KEY_FILE} telegram.bot_token_file, or export TELEGRAM_BOT_TOKEN",
    "state": _ONE_FILE,
    "database": _ONE_FILE,
}
"""Names of the specification that a file may not, or need not, set any more; a section stands for all it holds."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting, described."""

    path: str
    kind: str
    default: str
    bounds: str
    meaning: str
    yaml: str
    """What the sample file holds: the default, or an interpolation that yields it."""
    secret: bool

    @property
    def env(self) -> str:
        """The variable that sets it."""
        if self.secret:
            return next(name for name, path in SHORT_NAMES.items() if path == self.path)
        return PREFIX + self.path.replace(".", "__").upper()


@dataclass(frozen=True, slots=True)
class Group:
    """A section and what it is about."""

    path: str
    meaning: str


@cache
def keys() -> dict[str, Key]:
    """Every setting by its dotted name, in the order of the sample file."""
    return {entry.path: entry for entry in table() if isinstance(entry, Key)}


@cache
def env_names() -> dict[str, str]:
    """Every variable that sets something, and the dotted name of what it sets."""
    return {key.env: key.path for key in keys().values()} | SHORT_NAMES


def table() -> Iterator[Key | Group]:
    """Walk all sections and settings in order."""
    yield from _walk(Settings, "")


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Key | Group]:
    for name, found in model.model_fields.items():
        path = f"{prefix}{name}"
        if isinstance(found.annotation, type) and issubclass(found.annotation, BaseModel):
            yield Group(path, found.annotation.__doc__ or "")
            yield from _walk(found.annotation, f"{path}.")
        else:
            yield _key(path, found)


def _key(path: str, found: FieldInfo) -> Key:
    extra = found.json_schema_extra
    default = written(found.default)
    kind = next((part.name for part in found.metadata if isinstance(part, Kind)), "word")
    return Key(
        path=path,
        kind=kind,
        default=default,
        bounds=_bounds(found),
        meaning=found.description or "",
        yaml=str(extra["yaml"]) if isinstance(extra, dict) and "yaml" in extra else default or '""',
        secret=kind == "secret",
    )


def _bounds(found: FieldInfo) -> str:
    """What a value may be: "0 to 24", "above 0 to 100", "pause | unwind"."""
    if get_origin(found.annotation) is Literal:
        return " | ".join(get_args(found.annotation))
    low = next((str(part.ge) for part in found.metadata if isinstance(part, Ge)), "")
    above = next((f"above {part.gt}" for part in found.metadata if isinstance(part, Gt)), "")
    high = next((str(part.le) for part in found.metadata if isinstance(part, Le)), "")
    return " to ".join(filter(None, (low or above, high or ("any" if low or above else ""))))


def complaint(path: str) -> str | None:
    """Say what is wrong with the name of a setting that a file or a flag gives, or nothing."""
    section = path.partition(".")[0]
    if replaced := RETIRED.get(path) or RETIRED.get(section):
        return f"{path} is no longer a setting: {replaced}"
    if path in keys():
        return None
    sections = dict.fromkeys(known.partition(".")[0] for known in keys())
    return f"{path} is no setting{_suggestion(path, keys() if '.' in path else [*sections, *keys()])}"


def env_complaint(name: str, present: Iterable[str]) -> str | None:
    """Say what is wrong with the name of a variable, or nothing. Names of other programs are none of our business,
    unless they are one slip away from a name of ours that is not set."""
    known = env_names().keys() | PLACES.keys()
    if name in known:
        return None
    if name.upper().startswith(PREFIX):
        old = complaint(name.upper().removeprefix(PREFIX).replace("__", ".").lower())
        if old and "no longer" in old:
            return f"{name}: {old}"
        return f"{name} is no variable of arbkit{_suggestion(name, known)}"
    taken = set(present)
    meant = next((ours for ours in known if ours not in taken and one_slip_apart(name, ours)), None)
    return f"{name} looks like a misspelt {meant}; rename it, or set {meant} as well" if meant else None


def one_slip_apart(one: str, other: str) -> bool:
    """Whether a single letter left out, put in, changed, or swapped with its neighbour makes one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = _alike(one, other)
    one, other = one[start:][::-1], other[start:][::-1]
    end = _alike(one, other)
    one, other = one[end:], other[end:]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def _alike(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _suggestion(name: str, known: Iterable[str]) -> str:
    """Suggest a near name: of the whole, or of the same last part in another section."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    last = name.rpartition(".")[2]
    near = near or [path for path in names if path.rpartition(".")[2] == last][:1]
    return f"; did you mean {near[0]}?" if near else "; see `arbkit config show` for all of them"
