"""Work that tests give to other processes; it has to be a function of a module."""

import os
import signal
import sys
import time


def squared(number: int) -> int:
    return number * number


def slow_first(number: int) -> int:
    """The first part takes longest, so that its answer is the last to come."""
    time.sleep(0.3 if number == 0 else 0)
    return number


def who(_part: object) -> int:
    """The process that does it, after a while: others get something to do as well."""
    time.sleep(0.05)
    return os.getpid()


def divided(parent: int) -> None:
    """Fails in every process but this one."""
    if os.getpid() != parent:
        _ = 100 // 0
    time.sleep(0.05)


class Stubborn(Exception):
    """An error that cannot be put together again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def stubborn(parent: int) -> None:
    if os.getpid() != parent:
        raise Stubborn(1, 2)
    time.sleep(0.05)


def killed(parent: int) -> None:
    """Ends every process but this one."""
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)


def endless(parent: int) -> None:
    """Never ends in any process but this one."""
    time.sleep(600 if os.getpid() != parent else 0.01)


def talkative(number: int) -> int:
    sys.stdout.write("not an answer")
    sys.stdout.flush()
    return number
