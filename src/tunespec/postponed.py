"""Modules that load when something in them is first used, for libraries that import more than they need."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any


class _Postponed(ModuleType):
    """Stands where the module will be; asked for anything, it imports the module and passes its answer on."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def postpone(*names: str) -> None:
    """Let later imports of these modules do nothing until the modules are used."""
    for name in names:
        if name in sys.modules:
            continue
        sys.modules[name] = _Postponed(name)
        parent, _, own = name.rpartition(".")
        if parent:
            with suppress(ImportError):  # whoever needs it will say so
                setattr(importlib.import_module(parent), own, sys.modules[name])
