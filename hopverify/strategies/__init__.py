"""Hypothesis strategies for specs, models and their parts, for users' own test suites.

Everything drawn is exact and valid: numbers are the rationals they spell, a spec reads, a model builds. The
strategies read the registries, so a Lagrangian or a kind of synapse added there is drawn too. Failures shrink to specs
of one line.

>>> from hypothesis import given, settings
>>> from hopverify.strategies import weights
>>> @settings(max_examples=20)
... @given(weights(symmetric=True))
... def test_a_symmetric_matrix_equals_its_transpose(W):
...     assert W == W.transpose()
>>> test_a_symmetric_matrix_equals_its_transpose()

Needs the extra ``hopverify[hypothesis]``. ``st.from_type(Model)`` works without an import of this package: see
:mod:`hopverify.strategies.registration`. The names below are loaded when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hopverify.extras import to_install

if TYPE_CHECKING:
    from hopverify.strategies.certificate import certificates
    from hopverify.strategies.dead_state import FlatSegment, dead_states
    from hopverify.strategies.lagrangian import lagrangians
    from hopverify.strategies.model import models
    from hopverify.strategies.pattern import patterns
    from hopverify.strategies.region import regions
    from hopverify.strategies.spec import specs
    from hopverify.strategies.spelling import spelled
    from hopverify.strategies.state import states
    from hopverify.strategies.weight import weights

__all__ = [
    "FlatSegment",
    "certificates",
    "dead_states",
    "lagrangians",
    "models",
    "patterns",
    "regions",
    "specs",
    "spelled",
    "states",
    "weights",
]

_PLACES = {
    "FlatSegment": "dead_state",
    "certificates": "certificate",
    "dead_states": "dead_state",
    "lagrangians": "lagrangian",
    "models": "model",
    "patterns": "pattern",
    "regions": "region",
    "specs": "spec",
    "spelled": "spelling",
    "states": "state",
    "weights": "weight",
}


def __getattr__(name: str) -> Any:
    """Return a strategy from the file that has it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("hypothesis") is None:
        raise ModuleNotFoundError(f"{__name__} needs Hypothesis: {to_install('hypothesis')}", name="hypothesis")
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
