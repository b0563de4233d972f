"""One key from the terminal, without Enter; where there is no terminal to ask, a line."""

import sys
import termios
import tty

_INTERRUPT, _END = "\x03", "\x04"


def read_key() -> str:
    """The next key in lower case; "q" at the end of input. Ctrl-C raises KeyboardInterrupt."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip()[:1].lower() if line else "q"
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        key = sys.stdin.read(1)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    if key == _INTERRUPT:
        raise KeyboardInterrupt
    return "q" if key in {_END, ""} else key.lower()
