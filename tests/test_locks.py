"""What is installed is what was looked at: every package is pinned with the hashes of its files."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / ".ci" / "lock").glob("*.txt"))


def pinned(lock: Path) -> dict[str, str]:
    """By package, its line of the lock with everything that follows it."""
    parts = re.split(r"\n(?=[a-zA-Z0-9])", "\n" + lock.read_text())
    return {re.split(r"[=\[ ]", part, maxsplit=1)[0].lower(): part for part in parts if re.match(r"[a-zA-Z0-9]", part)}


def test_there_are_locks() -> None:
    assert {lock.stem for lock in LOCKS} >= {"run", "dev", "build"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_is_one_version_with_hashes(lock: Path) -> None:
    packages = pinned(lock)
    assert packages
    for name, text in packages.items():
        assert re.match(r"[A-Za-z0-9._\[\],-]+==[^ ;]+", text), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", text), name


def test_every_direct_dependency_is_in_the_lock_of_what_runs() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[>=\[; ]", text, maxsplit=1)[0].lower() for text in wanted}
    assert names <= set(pinned(ROOT / ".ci" / "lock" / "run.txt"))
