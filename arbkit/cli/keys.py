"""Single keys from the terminal, without Enter; where there is no terminal to ask, lines."""

import sys
import termios
import tty
from types import TracebackType
from typing import Self

_INTERRUPT, _END = "\x03", "\x04"


class Keys:
    """Reads keys while it is open. What is typed early is kept for the next question; the terminal is given back as it
    was found."""

    def __enter__(self) -> Self:
        self._descriptor = sys.stdin.fileno() if sys.stdin.isatty() else None
        if self._descriptor is not None:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._descriptor is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def key(self) -> str:
        """The next key in lower case; "q" at the end of input. Ctrl-C raises KeyboardInterrupt."""
        if self._descriptor is None:
            line = sys.stdin.readline()
            return line.strip()[:1].lower() if line else "q"
        key = sys.stdin.read(1)
        if key == _INTERRUPT:
            raise KeyboardInterrupt
        return "q" if key in {_END, ""} else key.lower()

    def line(self, length_max: int) -> str:
        """A line of text, shown while it is typed."""
        if self._descriptor is None:
            return sys.stdin.readline(length_max).strip()
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
        try:
            return sys.stdin.readline(length_max).strip()
        finally:
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
