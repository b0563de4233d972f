"""What the program knows, the program writes: the generated parts of README.md, docs/*.md, and config.yaml.

The pages call these functions through cog (`just docs`); pytest refuses pages that are out of date.
"""

import inspect
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

import typer
from typer.testing import CliRunner

from arbkit import errors
from arbkit.cli.main import app
from arbkit.config.keys import PLACES, RETIRED, SHORT_NAMES, Group, table
from arbkit.config.sample import sample
from arbkit.venues.sim.knobs import KNOBS

PROJECT = Path(__file__).parents[1]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
WIDTH = "88"


class Command(Protocol):
    """What is needed of a command of the parser."""

    help: str | None


parser = cache(lambda: typer.main.get_command(app))
"""All commands, read from their functions: once for all pages."""


def commands(command: Command | None = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command and group with its path, in alphabetical order."""
    command = command or parser()
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from commands(child, (*path, name))


def is_group(command: Command) -> bool:
    """Whether other commands hang below it."""
    return bool(getattr(command, "commands", {}))


@cache
def help_text(path: tuple[str, ...]) -> str:
    """What `--help` prints, at a fixed width."""
    with CliRunner().isolation(env={"COLUMNS": WIDTH}) as (said, _, _):
        with suppress(SystemExit):
            parser().main([*path, "--help"], prog_name="arbkit")
        sys.stdout.flush()
        return said.getvalue().decode().rstrip()


def command_table() -> None:
    """README: one line a command."""
    print("| command | what it does |\n|---|---|")
    for path, command in commands():
        if not is_group(command):
            summary = (command.help or "").partition("\n")[0]
            print(f"| `arbkit {' '.join(path)}` | {summary} |")


def help_pages() -> None:
    """docs/cli.md: the help of every command."""
    for path, _ in commands():
        print(f"\n## {' '.join(('arbkit', *path))}\n\n```text\n{help_text(path)}\n```")


def settings_table() -> None:
    """docs/config.md: every setting."""
    for entry in table():
        if isinstance(entry, Group):
            print(f"\n## {entry.path}\n\n{entry.meaning}\n")
            print("| key | default | kind and bounds | meaning |\n|---|---|---|---|")
        else:
            bounds = f"{entry.kind}: {entry.bounds}" if entry.bounds else entry.kind
            default = f"`{entry.default}`" if entry.default else ""
            cells = (f"`{entry.path}`", default, bounds.replace("|", "\\|"), entry.meaning)
            print(f"| {' | '.join(cells)} |")


def variables_table() -> None:
    """docs/config.md: variables of the environment that follow no rule."""
    print("| variable | meaning |\n|---|---|")
    for name, path in SHORT_NAMES.items():
        print(f"| `{name}` | sets `{path}` |")
    for name, meaning in PLACES.items():
        print(f"| `{name}` | {meaning} |")


def retired_table() -> None:
    """docs/config.md: keys of older descriptions."""
    print("| key | instead |\n|---|---|")
    for name, instead in RETIRED.items():
        print(f"| `{name}` | {instead} |")


def errors_table() -> None:
    """docs/errors.md: every error, its exit code and what it means."""
    print("| exit code | error | meaning |\n|--:|---|---|")
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ArbkitError)]
    for kind in sorted(kinds, key=lambda kind: (kind.exit_code, kind.__name__)):
        meaning = " ".join((kind.__doc__ or "").split())
        print(f"| {kind.exit_code} | {kind.__name__} | {meaning} |")


def fault_table() -> None:
    """docs/simulator.md: every fault, what it hits, and what it does."""
    print("| `do` | `on` | fields | what it does |\n|---|---|---|---|")
    for knob in KNOBS:
        fields = [f"**{name}**" for name in sorted(knob.needs)] + sorted(knob.takes - knob.needs)
        print(f"| `{knob.do}` | {' '.join(f'`{target}`' for target in knob.on)} | {' '.join(fields)} | {knob.does} |")
    print("\nFields in bold are needed.")


def contracts() -> None:
    """docs/architecture.md: the names of the import contracts."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for number, contract in enumerate(project["tool"]["importlinter"]["contracts"], start=1):
        print(f"{number}. {contract['name']}")


def packages() -> None:
    """docs/architecture.md: every package, and every module beside them, with its duty."""
    print("| where | what for |\n|---|---|")
    for path in sorted([*(PROJECT / "arbkit").glob("*.py"), *(PROJECT / "arbkit").rglob("__init__.py")]):
        if path.parent != PROJECT / "arbkit" or path.name != "__init__.py":
            where = path.parent if path.name == "__init__.py" else path
            duty = path.read_text().split('"""')[1].partition("\n")[0]
            print(f"| `{where.relative_to(PROJECT)}` | {duty} |")


if __name__ == "__main__":
    from generate_json import write_schemas

    (PROJECT / "config.yaml").write_text(sample())
    write_schemas()
