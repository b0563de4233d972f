"""The live screen: what is offered and why it is not taken can be read in full on a terminal of 80 by 24."""

import pytest
from rich.console import Console

from arbkit.app.events import EventKind, LiveEvent
from arbkit.app.live import Live
from arbkit.cli.live_view import LiveScreen
from arbkit.cli.render import Output
from tests.app.scene import Scene
from tests.app.test_live import anyio_backend, running  # noqa: F401 - the fixture: time is virtual
from tests.virtual import until

pytestmark = pytest.mark.anyio


def lines_of(screen: LiveScreen, live: Live, *, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, color_system=None)
    screen._console = console
    with console.capture() as seen:
        console.print(screen._picture(live))
    return seen.get().splitlines()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
async def test_a_reason_is_read_in_full_and_the_picture_fits(scene: Scene, width: int, height: int) -> None:
    screen = LiveScreen(Output())
    why = "the limit of exposure leaves $0.08804 of $100, too little for the least trade"
    async with running(scene) as run:
        scene.halt.append("quiet")
        run.offer()
        await until(lambda: run.live.watching.episodes.open)
        [episode] = run.live.watching.episodes.open.values()
        episode.why_not = why
        for number in range(60):
            screen.tell(LiveEvent(at=scene.clock.now(), event=EventKind.WARNING, text=f"event {number}"))
        lines = lines_of(screen, run.live, width=width, height=height)
        episode.why_not, episode.taken = "", True
        again = lines_of(screen, run.live, width=width, height=height)
        await run.end()
    assert any(why in line for line in lines)
    assert lines[-1].endswith("event 59")
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert any(line.endswith("  taken") for line in again)
