"""Key material: where it is read from, what is refused, and that it is never seen."""

import copy
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arbkit.errors import AuthError
from arbkit.venues.secrets import KALSHI_KEY, POLYMARKET_KEY, SECRET_BYTES_MAX, Secret, find_secret, read_secret

KEY = "hush-hush-0123456789"


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """A key file as it should be."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    path = folder / "wallet.key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o600)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(AuthError) as caught:
        read_secret(path, "the key")
    assert KEY not in str(caught.value)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_a_file_of_ours_alone_is_read(safe: Path) -> None:
    assert read_secret(safe, "the key").reveal() == KEY


def test_a_file_may_be_read_only(safe: Path) -> None:
    safe.chmod(0o400)

    assert read_secret(safe, "the key").reveal() == KEY


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666])
def test_any_right_for_others_is_refused_with_the_cure(safe: Path, mode: int) -> None:
    safe.chmod(mode)

    assert refusal(safe) == f"the key: {safe} has mode {mode:04o}; run: chmod 600 {safe}"


def test_a_link_is_refused(safe: Path) -> None:
    link = safe.with_name("link")
    link.symlink_to(safe)

    assert "is a link" in refusal(link)


def make_fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def make_folder(path: Path) -> None:
    path.mkdir(mode=0o700)


@pytest.mark.parametrize("make", [make_fifo, make_folder], ids=["pipe", "folder"])
def test_what_is_no_plain_file_is_refused_at_once(safe: Path, make: Callable[[Path], None]) -> None:
    path = safe.with_name("other")
    make(path)

    assert "is not a plain file" in refusal(path)


def test_a_file_of_another_user_is_refused(safe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert "belongs to another user" in refusal(safe)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_directory_where_everybody_may_write_is_refused(safe: Path, mode: int) -> None:
    safe.parent.chmod(mode)

    assert "everybody may write" in refusal(safe)


def test_a_git_work_tree_is_refused_at_any_depth(safe: Path) -> None:
    (safe.parent.parent / ".git").write_text("gitdir: elsewhere\n")

    assert "git work tree" in refusal(safe)


def test_a_git_work_tree_behind_a_linked_directory_is_refused(safe: Path, tmp_path: Path) -> None:
    (safe.parent / ".git").mkdir()
    (tmp_path / "alias").symlink_to(safe.parent)

    assert "git work tree" in refusal(tmp_path / "alias" / safe.name)


def test_a_file_that_is_not_there_is_refused(safe: Path) -> None:
    assert "cannot be opened" in refusal(safe.with_name("absent"))
    assert "is not there" in refusal(safe.parent / "absent" / "wallet.key")


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "ASCII"), (b"x" * (SECRET_BYTES_MAX + 1), "is larger")],
    ids=["empty", "blank", "binary", "huge"],
)
def test_a_file_that_holds_no_key_is_refused(safe: Path, content: bytes, why: str) -> None:
    safe.write_bytes(content)

    assert why in refusal(safe)


def test_a_secret_is_neither_shown_nor_stored() -> None:
    secret = Secret(KEY)

    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]}", ascii(secret)):
        assert text.strip("[]") == "Secret(20 characters)"
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)
    assert not hasattr(secret, "__dict__")


def test_a_fingerprint_names_a_secret_without_telling_it() -> None:
    assert Secret(KEY).fingerprint == Secret(KEY).fingerprint != Secret(KEY + "0").fingerprint
    assert len(Secret(KEY).fingerprint) == 8


def with_keyring(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a package `keyring` on the path whose get_password does what `body` says."""
    package = folder / "site" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        f"from keyring import errors\n\n\ndef get_password(service, user):\n    {body}\n"
    )
    (package / "errors.py").write_text("class KeyringError(Exception): ...\nclass NoKeyringError(KeyringError): ...\n")
    monkeypatch.syspath_prepend(package.parent)
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name, raising=False)


ENVIRONMENT = {"POLYMARKET_PRIVATE_KEY": "from-environment"}


def test_a_configured_file_comes_first(safe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keyring(tmp_path, monkeypatch, "return 'from-keyring'")

    found = find_secret(POLYMARKET_KEY, file=safe, environment=ENVIRONMENT)

    assert (found.secret.reveal(), found.source, found.is_exposed) == (KEY, f"the file {safe}", False)


def test_a_configured_file_that_is_not_safe_is_not_made_up_for_by_other_places(safe: Path) -> None:
    safe.chmod(0o644)

    with pytest.raises(AuthError, match="0644"):
        find_secret(POLYMARKET_KEY, file=safe, environment=ENVIRONMENT)


def test_the_keyring_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keyring(tmp_path, monkeypatch, "return f'{service}/{user}'")

    found = find_secret(POLYMARKET_KEY, file=None, environment=ENVIRONMENT)

    assert (found.secret.reveal(), found.is_exposed) == ("arbkit/polymarket", False)


@pytest.mark.parametrize("body", ["return None", "raise errors.NoKeyringError('none')"])
def test_without_a_keyring_the_environment_is_looked_at_and_said_to_be_exposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    with_keyring(tmp_path, monkeypatch, body)

    found = find_secret(POLYMARKET_KEY, file=None, environment=ENVIRONMENT)

    assert (found.secret.reveal(), found.is_exposed) == ("from-environment", True)


def test_a_locked_keyring_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keyring(tmp_path, monkeypatch, "raise errors.KeyringError('locked: hush')")

    with pytest.raises(AuthError, match="unlock") as caught:
        find_secret(POLYMARKET_KEY, file=None, environment=ENVIRONMENT)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", [KALSHI_KEY, POLYMARKET_KEY], ids=lambda name: name.keyring_user)
def test_a_secret_that_is_nowhere_says_where_to_put_it(name: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(AuthError, match="mode 0600"):
        find_secret(name, file=None, environment={name.variable: "  "})
