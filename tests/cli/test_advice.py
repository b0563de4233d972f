"""A command that a message names does what the message says when it is pasted."""

from pathlib import Path

import pytest

from arbkit.cli.advice import advised


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("run `arbkit match --review`", "run `arbkit match --review --sim`"),
        ("`arbkit markets sync`, then `arbkit match`", "`arbkit markets sync --sim`, then `arbkit match --sim`"),
        ("`arbkit match --sim` lists them", "`arbkit match --sim` lists them"),
        ("`arbkit sim serve` runs", "`arbkit sim serve` runs"),
        ("arbkit is here", "arbkit is here"),
    ],
)
def test_over_simulated_venues_an_advised_command_says_so(said: str, typed: str) -> None:
    assert advised(said, sim=True) == typed
    assert advised(said, sim=False) == said


@pytest.mark.usefixtures("home")
def test_a_state_directory_that_was_named_is_named_again() -> None:
    said = "`arbkit resume --reason ...`"
    assert advised(said, sim=False, home=Path("my state")) == "`arbkit resume --reason ... --home 'my state'`"
    assert advised("`arbkit scan`", sim=True, home=Path("/s")) == "`arbkit scan --sim --home /s`"
    assert advised("`arbkit scan --home /s`", sim=False, home=Path("/s")) == "`arbkit scan --home /s`"


@pytest.mark.usefixtures("home")
def test_what_is_said_and_what_fails_both_name_the_command_to_be_typed(arbkit) -> None:
    assert "`arbkit markets sync --sim` first" in arbkit("match", "--sim").err
    assert "`arbkit markets list --sim`" in arbkit("markets", "show", "kalshi:NONE", "--sim").err


@pytest.mark.usefixtures("home")
def test_the_ledger_that_was_looked_at_is_named(arbkit) -> None:
    assert arbkit("pause", "--reason", "a look").code == 0
    assert "`arbkit health` says what to look at; `arbkit resume --reason ...`" in arbkit("status").err
    assert "live: ledger" in (seen := arbkit("health").out)
    assert "`arbkit reconcile --live --confirm` does" in seen
