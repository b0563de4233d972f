"""Where settings come from: a careful reading of YAML, of the environment and of flags, each into exact text."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from arbkit.config.keys import complaint, env_complaint, env_names, keys
from arbkit.config.values import LIST
from arbkit.errors import BadFile, ConfigError, shown

FILE_BYTES_MAX = 256 * 1024
ALIASES_MAX = 8
DEPTH_MAX = 8
NODES_MAX = 4096

_INTERPOLATION = re.compile(r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-[^}]*)?\}|\$\{", re.ASCII)
_NULLS = frozenset({"~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Given:
    """What a source says of one setting, as text, and where it says so."""

    value: str | list[str]
    origin: str


def nested(given: Mapping[str, Given]) -> dict[str, Any]:  # what a model is made of
    """What is given, by section."""
    found: dict[str, Any] = {}
    for path, one in given.items():
        *sections, name = path.split(".")
        inner = found
        for section in sections:
            inner = inner.setdefault(section, {})
        inner[name] = one.value
    return found


def from_flags(flags: Sequence[str]) -> dict[str, Given]:
    """Read ``--set section.key=value``; raises ConfigError."""
    given = {}
    for flag in flags:
        path, equals, value = flag.partition("=")
        if not equals:
            raise ConfigError(f"--set {path}: write --set section.key=value")
        if wrong := complaint(path):
            raise ConfigError(f"--set: {wrong}")
        given[path] = Given(value, "--set")
    return given


def from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    """Read ``ARBKIT_SECTION__KEY`` and the short names of the specification; raises ConfigError for unknown names, and
    for two names that say different things of one setting."""
    for name in sorted(environ):
        if wrong := env_complaint(name, environ):
            raise ConfigError(f"environment: {wrong}")
    given: dict[str, Given] = {}
    for name, path in env_names().items():
        if name not in environ:
            continue
        if path in given and given[path].value != environ[name]:
            raise ConfigError(f"environment: {given[path].origin} and {name} say different things of {path}; unset one")
        given.setdefault(path, Given(environ[name], name))
    return given


def from_file(path: Path, environ: Mapping[str, str]) -> dict[str, Given]:
    """Read a YAML file of settings with ``${NAME:-default}`` filled in; raises BadFile and ConfigError."""
    given: dict[str, Given] = {}
    for name, value, line in _entries(_root(path), path, ""):
        where = f"{path}:{line}"
        if wrong := complaint(name):
            raise ConfigError(f"{where}: {wrong}")
        if name in given:
            raise ConfigError(f"{where}: {name} is set a second time (first at {given[name].origin})")
        fill = _filler(f"{where}: {name}", environ)
        given[name] = Given([fill(word) for word in value] if isinstance(value, list) else fill(value), where)
    return given


def _root(path: Path) -> yaml.Node | None:
    """Parse the file into nodes: nothing is constructed, every scalar stays text, and sizes are bounded before."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        text = raw.decode("utf-8-sig")
        if len(raw) > FILE_BYTES_MAX:
            raise BadFile(path, f"larger than {FILE_BYTES_MAX // 1024} KiB, that is no file of settings")
        _check_size(path, text)
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.BaseLoader)
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadFile(path, f"is not UTF-8 text (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {type(error).__name__}") from error
    return root


def _check_size(path: Path, text: str) -> None:
    aliases = nodes = depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        nodes += isinstance(event, yaml.NodeEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if aliases > ALIASES_MAX or nodes > NODES_MAX or depth > DEPTH_MAX:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigError(f"{path}:{line}: too many aliases, entries or levels for a file of settings")


def _entries(node: yaml.Node | None, path: Path, prefix: str) -> Iterator[tuple[str, str | list[str], int]]:
    """Walk down to the settings: dotted name, text, line. The table of settings says how deep sections go."""
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        if prefix and _is_empty(node):
            return
        raise ConfigError(f"{path}:{node.start_mark.line + 1}: {prefix.rstrip('.') or 'the file'} must hold key: value")
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ConfigError(f"{path}:{key.start_mark.line + 1}: a name of a setting must be plain text")
        name = f"{prefix}{key.value}"
        if _is_section(name):
            yield from _entries(value, path, f"{name}.")
        else:
            yield name, _value(value, path, name), key.start_mark.line + 1


def _is_section(name: str) -> bool:
    return any(path.startswith(f"{name}.") for path in keys())


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and (not node.value or node.value in _NULLS)


def _value(node: yaml.Node, path: Path, name: str) -> str | list[str]:
    if isinstance(node, yaml.ScalarNode):
        return "" if _is_empty(node) else str(node.value)
    where = f"{path}:{node.start_mark.line + 1}"
    if wrong := complaint(name):
        raise ConfigError(f"{where}: {wrong}")
    words = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if keys()[name].kind != LIST or not all(isinstance(word, yaml.ScalarNode) for word in words):
        raise ConfigError(f"{where}: {name} must be a {LIST if keys()[name].kind == LIST else 'single value'}")
    return [str(word.value) for word in words]


def _filler(where: str, environ: Mapping[str, str]) -> Callable[[str], str]:
    def fill(match: re.Match[str]) -> str:
        if match.group() == "$$":
            return "$"
        name, default = match["name"], match["default"]
        if name is None:
            raise ConfigError(f"{where}: write ${{NAME}}, ${{NAME:-default}}, or $$ for a dollar sign")
        if found := environ.get(name, ""):
            return found
        if default is None:
            raise ConfigError(f"{where}: the environment has no {shown(name)}; set it, or write ${{{name}:-default}}")
        return str(default.removeprefix(":-"))

    return lambda text: _INTERPOLATION.sub(fill, text)
