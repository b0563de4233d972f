"""Every secret that the suite makes is a canary: none may turn up in anything that a test leaves behind.

While tests run, each text that is wrapped as a Secret is noted, and everything that commands said and were called with.
When all is over, every file of the run is searched: databases, logs, outputs, reports, metrics, plain and in base64.
"""

import base64
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

NOTED, SAID = "canaries.noted", "canaries.said"
_LENGTH_MIN, _WINDOW = 16, 8
_LOW = np.uint64(2**20 - 1)
_KEEPERS = re.compile(r"\.(pem|key|noted)$|^\.env|(^|/)keys/|(^|/)tests/")
"""Where secrets belong: key files, `.env`, our own note of them, and the tests in a copy of the project."""


def note(directory: Path, secret: str) -> None:
    """Keep a secret to be searched for. A PEM is its longest line: the others are the same for everybody."""
    lines = [line.strip() for line in secret.splitlines() if not line.startswith("-----")]
    text = max(lines, key=len, default="").removeprefix("0x")
    if len(text) >= _LENGTH_MIN and len(set(text)) > 6:
        with (directory / NOTED).open("a") as file:
            file.write(text + "\n")


def heard(directory: Path, *said: str) -> None:
    """Keep what a command said, or was called with."""
    with (directory / SAID).open("a") as file:
        file.writelines(f"{text}\n" for text in said if text)


def found(root: Path) -> list[str]:
    """Every file below `root` that holds a secret; `root` is where all tests of a run have their directories."""
    walked = (Path(place, name) for place, _, names in os.walk(root) for name in names)
    files = [path for path in walked if path.is_file() and not path.is_symlink()]
    noted = {line for path in files if path.name == NOTED for line in path.read_text().splitlines()}
    for path in files:
        if path.parent.name == "keys" and path.stat().st_size < 16_384:
            note(root, path.read_text(errors="replace"))
    own = root / NOTED
    noted |= set(own.read_text().splitlines()) if own.exists() else set()
    wanted = sorted({form.encode() for secret in noted for form in _forms(secret)})
    searched = [path for path in files if not _KEEPERS.search(path.relative_to(root).as_posix())]
    return [f"{path.relative_to(root)}: {secret[:4].decode()}..." for path, secret in _hits(searched, wanted)]


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield base64.b64encode(secret.encode()).decode().rstrip("=")


def _hits(files: Iterable[Path], wanted: list[bytes]) -> Iterator[tuple[Path, bytes]]:
    """Files and what was found in them. A file is read once, in words of eight bytes: wherever a secret stands, one of
    its first eight windows is such a word, for it is long enough for all of them. It has to be fast."""
    windows: dict[int, list[bytes]] = {}
    for secret in wanted:
        for offset in range(_WINDOW):
            window = int.from_bytes(secret[offset : offset + _WINDOW], "little")
            windows.setdefault(window, []).append(secret)
    known = np.array(sorted(windows), dtype=np.uint64)
    likely = np.zeros(_LOW + 1, dtype=bool)
    likely[known & _LOW] = True

    def search(path: Path) -> list[tuple[Path, bytes]]:
        if not path.exists():  # pytest prunes the directories of old runs, and another run may just have begun
            return []
        held = path.read_bytes()
        if len(held) < _LENGTH_MIN or not len(known):
            return []
        suspected = {secret for word in _words_in(held, known, likely) for secret in windows[word]}
        return [(path, secret) for secret in sorted(suspected) if secret in held]

    with ThreadPoolExecutor() as pool:
        yield from chain.from_iterable(pool.map(search, files))


def _words_in(held: bytes, known: Words, likely: Flags) -> list[int]:
    """Which of the known words stand somewhere; `likely` says of their lowest bits whether any has them."""
    words = np.frombuffer(held, dtype="<u8", count=len(held) // _WINDOW)
    few = words[likely[words & _LOW]]
    return [int(word) for word in np.unique(few[np.isin(few, known)])]
