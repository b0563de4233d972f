"""Single keys from the terminal, without Enter; where there is no terminal to ask, lines."""

import os
import re
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Self

UP, DOWN = "up", "down"
OTHER = "other"
"""A key that types no character: no letter of what it sends may count as a key of its own."""
_INTERRUPT, _END = "\x03", "\x04"
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])?")
"""What arrow, page and function keys send: an escape, then letters and digits."""
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")
"""A sequence of which the rest is still on its way."""
_REST_S = 0.3
_NAMED = {"\x1b[A": UP, "\x1bOA": UP, "\x1b[5~": UP, "\x1b[B": DOWN, "\x1bOB": DOWN, "\x1b[6~": DOWN}
_READ_MAX = 1_024


class Keys:
    """Reads keys while it is open; the terminal is given back as it was found."""

    def __enter__(self) -> Self:
        self._descriptor = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._typed = ""
        if self._descriptor is not None:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def forget(self) -> None:
        """Drop what was typed before the question stood on the screen: no key may answer what nobody has seen."""
        self._typed = ""
        if self._descriptor is not None:
            termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def key(self) -> str:
        """The next key: a letter in lower case, UP, DOWN or OTHER; "q" at the end of input. Ctrl-C raises
        KeyboardInterrupt."""
        if self._descriptor is None:
            line = sys.stdin.readline()
            return line.strip()[:1].lower() if line else "q"
        if not self._typed:
            self._typed = self._read(self._descriptor)
        if _BEGUN.match(self._typed):
            self._typed = ""
            return OTHER
        if sequence := _SEQUENCE.match(self._typed):
            self._typed = self._typed[sequence.end() :]
            return _NAMED.get(sequence.group(), OTHER)
        key, self._typed = self._typed[:1], self._typed[1:]
        if key == _INTERRUPT:
            raise KeyboardInterrupt
        return "q" if key in {_END, ""} else key.lower()

    def _read(self, descriptor: int) -> str:
        """What was typed, with the rest of a sequence that a slow line cuts in two."""
        typed = os.read(descriptor, _READ_MAX)
        while _BEGUN.match(typed.decode("utf-8", "replace")) and select.select([descriptor], [], [], _REST_S)[0]:
            typed += os.read(descriptor, _READ_MAX)
        return typed.decode("utf-8", "replace")

    def line(self, length_max: int) -> str:
        """A line of text, shown while it is typed."""
        self._typed = ""
        if self._descriptor is None:
            return sys.stdin.readline(length_max).strip()
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
        try:
            return sys.stdin.readline(length_max).strip()
        finally:
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
