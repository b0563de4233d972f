"""A command of the operator as a sink: the alert is its standard input, and a word of its environment the urgency."""

import asyncio
import contextlib
import os
from collections.abc import Sequence
from typing import Final

from arbkit.core.text import clean
from arbkit.ports import Delivered, Delivery, Later

TIMEOUT_S: Final = 10
_SAID_MAX: Final = 200
_PASSED_ON = ("PATH", "HOME", "LANG", "USER", "TZ")
"""All that the command sees of our environment: keys may be in the rest."""


class CommandSink:
    """Runs a program for each alert. Exit code 0 means delivered; anything else is tried again later."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self.name = f"command {words[0]}"

    async def deliver(self, text: str, *, urgent: bool) -> Delivery:
        """Start the program, hand it the text, and wait at most ten seconds for its end."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            child = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=environment | {"ARBKIT_ALERT_URGENT": "1" if urgent else "0"},
                start_new_session=True,
            )
        except OSError as error:
            return Later(f"cannot be started: {error.strerror}", at_least_ms=60_000)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                _, said = await child.communicate(text.encode())
        except TimeoutError:
            return Later(f"took more than {TIMEOUT_S} s and was ended")
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, 9)
                await child.wait()
        if child.returncode:
            return Later(f"ended with {child.returncode}: {clean(said.decode(errors='replace'), _SAID_MAX)}")
        return Delivered()

    async def close(self) -> None:
        """Nothing is kept open."""
