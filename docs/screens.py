"""The pictures of the README: the tour on a terminal, over a fixed world at a fixed time, as SVG (`just docs`).

What differs from run to run by nature (random ids, measured milliseconds, a directory of the moment) is replaced by
what it looks like, so that the same program makes the same picture.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios
import traceback
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.text import Text

from arbkit.cli.render import Output
from arbkit.cli.tour import tour
from arbkit.config.load import load
from arbkit.venues.sim.crowd import Flow
from arbkit.venues.sim.server import SimServer
from arbkit.venues.sim.simulation import Simulation
from arbkit.venues.sim.world.generator import MARKETS_OF_A_DEMO, generate
from arbkit.wiring import Kit, SystemClock

IMAGES = Path(__file__).parent / "img"
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
SEED, COLUMNS = 7, 104
CUTS = {"match.svg": ("2/6 ", "3/6 "), "scan.svg": ("3/6 ", "4/6 "), "trade.svg": ("4/6 ", "")}
"""Each picture, and the words of the tour from which it goes to which."""


class FixedClock(SystemClock):
    """A clock at a fixed time; only waiting moves it."""

    def __init__(self) -> None:
        self._now = NOW

    def now(self) -> datetime:
        return self._now

    def monotonic_ms(self) -> int:
        return (self._now - NOW) // timedelta(milliseconds=1)

    async def sleep(self, ms: int) -> None:
        self._now += timedelta(milliseconds=ms)
        await super().sleep(0)


def walk(home: Path) -> None:
    """The tour, over venues that live at the same fixed time."""
    clock = FixedClock()
    world = generate(SEED, NOW, markets=MARKETS_OF_A_DEMO)
    with SimServer(Simulation(world, flow=Flow.OFF), clock=clock) as server:
        environ = {"ARBKIT_SIM": server.urls.base}
        configured = load(environ=environ, cwd=home)
        kit = Kit(lambda: configured, home=home, cwd=home, sim=True, environ=environ, clock=clock)
        try:
            tour(kit, Output())
        finally:
            kit.close()


def filmed() -> str:
    """What the tour shows on a terminal."""
    with tempfile.TemporaryDirectory() as directory:
        child, terminal = pty.fork()
        if not child:
            os.environ.update(TERM="xterm-256color", COLORTERM="", LANG="C.UTF-8")
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
            status = 1
            try:
                walk(Path(directory))
                sys.stdout.flush()
                status = 0
            except Exception:  # noqa: BLE001 - the parent says it, and stops
                traceback.print_exc()
            finally:
                os._exit(status)
        shown = b""
        while chunk := _read(terminal):
            shown += chunk
        _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"the tour failed:\n{shown.decode()}")
    return settled(shown.decode().replace("\r\n", "\n"), directory)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def settled(text: str, directory: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|[^\n]*\r(?!\n)", "", text)
    number = count(1)
    ids: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        if match.group() not in ids:
            ids[match.group()] = f"{match[1]}-{next(number):012x}"
        return ids[match.group()]

    text = re.sub(r"\b(\d+)-[0-9a-f]{12}\b", named, text)
    text = text.replace(directory, "~/.local/state/arbkit")
    return re.sub(r"\b\d+ ms\b", "900 ms", text)


def picture(name: str, text: str) -> None:
    """Write a part of the tour as SVG."""
    begin, end = CUTS[name]
    start = text.index(begin)
    part = text[start : text.index(end) if end else len(text)].rstrip()
    console = Console(record=True, width=COLUMNS, file=StringIO(), color_system="standard", force_terminal=True)
    console.print(Text.from_ansi(f"$ arbkit run --sim\n...\n{part}"))
    IMAGES.mkdir(exist_ok=True)
    svg = console.export_svg(title="arbkit run --sim", unique_id=f"arbkit-{name.partition('.')[0]}")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # nothing is fetched to show a picture
    (IMAGES / name).write_text("".join(f"{line.rstrip()}\n" for line in svg.splitlines()))


if __name__ == "__main__":
    whole = filmed()
    for name in CUTS:
        picture(name, whole)
