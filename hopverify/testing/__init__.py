"""For users' own tests: an implementation of a model against its spec, and what the pytest plugin consists of.

>>> from hopverify.testing import check_implementation
>>> from hopverify import parse_spec
>>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: identity}}}")
>>> check_implementation(spec, energy=lambda x: x @ x / 2, velocity=lambda x: -x)

These are tests, not proofs: states are sampled, and numbers are compared in floating point. No verdict rests on them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hopverify.testing.checking import Disagreement, check_implementation
    from hopverify.testing.decorating import against

__all__ = ["Disagreement", "against", "check_implementation"]

_PLACES = {"Disagreement": "checking", "against": "decorating", "check_implementation": "checking"}


def __getattr__(name: str) -> Any:
    """Return a public name from the module that has it: the plugin must not load NumPy (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
