"""A command of arbkit as a process of its own, whose embedded venues are watched: `python tests/watched.py WORDS`.

Whatever the command is, it is carried out as `python -m arbkit` would. Each order that reaches a simulator inside of it
is looked for in the journals of the test, as in the test's own process; what was seen is a line in the file that
`WITNESSED_ORDERS` names.
"""

import json
import os
import sys
from pathlib import Path

NAME = "WITNESSED_ORDERS"
SUFFIX = ".orders"
"""The file stands beside the directory of the test, under its name."""


def main() -> None:
    """Watch, and run the command."""
    sys.path[0] = str(Path(__file__).parents[1])
    told = os.environ.get(NAME)
    if told and {"--sim", "sim"} & set(sys.argv):  # all others have no simulator, and need no oracle loaded
        _watch(Path(told))
    from arbkit.__main__ import main as run  # noqa: PLC0415 - what is patched has to be patched before

    run()


def _watch(told: Path) -> None:
    from arbkit.venues.sim.control import Control, Post  # noqa: PLC0415
    from tests.oracles import witnessed  # noqa: PLC0415

    real, below = Control.seen, told.with_name(told.name.removesuffix(SUFFIX))

    def seen(control: Control, post: Post) -> None:
        line = json.dumps({"keys": post.keys, "wrong": witnessed(below, post.keys, post.at)})
        with told.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        real(control, post)

    Control.seen = seen  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
