"""The shape of the command line: help, examples, and commands that only parse, call and show."""

import ast
import json
import shlex
from pathlib import Path

import pytest
import typer

from arbkit.cli import act, acting, read
from arbkit.cli.main import app
from arbkit.cli.options import EVERYWHERE, hoisted
from docs.generate import commands, help_text, is_group
from docs.generate_json import SHAPES

GOLDEN = Path(__file__).parent / "golden"
ALL = list(commands())
LEAVES = [(path, command) for path, command in ALL if not is_group(command)]
FUNCTIONS = [
    node
    for module in (act, acting, read)
    for node in ast.parse(Path(str(module.__file__)).read_text()).body
    if isinstance(node, ast.FunctionDef) and node.decorator_list
]


def named(part: object) -> str:
    return " ".join(part) if isinstance(part, tuple) else getattr(part, "name", "")


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=named)
def test_every_command_has_help_and_an_example_that_parses(path: tuple[str, ...], command) -> None:
    summary, _, rest = (command.help or "").partition("\n")
    assert summary.endswith(".")
    example = rest.partition("Example: arbkit ")[2].strip()
    words = shlex.split(example.partition(" |")[0].partition(" >")[0])
    assert tuple(words[: len(path)]) == path
    command.make_context("arbkit", [word for word in words[len(path) :] if word not in {"--json", "--sim"}])


@pytest.mark.parametrize(("path", "_command"), ALL, ids=named)
def test_help_fits_eighty_columns(path: tuple[str, ...], _command) -> None:
    assert not [line for line in help_text(path).splitlines() if len(line) > 80]


@pytest.mark.parametrize(("path", "command"), [(p, c) for p, c in ALL if is_group(c)], ids=named)
def test_a_list_of_commands_says_each_in_full_on_eighty_columns(path: tuple[str, ...], command) -> None:
    room = 80 - len("  ") - max(map(len, command.commands)) - len("  ")
    said = {name: one.get_short_help_str(500) for name, one in command.commands.items()}
    assert not {name: text for name, text in said.items() if len(text) > room}
    assert not [line for line in help_text(path).splitlines()[1:] if line.endswith("...")]


@pytest.mark.parametrize(("path", "_command"), LEAVES, ids=named)
def test_help_names_the_options_of_every_command(path: tuple[str, ...], _command) -> None:
    assert EVERYWHERE in help_text(path)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_a_command_is_parse_call_show(function: ast.FunctionDef) -> None:
    body = function.body[1:]
    assert body[-1].end_lineno - body[0].lineno < 15
    forbidden = ast.For | ast.While | ast.Try | ast.BinOp | ast.AugAssign | ast.comprehension | ast.If
    assert not [type(node).__name__ for part in body for node in ast.walk(part) if isinstance(node, forbidden)]


def test_every_function_with_a_decorator_is_a_command() -> None:
    assert len(FUNCTIONS) == len(LEAVES)


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        ("scan --sim --json", "--sim --json scan"),
        ("scan --json --limit 3 --home /x", "--json --home /x scan --limit 3"),
        ("config show --set risk.profile=strict --origin", "--set risk.profile=strict config show --origin"),
        ("markets list --config=/c --search a", "--config=/c markets list --search a"),
        ("mappings add A B --note -- --json", "mappings add A B --note -- --json"),
        ("-q scan -v", "-q -v scan"),
        ("scan --home", "--home scan"),
    ],
)
def test_options_of_every_command_may_stand_anywhere(typed: str, parsed: str) -> None:
    assert hoisted(typed.split()) == parsed.split()


def test_no_option_of_a_command_is_called_like_one_of_every_command() -> None:
    root = typer.main.get_command(app)
    everywhere = {name for option in root.params for name in option.opts}
    clashes = {
        (path, name)
        for path, command in ALL[1:]
        for option in command.params
        for name in option.opts
        if name in everywhere
    }
    assert not clashes


def test_the_keys_of_json_output_are_a_promise() -> None:
    """A golden file: adding a key means adding it here; renaming or removing one needs a major version."""
    assert {name: [field.key for field in fields] for name, fields in SHAPES.items()} == json.loads(
        (GOLDEN / "keys.json").read_text()
    )
