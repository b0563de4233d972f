"""`shell`: the specification's `arb>` prompt over the same commands, with history and completion."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from arbkit.cli.render import Output
from arbkit.errors import nearest
from arbkit.store.files import own_directory, own_file
from arbkit.wiring import Kit

PROMPT = "arb> "
_ENDS = {"exit", "quit", "q"}
_HISTORY_MAX = 1_000
WordsAfter = Callable[[Sequence[str]], Sequence[str]]
"""What may follow these words: the names of commands, or the options of one."""
SHORT: Mapping[str, tuple[str, ...]] = {
    "config": ("config", "show"),
    "dry-run": ("mode", "dry-run"),
    "live": ("mode", "live"),
}
"""What the specification's prompt calls otherwise (section 3.14)."""


def shell(
    kit: Kit,
    output: Output,
    *,
    again: Callable[[Sequence[str]], int],
    before: Sequence[str],
    names: Sequence[str],
    words_after: WordsAfter,
) -> None:
    """Read commands until the end of the input; each is run like one of its own, with the options of this one."""
    on_terminal = sys.stdin.isatty()
    with _editing(kit.home, words_after) if on_terminal else contextlib.nullcontext():
        while (line := _read(on_terminal)) is not None:
            words = _words(line, output)
            if not words:
                continue
            if words[0] in _ENDS:
                return
            if words[0] in {"help", "?"}:
                output.say(f"Available commands: {', '.join(names)}; help, exit. NAME --help says more.")
                continue
            if words[0] not in {*names, *SHORT} and not words[0].startswith("-"):
                near = nearest(words[0], names)
                output.say(f"Unknown command: {words[0]}{_meant_or_all(near, names)}")
                continue
            again([*before, *_meant(words)])


def _meant_or_all(near: str, names: Sequence[str]) -> str:
    return f"; did you mean {near}? `help` lists all" if near else f". Available commands: {', '.join(names)}"


def _meant(words: Sequence[str]) -> list[str]:
    bare_config = words[0] == "config" and len(words) > 1 and not words[1].startswith("-")
    return list(words) if bare_config else [*SHORT.get(words[0], (words[0],)), *words[1:]]


def _read(on_terminal: bool) -> str | None:
    if not on_terminal:
        return sys.stdin.readline() or None
    try:
        return input(PROMPT)
    except EOFError:
        sys.stdout.write("\n")
        return None
    except KeyboardInterrupt:
        sys.stdout.write("\n")
        return ""


def completed(before: str, text: str, words_after: WordsAfter, n: int) -> str | None:
    """The n-th word that begins with `text` and may stand after `before`; None when there is none."""
    said = [word for word in before.split() if word != "arbkit"]
    found = [word for word in words_after(said) if word.startswith(text)]
    return f"{found[n]} " if n < len(found) else None


def _words(line: str, output: Output) -> list[str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        output.say(f"{error}: quote with '...' or \"...\"")
        return []
    return words[1:] if words[:1] == ["arbkit"] else words


@contextlib.contextmanager
def _editing(home: Path, words_after: WordsAfter) -> Iterator[None]:
    """History in the state directory, and completion of commands, of their parts and of their options."""
    try:
        import readline
    except ImportError:  # not every Python has it
        yield
        return
    own_directory(home)
    kept = home / "history"
    own_file(kept)
    with contextlib.suppress(OSError):
        readline.read_history_file(kept)
    readline.set_history_length(_HISTORY_MAX)
    readline.set_completer_delims(" \t")
    readline.set_completer(
        lambda text, n: completed(readline.get_line_buffer()[: readline.get_begidx()], text, words_after, n)
    )
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.write_history_file(kept)
