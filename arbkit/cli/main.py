"""The command line: options of every command, and the way from arguments to an exit code."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from arbkit.cli import act, acting, read
from arbkit.cli.apps import app
from arbkit.cli.boundary import failed, guarded
from arbkit.cli.options import SWITCHES, VALUED, Options, hoisted
from arbkit.errors import nearest

__all__ = ["act", "acting", "app", "read", "run"]


def _version(wanted: bool) -> None:
    if wanted:
        from arbkit.cli.version import version_text

        typer.echo(version_text())
        raise typer.Exit


def _path(text: str) -> Path:
    """An empty path is that of a variable which is not set, and would mean the present directory."""
    if not text:
        raise typer.BadParameter("it is empty; name a path, or leave the option out")
    return Path(text)


@app.callback()
def options(
    ctx: typer.Context,
    *,
    config: Annotated[
        Path | None, typer.Option(help="File of settings, instead of ./config.yaml.", metavar="FILE", parser=_path)
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One setting, for this command.", metavar="KEY=VALUE")
    ] = None,
    home: Annotated[
        Path | None, typer.Option(help="State directory (ARBKIT_HOME).", metavar="DIR", parser=_path)
    ] = None,
    sim: Annotated[bool, typer.Option("--sim", help="Use simulated venues: no account, no real money.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")] = False,
    fields: Annotated[str, typer.Option(help="Only these keys, in this order.", metavar="A,B")] = "",
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours (also: NO_COLOR=1).")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but data and errors.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Find, vet and execute arbitrage between Polymarket and Kalshi, with strict limits."""
    del version
    ctx.obj = Options(
        json=json,
        sim=sim,
        home=home,
        config=config,
        settings=tuple(set_ or ()),
        fields=tuple(name for part in fields.split(",") if (name := part.strip())),
        color=not no_color,
        quiet=quiet,
        verbose=verbose,
        again=run,
        names=tuple(sorted(getattr(ctx.command, "commands", ()))),
        words_after=words_after,
    )


def words_after(said: Sequence[str]) -> list[str]:
    """What may follow these words: the commands of a group, or the options of a command."""
    command = _parser()
    for word in said:
        command = getattr(command, "commands", {}).get(word, command)
    if commands := getattr(command, "commands", {}):
        return sorted(commands)
    own = {name for option in command.params for name in option.opts if name.startswith("--")}
    return sorted({*own, "--help", *(name for name in {*SWITCHES, *VALUED} if name.startswith("--"))} - {*said})


_ORDER = ("run", "scan", "match", "trade", "report", "positions", "opportunities", "status", "health", "doctor", "init")
"""The commands that help shows first: what a newcomer needs; the others follow as they were declared."""
app.registered_commands.sort(key=lambda command: _ORDER.index(command.name) if command.name in _ORDER else len(_ORDER))


_parser = cache(lambda: typer.main.get_command(app))
"""All commands, read from their functions: once, for the shell and whoever else runs many."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing is raised."""
    json = "--json" in arguments
    return guarded(lambda: _invoke(hoisted(arguments or ["--help"]), json=json), arguments=arguments, json=json)


def _invoke(arguments: list[str], *, json: bool) -> int:
    command = _parser()
    try:
        with command.make_context("arbkit", arguments) as ctx:
            command.invoke(ctx)
    except typer.Exit as end:
        return end.exit_code
    except TyperException as error:
        asked = getattr(error, "ctx", None)
        path = asked.command_path if asked else " ".join(["arbkit", *_named(command, arguments)])
        return failed("UsageError", f"{_explained(error)} (see `{path} --help`)", 2, json=json)
    return 0


def _named(command: object, arguments: Sequence[str]) -> Iterator[str]:
    """The words that name a command: the parser does not always say whose option it could not read."""
    for word in arguments:
        below = getattr(command, "commands", {})
        if word in below:
            command = below[word]
            yield word


def _explained(error: TyperException) -> str:
    """What the parser says, in the words of all other errors."""
    text = error.format_message().replace("Value error, ", "").rstrip(".?")
    option = getattr(error, "option_name", "")
    if text.startswith("No such option") and (near := nearest(option, [*SWITCHES, *VALUED])):
        return f"No such option: {option}; did you mean {near}?"
    if text.startswith("Missing ") and (meant := getattr(getattr(error, "param", None), "help", None)):
        missing, _, choices = " ".join(text.split()).partition(". Choose from: ")
        return f"{missing}: {meant.rstrip('.')}{f' ({choices})' if choices else ''}"
    text = re.sub(r"Input should be a valid (?:integer|number).*", "write a number, such as 3", text)
    below = sorted(getattr(getattr(getattr(error, "ctx", None), "command", None), "commands", ()))
    if text == "Missing command" or (text.startswith("No such command") and "Did you mean" not in text):
        return f"{text}; there is {', '.join(below)}"
    text = re.sub(r"\. Did you mean (.*)", r"; did you mean \1?", text)
    return re.sub(r" \(Possible options: (.*)\)", r"; did you mean \1?", text)
