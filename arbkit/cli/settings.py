"""What `config show` and `config path` show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from arbkit.cli.render import Field, said
from arbkit.cli.views import TEXT_WIDTH
from arbkit.config.load import Entry
from arbkit.wiring import Kit


@dataclass(frozen=True, slots=True)
class Place:
    """A file or directory that matters to this command."""

    what: str
    path: str


def places(kit: Kit) -> list[Place]:
    """Where settings are read from and state is kept."""
    files = [Place("settings", str(path)) for path in kit.configured.files]
    return [*files, Place("state", str(kit.home))]


PLACE: Sequence[Field[Place]] = (Field("what", lambda p: p.what, "what"), Field("path", lambda p: p.path, "path"))

_ORIGIN: Field[Entry] = Field("origin", lambda e: e.origin, "from")
SETTING: Sequence[Field[Entry]] = (
    Field("key", lambda e: e.key.path, "setting"),
    Field("value", lambda e: e.value, "value", text=lambda e: said(e.value) or '""', width_min=TEXT_WIDTH),
    Field("kind", lambda e: e.key.kind),
    replace(_ORIGIN, title=""),
)
SETTING_WITH_ORIGIN: Sequence[Field[Entry]] = (*SETTING[:-1], replace(_ORIGIN, width_min=TEXT_WIDTH))
