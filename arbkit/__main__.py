"""Entry point of `arbkit` and `python -m arbkit`."""

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    _hold_standard_streams()
    if sys.argv[1:] == ["--version"]:  # scripts ask often, and need no parser for it
        from arbkit.cli.version import version_text

        sys.stdout.write(f"{version_text()}\n")
        return
    if sys.argv[1:] in (["status", "--json"], ["--json", "status"]):  # and so does every monitor
        from arbkit.cli.polled import status

        sys.exit(status())
    from arbkit.cli.main import run

    sys.exit(run(sys.argv[1:]))


def _hold_standard_streams() -> None:
    """A stream that the caller closed would become a socket or a file of ours, and what is said would go there."""
    closed = [number for number in range(3) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if 2 in closed:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    if 1 in closed:
        sys.stderr.write("arbkit: stdout is closed; give it a file, a pipe or /dev/null\n")
        sys.exit(2)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
