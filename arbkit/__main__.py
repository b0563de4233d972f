"""Entry point of `arbkit` and `python -m arbkit`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:  # scripts ask often, and need no parser for it
        from arbkit.cli.version import version_text

        sys.stdout.write(f"{version_text()}\n")
        return
    if sys.argv[1:] in (["status", "--json"], ["--json", "status"]):  # and so does every monitor
        from arbkit.cli.polled import status

        sys.exit(status())
    from arbkit.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
