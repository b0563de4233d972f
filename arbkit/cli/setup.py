"""`init`: from a few answers to a commented file of settings, key files of mode 0600, and a look at each credential."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from arbkit.cli.asking import Asker, Person, Silent
from arbkit.cli.health import show_checks
from arbkit.cli.options import Options
from arbkit.cli.render import Output
from arbkit.cli.setup_questions import Questions, Setup
from arbkit.config.load import Configured, load, user_file
from arbkit.config.sample import sample
from arbkit.errors import RefusedError
from arbkit.store.files import new_file, own_directory, set_aside
from arbkit.wiring import home_directory
from arbkit.wiring.doctor import credentials, examine


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupChoices:
    """What was asked of `init`. `answers` are values by the names of settings; "" is still to be asked."""

    answers: Mapping[str, str]
    out: Path | None = None
    non_interactive: bool = False
    replace: bool = False


def setup(options: Options, choices: SetupChoices) -> bool:
    """Ask, write, look at each credential, and let the doctor speak; whether every credential was accepted.

    Nothing is written before the last question is answered. Raises RefusedError, UsageError, ConfigError, AuthError.
    """
    output = options.output
    asker: Asker = Silent() if choices.non_interactive else Person(output)
    target = (choices.out or user_file(os.environ)).expanduser().absolute()
    if target.exists() and not (
        choices.replace or asker.agree(f"{target} exists; replace it? The old one is kept beside it", default=False)
    ):
        raise RefusedError(f"{target} exists and was left as it is; --replace replaces it, --out names another")
    asked = "" if choices.non_interactive else "Every question has a safe default, in brackets. "
    output.say(f"{asked}Without keys arbkit reads, scans and makes dry runs.")
    keys = home_directory(options.home, environ=os.environ) / "keys"
    said = dict(setting.partition("=")[::2] for setting in options.settings)
    made = Questions(asker, said | {path: value for path, value in choices.answers.items() if value}, keys).all()
    _show(output, made, target)
    if not asker.agree("Write this?", default=True):
        raise RefusedError("nothing was written")
    _write(output, made, target)
    return _look(options, made, target)


def _show(output: Output, made: Setup, target: Path) -> None:
    output.say(f"To be written to {target}:")
    for path, value in made.values.items():
        output.say(f"  {path}: {value}")
    for file in made.secrets:
        output.say(f"and the secret that was typed, readable by you alone, to {file}")


def _write(output: Output, made: Setup, target: Path) -> None:
    """Secrets first: settings never name a file that is not there. What was there before is kept beside it."""
    for file, secret in made.secrets.items():
        own_directory(file.parent)
        set_aside(file)
        new_file(file, f"{secret.reveal()}\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    if kept := set_aside(target):
        output.say(f"the old settings are in {kept}")
    new_file(target, sample(made.values))
    output.say(f"written: {target}")


def _look(options: Options, made: Setup, target: Path) -> bool:
    """Whether each credential is accepted, by reading alone; then everything that live trading needs."""
    _tell_what_wins(options.output, made, target, load(environ=os.environ, cwd=Path.cwd()))
    with replace(options, config=target).opened() as kit:
        accepted = show_checks(options.output, credentials(kit))
        options.output.say("And all that live trading needs (`arbkit doctor`; nothing is ordered):")
        show_checks(options.output, examine(kit))
    options.output.say("Next: `arbkit markets sync`, `arbkit match`, `arbkit scan`, `arbkit run` (a dry run)")
    return accepted


def _tell_what_wins(output: Output, made: Setup, target: Path, plain: Configured) -> None:
    """A file of settings in this directory, or a variable, may overrule what was just written: say so."""
    if target not in plain.files:
        output.say(f"not read by itself: say --config {target}, or export ARBKIT_CONFIG={target}")
    elif over := [path for path in made.values if not plain.origins[path].startswith(f"{target}:")]:
        first = plain.origins[over[0]].rpartition(":")[0] or plain.origins[over[0]]
        output.say(f"here {first} overrules {len(over)} of these settings; say --config {target}, or move it away")
