"""Write the sample file of settings: every key, its default, and a comment."""

from collections.abc import Iterator

from arbkit.config.keys import Group, Key, table

_HEAD = """\
# Settings of arbkit. Every key is shown with its default; remove what you do not change.
#
# Which source wins: --set on the command line, then ARBKIT_SECTION__KEY variables, then this file (--config, or
# ./config.yaml), then ~/.config/arbkit/config.yaml, then the defaults. `arbkit config show --origin` tells.
# ${NAME:-default} is filled in from the environment. Unknown keys are refused. Secrets are never written here:
# keys lie in files of mode 0600, which are named here (or in TELEGRAM_BOT_TOKEN and LLM_API_KEY).
"""
_WIDTH = 118
_COLUMN = 44


def sample() -> str:
    """Render the file; loading it yields exactly the defaults."""
    return _HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for entry in table():
        depth = entry.path.count(".")
        indent = "  " * depth
        name = entry.path.rpartition(".")[2]
        if isinstance(entry, Group):
            yield "" if depth else "\n"
            yield f"{indent}# {entry.meaning}\n{indent}{name}:\n"
        elif not entry.secret:
            yield from _setting(entry, indent, name)


def _setting(key: Key, indent: str, name: str) -> Iterator[str]:
    line = f"{indent}{name}: {key.yaml}"
    comment = f"# {key.meaning}{f' [{key.bounds}]' if key.bounds else ''}"
    beside = f"{line:<{_COLUMN}} {comment}"
    if len(line) <= _COLUMN and len(beside) <= _WIDTH:
        yield f"{beside}\n"
    else:
        yield f"{indent}{comment}\n{line}\n"
