"""A plugin of pytest that plants a bug: one module of the package is read as a tired hand might have written it.

Nothing is copied and no file is changed: `PLANTED` in the environment names the module, and has the text for it.
"""

import json
import linecache
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType

PLANTED = "ARBKIT_TEST_PLANTED"


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        """Of the planted text; what was compiled before is of the other one."""
        linecache.cache[self.path] = len(self._text), None, self._text.splitlines(keepends=True), self.path
        return self.source_to_code(self._text.encode(), self.path)


class _Finder(MetaPathFinder):
    def __init__(self, module: str, path: str, text: str) -> None:
        self._module, self._path, self._text = module, path, text

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        return spec_from_file_location(fullname, loader=_Loader(fullname, self._path, self._text))


if PLANTED in os.environ:
    sys.meta_path.insert(0, _Finder(**json.loads(os.environ.pop(PLANTED))))
