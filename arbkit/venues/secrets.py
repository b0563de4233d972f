"""Key material: wrapped so that it cannot be shown by accident, and read only from where others cannot read it."""

import hashlib
import importlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from arbkit.errors import AuthError

SECRET_BYTES_MAX: Final = 16_384
"""A key file larger than this is something else; a 4096-bit RSA key takes 3,300 bytes."""

KEYRING_SERVICE: Final = "arbkit"


class Secret:
    """Text that must not be seen: its representation is its length, and it can be neither pickled nor copied."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that signs with it."""
        return self._text

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that name a secret without telling it."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Secret({len(self._text)} characters)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True)
class SecretName:
    """What a secret is called in each place where it may be: in messages, in the keyring, in the environment."""

    what: str
    keyring_user: str
    variable: str


POLYMARKET_KEY: Final = SecretName("the key of the Polymarket wallet", "polymarket", "POLYMARKET_PRIVATE_KEY")
KALSHI_KEY: Final = SecretName("the private key of the Kalshi API key", "kalshi", "KALSHI_PRIVATE_KEY")


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret and where it was found. In the environment every process of the same user can read it: worth a
    warning."""

    secret: Secret
    source: str
    is_exposed: bool


def find_secret(name: SecretName, *, file: Path | None, environment: Mapping[str, str]) -> FoundSecret:
    """Look for a secret: the configured file, then the keyring of the system, then the environment.

    A configured file is the only place that is looked at. Raises AuthError when there is none, or when a place holds
    it but is not safe.
    """
    if file is not None:
        return FoundSecret(read_secret(file, name.what), f"the file {file}", is_exposed=False)
    if kept := _from_keyring(name):
        return FoundSecret(kept, f"the keyring ({KEYRING_SERVICE}/{name.keyring_user})", is_exposed=False)
    if text := environment.get(name.variable, "").strip():
        return FoundSecret(Secret(text), f"the environment variable {name.variable}", is_exposed=True)
    raise AuthError(
        f"{name.what} is nowhere to be found; `arbkit init` asks for it, or name a file of mode 0600 that holds it"
    )


def read_secret(path: Path, what: str) -> Secret:
    """Read a secret from a file that belongs to us alone.

    Refused with AuthError: a link, anything but a plain file, a file of another owner or with any right for group or
    others, a directory that everybody may write to, a place inside a git work tree, an empty or a huge file.
    """
    _check_place(path, what)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = "is a link" if path.is_symlink() else f"cannot be opened ({error.strerror})"
        raise _refused(path, what, f"{why}; name the file itself") from None
    try:
        _check_file(os.fstat(descriptor), path, what)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(SECRET_BYTES_MAX + 1)
    finally:
        os.close(descriptor)
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _refused(path, what, "does not hold plain ASCII text") from None
    if not text or len(content) > SECRET_BYTES_MAX:
        raise _refused(path, what, "is empty" if not text else f"is larger than {SECRET_BYTES_MAX} bytes")
    return Secret(text)


def _check_file(found: os.stat_result, path: Path, what: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, what, "is not a plain file")
    if found.st_uid != os.geteuid():
        raise _refused(path, what, "belongs to another user")
    if found.st_mode & 0o077:
        raise _refused(path, what, f"has mode {stat.S_IMODE(found.st_mode):04o}; run: chmod 600 {path}")


def _check_place(path: Path, what: str) -> None:
    try:
        parent = path.absolute().parent.resolve(strict=True)
        mode = parent.stat().st_mode
    except (OSError, RuntimeError) as error:
        raise _refused(path, what, f"is not there ({type(error).__name__})") from None
    if mode & stat.S_IWOTH:
        raise _refused(path, what, f"lies in {parent}, where everybody may write; move it to a directory of your own")
    for folder in (parent, *parent.parents):
        if (folder / ".git").exists():
            raise _refused(
                path, what, f"lies in the git work tree {folder}, from where keys get published; move it out"
            )


def _refused(path: Path, what: str, why: str) -> AuthError:
    return AuthError(f"{what}: {path} {why}")


def _from_keyring(name: SecretName) -> Secret | None:
    """Ask the keyring of the system, if the package `keyring` is installed and has a keyring to ask."""
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    try:
        text = keyring.get_password(KEYRING_SERVICE, name.keyring_user)
    except errors.NoKeyringError:
        return None
    except errors.KeyringError as error:
        raise AuthError(f"{name.what}: the keyring refused ({type(error).__name__}); unlock it") from None
    return Secret(text.strip()) if isinstance(text, str) and text.strip() else None
