"""Layer norms, and vectors over their length, on boxes, as the kernel encloses them and their slopes.

The formulas are those of :mod:`hopverify.kernel.normalised`, in interval arithmetic in bulk.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from hopverify.expr.interval import Interval, as_interval
from hopverify.networks.layer import LayerFunction

CENTRED = {"spherical": False, "layernorm": True}
"""Whether the mean is subtracted, by the name of the Lagrangian."""


class Normalised:
    """y and its slopes for a layer of this form."""

    def __init__(self, function: LayerFunction) -> None:
        self.gamma, self.epsilon = float(function.parameters["gamma"]), float(function.parameters["epsilon"])
        self.centred = CENTRED[str(function.name)]

    def values(self, x: Any) -> list[Interval]:
        """Return the ranges of y for intervals x."""
        found, n = [], len(x)
        for i, own in enumerate(x):
            others = [u for k, u in enumerate(x) if k != i]
            if not self.centred:
                found.append(_quotient(own, _total(map(_square, others)) + self.epsilon, 1.0, 1.0))
                continue
            rest = _pairs(others) / float(n * (n - 1)) + self.epsilon
            beyond = own - _total(others) / float(n - 1)
            found.append(_quotient(beyond, rest, (n - 1) / n, (n - 1) / n**2))
        return found

    def scaled(self, x: Any) -> list[Interval]:
        """Return the ranges of the activations γy."""
        return [as_interval(self.gamma) * y for y in self.values(x)]

    def slopes(self, x: Any) -> list[list[Interval]]:
        """Return the ranges of γ ∂y_i/∂x_j."""
        n, y = len(x), self.values(x)
        squared = _pairs(x) / float(n**2) if self.centred else _total(map(_square, x))
        steep = as_interval(self.gamma) / _root(squared + self.epsilon)

        def slope(i: int, j: int) -> Interval:
            square = _square(y[i]) if i == j else y[i] * y[j]
            own = float(i == j) - (1 / n if self.centred else 0.0)
            return steep * (as_interval(own) - (square / float(n) if self.centred else square))

        return [[slope(i, j) for j in range(n)] for i in range(n)]


def normalised(function: LayerFunction) -> Normalised | None:
    """Return the form of a layer, None if it is another, has an offset, or one neuron alone."""
    plain = function.name in CENTRED and not any(np.any(part) for part in _offsets(function))
    return Normalised(function) if plain else None


def _offsets(function: LayerFunction) -> list[Any]:
    return [array.floats() for array in function.constants.values()]


def _total(parts: Any) -> Interval:
    return sum(parts, as_interval(0.0))


def _square(u: Interval) -> Interval:
    far, near = np.maximum(np.abs(u.lower), np.abs(u.upper)), np.minimum(np.abs(u.lower), np.abs(u.upper))
    return Interval(np.where((u.lower <= 0) & (u.upper >= 0), 0.0, near**2), far**2)


def _pairs(x: Any) -> Interval:
    return _total(_square(u - v) for u, v in combinations(x, 2))


def _root(u: Interval) -> Interval:
    return Interval(np.sqrt(np.maximum(u.lower, 0.0)), np.sqrt(u.upper))


def _quotient(u: Interval, s: Interval, a: float, b: float) -> Interval:
    """Return the range of a·u/√(b·u² + s)."""

    def at(u: Any, s: Any) -> Any:
        return a * u / np.sqrt(b * u * u + s)

    with np.errstate(all="ignore"):
        low = at(u.lower, np.where(u.lower >= 0, s.upper, s.lower))
        high = at(u.upper, np.where(u.upper >= 0, s.lower, s.upper))
    return Interval(np.where(np.isfinite(low), low, -np.inf), np.where(np.isfinite(high), high, np.inf))
