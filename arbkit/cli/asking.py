"""Questions to a person: each has a default, and is asked again until its answer can be used.

Questions stand on stderr. Nothing that is typed as a secret is shown, kept in a history, or put into a message.
"""

import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from arbkit.cli.render import Output
from arbkit.errors import ArbkitError, UsageError

_LINE_MAX = 1_000
_PEM_LINES_MAX = 100

Check = Callable[[str], object]
"""Raises an ArbkitError that says what is wrong with an answer."""


def anything(_: str) -> None:
    """Every answer will do."""


class Asker(Protocol):
    """Whom to ask."""

    def ask(self, question: str, *, default: str = "", check: Check = anything) -> str:
        """A line of text."""

    def agree(self, question: str, *, default: bool) -> bool:
        """Yes or no."""

    def hidden(self, question: str, *, check: Check = anything) -> str:
        """A secret; lines of a PEM belong together. Empty if there is none."""


class Silent:
    """Nobody is there: every answer is the default."""

    def ask(self, question: str, *, default: str = "", check: Check = anything) -> str:
        """The default, which must be usable."""
        del question
        if default:
            check(default)
        return default

    def agree(self, question: str, *, default: bool) -> bool:
        """The default."""
        del question
        return default

    def hidden(self, question: str, *, check: Check = anything) -> str:
        """Nothing."""
        del question, check
        return ""


class Person:
    """Somebody at the terminal. Raises UsageError where there is none, or when the input ends."""

    def __init__(self, output: Output) -> None:
        if not sys.stdin.isatty():
            raise UsageError("there is nobody to ask; say --non-interactive, and give the answers as options")
        self._output = output

    def ask(self, question: str, *, default: str = "", check: Check = anything) -> str:
        """Ask until the answer can be used."""
        while True:
            answer = self._line(f"{question} [{default or 'none'}]: ") or default
            if not answer or self._usable(answer, check):
                return answer

    def agree(self, question: str, *, default: bool) -> bool:
        """Ask until it is yes or no."""
        while True:
            answer = self._line(f"{question} [{'Y/n' if default else 'y/N'}]: ").lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return default if not answer else answer.startswith("y")
            self._output.say("type y or n")

    def hidden(self, question: str, *, check: Check = anything) -> str:
        """Ask without an echo until the answer can be used or is empty."""
        while True:
            answer = self._secret(f"{question} (not shown; Enter for none): ")
            if not answer or self._usable(answer, check):
                return answer

    def _line(self, prompt: str) -> str:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = sys.stdin.readline(_LINE_MAX)
        if not line:
            sys.stderr.write("\n")
            raise UsageError("the input ended; nothing was written")
        return line.strip()

    def _secret(self, prompt: str) -> str:
        """A line, or the lines of a PEM; the terminal is silent until the last of them, for they are often pasted."""
        with _silence(sys.stdin.fileno()):
            lines = [self._line(prompt)]
            while lines[0].startswith("-----BEGIN") and "-----END" not in lines[-1] and len(lines) < _PEM_LINES_MAX:
                lines.append(self._line(""))
            sys.stderr.write("\n")
        return "\n".join(lines)

    def _usable(self, answer: str, check: Check) -> bool:
        try:
            check(answer)
        except ArbkitError as error:
            self._output.say(f"  {error}")
            return False
        return True


@contextmanager
def _silence(terminal: int) -> Iterator[None]:
    """Nothing that is typed is shown; what is typed early is kept. The terminal is given back as it was found."""
    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
