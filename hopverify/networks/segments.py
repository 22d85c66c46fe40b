"""Piecewise-linear activations as segments: g(x) = slope·x + intercept between two kinks, exactly.

relu, leaky relu, relu6, hard tanh, hard sigmoid, clipped linear, identity, and every expression made of such parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from hopverify.expr.pieces import End, NoPieces, pieces
from hopverify.expr.rational import NoNormalForm, normal_form
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks.layer import LayerFunction


@dataclass(frozen=True)
class Segment:
    """The closed interval [lower, upper] (None: unbounded), and the affine function g there."""

    lower: End
    upper: End
    slope: Fraction
    intercept: Fraction

    def value(self, x: Fraction) -> Fraction:
        """Return g(x) for x in the interval."""
        return self.slope * x + self.intercept

    def holds(self, x: Fraction) -> bool:
        """Whether x lies in the closed interval."""
        return (self.lower is None or self.lower <= x) and (self.upper is None or x <= self.upper)

    def is_inside(self, x: Fraction) -> bool:
        """Whether x lies in the open interval."""
        return (self.lower is None or self.lower < x) and (self.upper is None or x < self.upper)


@lru_cache(maxsize=1024)
def segments(function: LayerFunction) -> tuple[Segment, ...] | None:
    """Return the segments from left to right, or None unless g is continuous and piecewise linear."""
    if not function.elementwise or not is_locally_lipschitz(function.activation[0]):
        return None
    found: list[Segment] = []
    try:
        for piece in pieces(function.activation[0]):
            polynomial = normal_form(piece.expression).polynomial()
            linear = ((("variable", "x"), Fraction(1)),)
            if polynomial is None or not set(polynomial) <= {(), linear}:
                return None
            slope, intercept = polynomial.get(linear, Fraction(0)), polynomial.get((), Fraction(0))
            found.append(Segment(piece.lower, piece.upper, slope, intercept))
    except (NoPieces, NoNormalForm):
        return None
    return tuple(_merged(found))


def _merged(found: list[Segment]) -> list[Segment]:
    """Join neighbours with the same affine function: a resolved kink may leave a cut that is none."""
    merged: list[Segment] = []
    for segment in found:
        if merged and (merged[-1].slope, merged[-1].intercept) == (segment.slope, segment.intercept):
            merged[-1] = Segment(merged[-1].lower, segment.upper, segment.slope, segment.intercept)
        else:
            merged.append(segment)
    return merged
