"""The first boxes of a search: from all states to a box with finite ends, by natural bounds alone."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from hopverify.numerics.relaxation import Bounds, Floats, Separation

MOST_OPENED = 8


class Relaxations(Protocol):
    """What a search asks of a network, of B boxes at once."""

    size: int

    def natural(self, lower: Floats, upper: Floats) -> Bounds:
        """Return natural bounds of the equilibria."""

    def relaxed(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return sharper bounds, a matrix R for each box, and how much each neuron is to blame for their width."""

    def separated(self, lower: Floats, upper: Floats, R: Floats, steps: int) -> Separation:
        """Look for multipliers that discard each box."""

    def bounded_below(self, y: Floats, lower: Floats, upper: Floats) -> Bounds:
        """Return a lower bound of y·F, and the size of its terms."""

    def deviations(self, lower: Floats, upper: Floats) -> Bounds:
        """Return R and a bound of |I - RJ| for all slopes J of F."""

    def residual(self, x: Floats) -> Floats:
        """Return F."""

    def jacobian(self, x: Floats) -> Floats:
        """Return F'."""


def opening(relaxations: Relaxations, lower: Floats, upper: Floats) -> list[Bounds] | None:
    """Return boxes from one whose ends may be infinite to one with finite ends, by natural bounds; None in vain.

    Their ends lie a little outside the bounds, on grids of 2⁻¹⁰ of the widths.
    """
    boxes, room = list[Bounds](), 0.0
    for _ in range(MOST_OPENED):
        finite = bool(np.isfinite(lower).all() and np.isfinite(upper).all())
        width = np.where(np.isfinite(upper - lower), upper - lower, 0.0).max()
        grid = 2.0 ** (np.ceil(np.log2(max(width, 2.0**-10))) - 10)
        lower, upper = np.floor(lower / grid - room) * grid, np.ceil(upper / grid + room) * grid
        room = 0.01
        boxes.append((lower, upper))
        if finite:
            return boxes
        low, high = (bound[0] for bound in relaxations.natural(lower[None], upper[None]))
        if (low > high).any():
            return None
        # Others may know limits less closely: of arctan that it is below 11/7.
        beyond = 2.0**-10 * np.where(np.isfinite(high - low), np.abs(low) + np.abs(high), 1.0)
        lower, upper = np.maximum(lower, low - beyond), np.minimum(upper, high + beyond)
    return None


def is_void(relaxations: Relaxations, lower: Floats, upper: Floats) -> bool:
    """Whether natural bounds leave nothing of a box whose ends may be infinite."""
    low, high = relaxations.natural(lower[None], upper[None])
    return bool((low > high).any())
