"""`--version`: the version, the commit it was made from if that is known, Python and platform; no paths."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_COMMIT_LENGTH = 12
BUILT_FROM = _PACKAGE / "commit.txt"
"""Written into a wheel that is built from a checkout."""


def version_text() -> str:
    """One line for a report of a fault."""
    from arbkit import __version__  # here, for the build reads this file before there is a package

    python = ".".join(map(str, sys.version_info[:3]))
    system = os.uname()
    commit = commit_of(_PACKAGE.parent) or _read(BUILT_FROM)
    made = f"commit {commit[:_COMMIT_LENGTH]}, " if commit else ""
    return f"arbkit {__version__} ({made}Python {python}, {system.sysname} {system.machine})"


def commit_of(checkout: Path) -> str:
    """The commit that a checkout of ours stands at, "" where there is none. Git itself is not started."""
    if not (checkout / "pyproject.toml").is_file():
        return ""  # an installed package: whatever lies around it is not its checkout
    git = checkout / ".git"
    if link := _read(git).removeprefix("gitdir: "):
        git = checkout / link
    head = _read(git / "HEAD")
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    shared = git / (_read(git / "commondir") or ".")
    return _read(git / name) or _read(shared / name) or _packed(shared / "packed-refs", name)


def _packed(refs: Path, name: str) -> str:
    return next((line.partition(" ")[0] for line in _read(refs).splitlines() if line.endswith(f" {name}")), "")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""
