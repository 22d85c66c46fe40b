"""Rigorous bounds of a whole layer's activation and of its Jacobian H on boxes of its states, in bulk.

Each box is closed; B boxes of n neurons are two arrays of shape (B, n). H is enclosed by dual numbers over intervals,
all directions in one pass; at kinks that encloses Clarke's generalised Jacobian, since products and sums of enclosures
of generalised derivatives enclose the one of a composition (Clarke 1990, theorem 2.6.6). The mean value form

    g(x) ∈ g(m) + [H](X - m)

is sharper than the natural evaluation on small boxes; both are intersected with the range of g over all states.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.ranges import Box, activation_range
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.networks import Layer

Floats = NDArray[np.float64]

# The mean value form costs n² interval operations; larger layers do without.
MAX_MEAN_VALUE = 16


class WholeLayer:
    """The activation of one layer that is not elementwise."""

    def __init__(self, layer: Layer) -> None:
        self.function, self.size = layer.function, layer.size
        self.everywhere = Box.full(layer.size, activation_range(layer))

    def values(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return bounds of g on each box, (B, n), by natural evaluation."""
        low, high = _stacked(self.function.activate(_intervals(lower, upper), INTERVALS), len(lower))
        return np.fmax(low, self.everywhere.lower), np.fmin(high, self.everywhere.upper)

    def ranges(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return bounds of g on each box, (B, n), the mean value form included where the box is bounded."""
        low, high = self.values(lower, upper)
        bounded = np.flatnonzero(np.isfinite(lower).all(axis=1) & np.isfinite(upper).all(axis=1))
        if len(bounded) and self.size <= MAX_MEAN_VALUE:
            below, above = self._mean_value(lower[bounded], upper[bounded])
            low[bounded], high[bounded] = np.fmax(low[bounded], below), np.fmin(high[bounded], above)
        return low, high

    def _mean_value(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        middle = lower / 2 + upper / 2
        centre = self.values(middle, middle)
        H = self.jacobian(lower, upper)
        rows = []
        for i in range(self.size):
            total = Interval(centre[0][:, i], centre[1][:, i])
            for j in range(self.size):
                offset = Interval(lower[:, j], upper[:, j]) - Interval(middle[:, j], middle[:, j])
                total = total + Interval(H[0][:, i, j], H[1][:, i, j]) * offset
            rows.append(total)
        return _stacked(rows, len(lower))

    def jacobian(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return bounds of H_ij = ∂g_i/∂x_j on each box, (B, n, n)."""
        units = np.eye(self.size)[:, :, None]
        directions = _intervals(units, units)
        moved = slopes_of(self.function.activate(along(_intervals(lower, upper), directions), Duals(INTERVALS)))
        low, high = _stacked(moved, (self.size, len(lower)))
        return low.transpose(2, 1, 0), high.transpose(2, 1, 0)


def _intervals(lower: Floats, upper: Floats) -> np.ndarray[Any, Any]:
    """Return the boxes as a vector of intervals, each of which holds all boxes."""
    box = np.empty(lower.shape[1], dtype=object)
    for i in range(len(box)):
        box[i] = Interval(lower[:, i], upper[:, i])
    return box


def _stacked(entries: Any, shape: int | tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return the bounds of a vector of intervals as two arrays, entry i at [:, i]; NaN bounds nothing."""
    parts = [as_interval(entry) for entry in entries]
    low, high = (
        np.stack([np.broadcast_to(getattr(part, end), shape) for part in parts], axis=1) for end in ("lower", "upper")
    )
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
