"""What is asked every few seconds by monitors and prompts: answered without loading the parser of the command line."""

from arbkit.cli.boundary import guarded
from arbkit.cli.options import Options
from arbkit.cli.standing import show_standing


def status() -> int:
    """`arbkit status --json`; nothing is raised."""
    return guarded(_shown, arguments=["status", "--json"], json=True)


def _shown() -> int:
    options = Options(json=True)
    with options.opened(settings_later=True) as kit:
        show_standing(kit, options.output)
    return 0
