"""Where every failure becomes one line on stderr and an exit code; a bug also leaves a report on disk."""

import os
import platform
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from arbkit.cli.advice import advised
from arbkit.core.redaction import redaction
from arbkit.errors import ArbkitError, shown

BUG = 70
INTERRUPTED = 130


def guarded(call: Callable[[], int], *, arguments: Sequence[str], json: bool) -> int:
    """Run a command; whatever it raises ends as a line on stderr and the exit code of its kind."""
    try:
        code = call()
        sys.stdout.flush()
    except ArbkitError as error:
        message = advised(str(error), sim="--sim" in arguments, home=_asked_home(arguments))
        return failed(type(error).__name__, message, error.exit_code, json=json)
    except KeyboardInterrupt:
        return failed("Interrupted", "interrupted", INTERRUPTED, json=json)
    except BrokenPipeError:
        _abandon_stdout()
        return 0
    except OSError as error:
        _abandon_stdout()
        where = f"{error.filename}: " if error.filename else ""
        return failed("OSError", f"{where}{error.strerror or error}", BUG, json=json)
    except Exception as error:  # noqa: BLE001 - the one place where nothing may escape
        what = f"{type(error).__name__}: {redacted(str(error))}"
        kept = _report(error, arguments)
        return failed("Bug", f"this is a bug of arbkit: {what}; {kept}", BUG, json=json)
    return code


def failed(kind: str, message: str, code: int, *, json: bool) -> int:
    """Say what failed, as a line or as one object, and return the exit code."""
    line = " ".join(message.split())
    if json:
        from arbkit.cli.render import json_text

        line = json_text({"error": kind, "message": line, "exit_code": code})
    else:
        line = _broken(f"arbkit: {line}")
    sys.stderr.write(f"{line}\n")
    return code


def _broken(line: str) -> str:
    """Between words, on a terminal; everywhere else a message stays on one line."""
    if not sys.stderr.isatty():
        return line
    width = max(os.get_terminal_size(sys.stderr.fileno()).columns, 20)
    return textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def redacted(text: str) -> str:
    """Take out what looks like a key or a token, and every value of a variable named like one."""
    return redaction(os.environ, long_hex=True)(text)


def _report(error: Exception, arguments: Sequence[str]) -> str:
    """Keep the traceback, without local variables, in the state directory; say where, or print it if that fails."""
    trace = "".join(traceback.format_exception(error))
    text = redacted(f"arbkit {' '.join(map(shown, arguments))}\nPython {platform.python_version()}\n\n{trace}")
    try:
        from arbkit.wiring import home_directory, write_report

        home = home_directory(_asked_home(arguments), environ=os.environ)
        return f"a report is in {write_report(text, home)}"
    except Exception:  # noqa: BLE001 - a report that cannot be written must not hide what it reports
        sys.stderr.write(text)
        return "no report could be written"


def _asked_home(arguments: Sequence[str]) -> Path | None:
    """The state directory named on the command line, found without a parser: the parser may be what failed."""
    for name, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if name.startswith("--home="):
            return Path(name.removeprefix("--home="))
        if name == "--home" and value:
            return Path(value)
    return None


def _abandon_stdout() -> None:
    """Nobody reads any more: let the interpreter flush into nothing when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
