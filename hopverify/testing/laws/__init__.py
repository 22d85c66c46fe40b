"""Laws that an implementation has to obey: one a file, found by name. They compare in floating point; none is a proof.

Some compare with what the spec derives (energy, velocity, update, activation). The others tie energy and dynamics to
each other: the gradient is -HTẋ, the energy falls, updates do not raise it, it is constant on flat regions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.registry import Registry
from hopverify.testing.subject import Subject

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Violation:
    """A state at which a law does not hold. ``yours`` and ``wanted`` are two values, told under their names."""

    law: str
    x: Floats
    names: tuple[str, str]
    yours: Any
    wanted: Any
    note: str = ""


@dataclass(frozen=True)
class Law:
    """``concerns`` tells whether a subject has what the law speaks of; ``violation`` tests it at one state.

    ``compares`` marks those whose violation says that the implementation is not that of the spec.
    """

    name: str
    order: int
    said: str
    concerns: Callable[[Subject], bool]
    violation: Callable[[Subject, Floats], Violation | None]
    compares: bool = False


LAWS: Registry[Law] = Registry("hopverify.testing.laws", "LAW", noun="law")


def differ(yours: Any, wanted: Any, tolerance: Any) -> bool:
    """Return whether two numbers or vectors lie further apart than rounding explains.

    Where the spec's own value is not finite nothing is said; where only the other is not, they differ.
    """
    yours, wanted = np.asarray(yours), np.asarray(wanted)
    known = np.isfinite(wanted) & np.isfinite(tolerance)
    with np.errstate(all="ignore"):
        apart = ~(np.abs(yours - wanted) <= tolerance)
    return bool(np.any(apart & known))
