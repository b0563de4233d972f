"""Build hook: a wheel that is built from a checkout knows its commit (`arbkit --version`)."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the commit into the package, where there is one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write it beside the build and have it included."""
        root = Path(self.root)
        if version == "editable":
            return
        found = runpy.run_path(str(root / "arbkit" / "cli" / "version.py"))["commit_of"](root)
        if found:
            written = Path(self.directory) / "commit.txt"
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(f"{found}\n")
            build_data["force_include"][str(written)] = "arbkit/commit.txt"
