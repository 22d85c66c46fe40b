"""The families, one a file: each has the constant FAMILY."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.soundness.hunt.cases import Family


def families() -> dict[str, Family]:
    """Return all families by name."""
    modules = [import_module(f"{__name__}.{entry.name}") for entry in iter_modules(__path__)]
    return {module.FAMILY.name: module.FAMILY for module in modules}
