"""Slopes of an activation of one neuron at a state, or on an interval of states: on each cell that touches it.

Between its kinks g is a formula, and its slope another. Where kinks cannot be located the line is one cell, and the
slope at a kink is all that lies between those of its two sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from hopverify.kernel.cells import Cell, cells_or_line, line
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import between
from hopverify.kernel.network import activation, is_lipschitz, slope
from hopverify.kernel.numbers import need
from hopverify.kernel.properties import KINKED
from hopverify.kernel.terms import STATE, Apply, Term, walk

NEAR = Fraction(1, 2**60)
"""What has to hold beside a state is shown so far out."""


@dataclass(frozen=True)
class Side:
    """A cell that touches a state, or an interval: the slope of g there.

    ``smooth``: it is continuous. ``affine``: it is one number. ``rises``: it is ≥ 0 beside the state, too.
    """

    slope: arb
    smooth: bool
    affine: bool
    rises: bool


class Slopes:
    """The slopes of the activation of a layer's neurons, each of which depends on its own state."""

    def __init__(self, core: Core, layer: Layer) -> None:
        self.core, self.layer = core, layer
        g = activation(core, layer)
        regular = is_lipschitz(core, layer)
        need(regular, f"layer {layer.name}", "composition does not show that its activation is locally Lipschitz")
        self.cells = [(cell, slope(core, layer, cell.terms[0])) for cell in cells_or_line(g)]

    def touching(self, low: Fraction, high: Fraction) -> list[Side]:
        """Return the slopes on the cells that a closed interval touches, from left to right."""
        found = []
        for cell, moved in self.cells:
            start, end = _common(cell, low, high)
            if start <= end:
                found.append(self._side(cell, moved, start, end))
        return found

    def _side(self, cell: Cell, moved: Term, low: Fraction, high: Fraction) -> Side:
        affine = line(cell.terms[0]) is not None
        here = ball(low).union(ball(high)) if low < high else ball(low)
        value = evaluate(moved, {**arrays_of(self.core, moved), STATE: here})
        beside = between(*_common(cell, low - NEAR, high + NEAR), inside=False)
        known = of_state(self.core, self.layer, moved, beside)
        kinked = any(isinstance(node, Apply) and node.function in (*KINKED, "max", "min") for node in walk(moved))
        smooth = bool(value.is_finite()) and (not kinked or known.lipschitz)
        rises = bool(value > 0) or (affine and bool(value >= 0)) or known.range.nonnegative
        return Side(value, smooth, affine, rises and bool(value.is_finite()))


def _common(cell: Cell, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return the ends of what a cell and an interval have in common."""
    return low if cell.low is None else max(low, cell.low), high if cell.high is None else min(high, cell.high)


def is_smooth(sides: Sequence[Side]) -> bool:
    """Whether g certainly has a continuous slope: on one cell, or the same number on both sides of a kink."""
    first = sides[0].slope
    alike = all(side.slope.is_exact() and side.slope == first for side in sides)
    return all(side.smooth for side in sides) and (len(sides) == 1 or alike)
