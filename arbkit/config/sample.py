"""Write the sample file of settings: every key, its default, and a comment."""

import json
import re
from collections.abc import Iterator, Mapping

from arbkit.config.keys import Group, Key, table

_HEAD = """\
# Settings of arbkit. Every key is shown with its default; remove what you do not change.
#
# Which source wins: --set on the command line, then ARBKIT_SECTION__KEY variables, then this file (--config, or
# ./config.yaml), then ~/.config/arbkit/config.yaml, then the defaults. `arbkit config show --origin` tells.
# ${NAME:-default} is filled in from the environment. Unknown keys are refused. Secrets are never written here:
# keys lie in files of mode 0600, which are named here (or in TELEGRAM_BOT_TOKEN and LLM_API_KEY).
"""
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/._-]*|[0-9]+(\.[0-9]+)?", re.ASCII)
"""What YAML reads as one word, whatever the word is; all else is quoted."""
_WIDTH = 118
_COLUMN = 44


def sample(values: Mapping[str, str] | None = None) -> str:
    """Render the file; loading it yields exactly the defaults, and `values` where they say otherwise."""
    return _HEAD + "".join(_lines(values or {}))


def _lines(values: Mapping[str, str]) -> Iterator[str]:
    for entry in table():
        depth = entry.path.count(".")
        indent = "  " * depth
        name = entry.path.rpartition(".")[2]
        if isinstance(entry, Group):
            yield "" if depth else "\n"
            yield f"{indent}# {entry.meaning}\n{indent}{name}:\n"
        elif not entry.secret:
            given = values.get(entry.path)
            yield from _setting(entry, indent, f"{name}: {entry.yaml if given is None else _quoted(given)}")


def _quoted(value: str) -> str:
    """A dollar sign stands for itself: interpolation must not touch what a person typed."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value.replace("$", "$$"), ensure_ascii=False)


def _setting(key: Key, indent: str, setting: str) -> Iterator[str]:
    line = f"{indent}{setting}"
    comment = f"# {key.meaning}{f' [{key.bounds}]' if key.bounds else ''}"
    beside = f"{line:<{_COLUMN}} {comment}"
    if len(line) <= _COLUMN and len(beside) <= _WIDTH:
        yield f"{beside}\n"
    else:
        yield f"{indent}{comment}\n{line}\n"
