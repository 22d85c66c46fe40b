"""Models from where they live: each source one file in ``sources/``, its library loaded only when used.

>>> from hopverify.interop import SOURCES
>>> SOURCES["hamux"].runs_code
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hopverify.interop.hamux import from_hamux
    from hopverify.interop.imported import Imported
    from hopverify.interop.source import SOURCES, Request, Source, read
    from hopverify.interop.torch import energy_spec

__all__ = ["SOURCES", "Imported", "Request", "Source", "energy_spec", "from_hamux", "read"]

_PLACES = {
    "Imported": "imported",
    "Request": "source",
    "SOURCES": "source",
    "Source": "source",
    "energy_spec": "torch",
    "from_hamux": "hamux",
    "read": "source",
}


def __getattr__(name: str) -> Any:
    """Return a public name from the module that has it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
