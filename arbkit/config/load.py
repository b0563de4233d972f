"""Which source wins: flags, ARBKIT_* variables, --config or ./config.yaml, the user's file, defaults."""

import hashlib
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from arbkit.config.keys import Key, keys
from arbkit.config.settings import Settings
from arbkit.config.sources import Given, from_environment, from_file, from_flags, nested
from arbkit.config.values import written
from arbkit.errors import BadFile, ConfigError

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings in force, the files that were read, and where each value came from."""

    settings: Settings
    files: tuple[Path, ...]
    origins: Mapping[str, str]

    def value(self, path: str) -> object:
        """The value of a setting by its dotted name; secrets stay wrapped."""
        found: object = self.settings
        for name in path.split("."):
            found = getattr(found, name)
        return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `config show`."""

    key: Key
    value: object
    """A number keeps its kind; a secret is its fingerprint."""
    origin: str


def user_file(environ: Mapping[str, str]) -> Path:
    """Where the settings of this user are, wherever a command is run."""
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "arbkit" / "config.yaml"


def config_files(*, config: Path | None, environ: Mapping[str, str], cwd: Path) -> tuple[Path, ...]:
    """The files of settings that are read, the one that wins first. A file that was asked for must be there."""
    user = user_file(environ)
    asked = config or (Path(environ["ARBKIT_CONFIG"]) if environ.get("ARBKIT_CONFIG") else None)
    if asked and (not asked.exists() or asked.is_dir()):  # a pipe is read like a file
        raise BadFile(asked, "there is no such file of settings; `arbkit config sample` writes one")
    found = [path for path in (cwd / "config.yaml", user) if path.is_file()]
    return tuple(dict.fromkeys([cwd / asked, *(path for path in found if path == user)] if asked else found))


def load(*, flags: Sequence[str] = (), environ: Mapping[str, str], config: Path | None = None, cwd: Path) -> Configured:
    """Read all sources; raises ConfigError and BadFile, with the place to mend."""
    files = config_files(config=config, environ=environ, cwd=cwd)
    return _configured(
        [from_flags(flags), from_environment(environ), *(from_file(path, environ) for path in files)], files
    )


def check_flags(flags: Sequence[str]) -> None:
    """Whether settings of the form of flags can stand beside the defaults; raises ConfigError."""
    _configured([from_flags(flags)], ())


def _configured(given: Sequence[Mapping[str, Given]], files: tuple[Path, ...]) -> Configured:
    origins = dict.fromkeys(keys(), DEFAULT)
    for layer in reversed(given):
        origins |= {path: found.origin for path, found in layer.items()}
    try:
        settings = _merged(given)
    except ValidationError as error:
        raise ConfigError(_explained(error, origins)) from None
    return Configured(settings, files, origins)


def entries(configured: Configured) -> list[Entry]:
    """Every setting with its value and origin, secrets as fingerprints."""
    return [Entry(key, _open_value(configured.value(path)), configured.origins[path]) for path, key in keys().items()]


def fingerprint(secret: SecretStr) -> str:
    """Name a secret without telling it: eight hex digits of its hash, and its length."""
    text = secret.get_secret_value()
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:8]} ({len(text)} characters)"


def _open_value(value: object) -> object:
    match value:
        case SecretStr():
            return fingerprint(value)
        case Path() | None:
            return written(value)
        case tuple():
            return list(value)
        case _:
            return value


class _Layered(Settings):
    """Settings of our own layers alone: nothing else is read behind our back."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def _merged(given: Sequence[Mapping[str, Given]]) -> Settings:
    """The first layer that speaks of a setting wins."""
    return _Layered(**nested(ChainMap(*map(dict, given))))


def _explained(error: ValidationError, origins: Mapping[str, str]) -> str:
    """Turn the first complaint into a line with its place; inputs are shown only where a number was expected."""
    first, *others = error.errors(include_url=False, include_input=False)
    path = ".".join(map(str, first["loc"]))
    more = f" (and {len(others)} more)" if others else ""
    if path not in keys():
        return f"{_reason(first)}{more}"
    place = "" if origins[path] == DEFAULT else f"{origins[path]}: "
    if first["type"].startswith(("greater_than", "less_than", "literal")):
        return f"{place}{path} must be {keys()[path].bounds}{more}"
    return f"{place}{path} {_reason(first)}{more}"


def _reason(detail: ErrorDetails) -> str:
    return detail["msg"].removeprefix("Value error, ")
