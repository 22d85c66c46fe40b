"""How an unbounded activation grows: γ = σδ with δ ≤ s|x| + t, and δ ≥ -a where it is bounded on one side (T10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hopverify.kernel.core import Core, Layer
from hopverify.kernel.linear_growth import Bound, grows
from hopverify.kernel.numbers import need

ZERO = Fraction(0)


@dataclass(frozen=True)
class Growth:
    """γ = σδ with δ ≤ s|x| + t, and δ ≥ -a if ``signed``: the activation is bounded on one side."""

    orientation: int
    signed: bool
    slope: Fraction
    offset: Fraction
    shift: Fraction


def growth_of(core: Core, layer: Layer, stated: Sequence[Fraction]) -> Growth:
    """Return how an activation grows, with g ≤ r·x⁺ + t and -g ≤ l·x⁻ + u as stated; one of r, l is > 0."""
    right, top, left, bottom = stated
    where = f"growth of {layer.name}"
    need(layer.elementwise and min(right, left) >= 0 < max(right, left), where, "slopes are ≥ 0, and one is > 0")
    shown = grows(core, layer, 1, Bound(right, ZERO, top)) and grows(core, layer, -1, Bound(ZERO, left, bottom))
    need(shown, where, "the activation is not shown to grow so slowly")
    top, bottom = max(top, ZERO), max(bottom, ZERO)
    if right and left:
        return Growth(1, False, max(right, left), max(top, bottom), ZERO)
    return Growth(1, True, right, top, bottom) if right else Growth(-1, True, left, bottom, top)
