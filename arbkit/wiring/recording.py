"""Recording beside the live loop, and where what the venues themselves say of markets comes from."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from arbkit.core.markets import VenueName
from arbkit.venues.kalshi.originals import originals as kalshi
from arbkit.venues.polymarket.originals import originals as polymarket
from arbkit.wiring.kit import Kit
from arbkit.wiring.recorder import Originals, Recorder


def originals_of(kit: Kit) -> Mapping[VenueName, Originals]:
    """What each venue says of some markets in its own words, asked over the hosts of the kit."""
    hosts = kit.hosts
    return {
        VenueName.KALSHI: partial(kalshi, hosts["kalshi"]),
        VenueName.POLYMARKET: partial(polymarket, hosts["gamma"]),
    }


@contextmanager
def recording_to(kit: Kit, directory: Path | None) -> Iterator[Recorder | None]:
    """A recorder, if a directory is named; it writes until the end of the block. Raises BadFile."""
    if directory is None:
        yield None
        return
    with Recorder(directory, kit.clock) as recorder:
        yield recorder


def beside_the_loop(
    kit: Kit, recorder: Recorder | None, tell: Callable[[str], None]
) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """The task of a recorder, if there is one, for the loop to supervise."""
    if recorder is None:
        return {}
    originals = originals_of(kit)
    return {"recorder": lambda: recorder.run(originals, tell)}
