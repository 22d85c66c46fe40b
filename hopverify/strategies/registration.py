"""``st.from_type(Model)`` works: what Hypothesis calls when it is imported (entry point ``hypothesis``).

The classes lie in files that load NumPy and more, which nobody needs who only has hopverify installed. So the files
are not imported here: each class is registered once its file is imported by someone, at once if it is already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

#: The file of each class, the class, and the strategy that draws it.
CLASSES = {
    "hopverify.certificate": ("Certificate", "certificates"),
    "hopverify.networks.network": ("Model", "models"),
    "hopverify.spec.model_spec": ("ModelSpec", "specs"),
}


def register() -> None:
    """Register the classes whose files are loaded, and see to the others."""
    for name in CLASSES:
        if name in sys.modules:
            _register(sys.modules[name])
    if not any(isinstance(finder, _Arrivals) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Arrivals())


def _register(module: ModuleType) -> None:
    from hypothesis.strategies import register_type_strategy

    name, strategy = CLASSES[module.__name__]
    register_type_strategy(getattr(module, name), lambda _: _strategy(strategy))


def _strategy(name: str) -> Any:
    return getattr(import_module("hopverify.strategies"), name)()


class _Arrivals(MetaPathFinder):
    """Lets the other finders find the files of the classes, and hears when they are loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in CLASSES:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            found: ModuleSpec | None = None if finder is self or find is None else find(fullname, path, target)
            if found is not None:
                if found.loader is not None:
                    found.loader = _Announcing(found.loader, _register)
                return found
        return None


class _Announcing(Loader):
    """A loader that loads as another one does, steps aside, and tells of it."""

    def __init__(self, loader: Loader, announce: Callable[[ModuleType], None]) -> None:
        self.loader, self.announce = loader, announce

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        self.announce(module)
