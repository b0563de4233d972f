"""Build hook: a wheel that is built from a checkout knows its commit (`arbkit --version`)."""

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the commit into the package, where there is one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write it into a directory of the moment, and have it included."""
        self._scratch = tempfile.TemporaryDirectory()
        root = Path(self.root)
        found = runpy.run_path(str(root / "arbkit" / "cli" / "version.py"))["commit_of"](root)
        if found and version != "editable":
            written = Path(self._scratch.name) / "commit.txt"
            written.write_text(f"{found}\n")
            build_data["force_include"][str(written)] = "arbkit/commit.txt"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Nothing is left behind."""
        del version, build_data, artifact_path
        self._scratch.cleanup()
