"""The state directory is ours alone."""

import os
import stat
from pathlib import Path

import pytest

from arbkit.errors import StoreError
from arbkit.store.files import own_directory
from arbkit.store.store import Store
from tests.builders import a_store


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_directory_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = Store(tmp_path / "a" / "b" / "arbkit.db")
        assert {mode(path) for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}
        assert {path.name: mode(path) for path in store.path.parent.iterdir()} == {
            "arbkit.db": 0o600,
            "arbkit.db-wal": 0o600,
            "arbkit.db-shm": 0o600,
        }
    finally:
        os.umask(old)
        store.close()


def test_an_empty_directory_is_tightened(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    own_directory(tmp_path / "state")
    assert mode(tmp_path / "state") == 0o700


def test_a_directory_with_content_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    (tmp_path / "state" / "letter.txt").touch()
    with pytest.raises(StoreError, match="chmod 700"):
        own_directory(tmp_path / "state")
    assert mode(tmp_path / "state") == 0o755


def test_a_link_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="links are not followed"):
        own_directory(tmp_path / "state")


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StoreError):
        Store(tmp_path / "state" / "arbkit.db")


@pytest.mark.parametrize("name", ["arbkit.db", "arbkit.db-wal", "arbkit.db-journal"])
@pytest.mark.parametrize("kind", ["symlink", "hardlink", "directory"])
def test_a_link_or_a_directory_in_place_of_a_file_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    state, target = tmp_path / "state", tmp_path / "target"
    state.mkdir(mode=0o700)
    target.touch(mode=0o600)
    if name != "arbkit.db":
        (state / "arbkit.db").touch(mode=0o600)
    if kind == "directory":
        (state / name).mkdir()
    elif kind == "hardlink":
        (state / name).hardlink_to(target)
    else:
        (state / name).symlink_to(target)
    with pytest.raises(StoreError, match="link or no plain file"):
        Store(state / "arbkit.db")
    assert not target.read_bytes()


def test_a_database_that_others_can_read_is_refused(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.close()
    store.path.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        Store(store.path)


def test_a_directory_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_directory(tmp_path / "state")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(StoreError, match="another user"):
        own_directory(tmp_path / "state")
