"""Clipped linear: g(x) = clip(x, low, high), L(x) = ½ Σ (x² - max(x - high, 0)² - max(low - x, 0)²), low < high.

Convex, C^{1,1}; h = 1 between the ends, dead outside them. low = -1, high = 1 is hard tanh.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="clipped_linear",
    summary="linear cut at two ends: dead on both sides",
    potential="x^2/2 - relu(x - high)^2/2 - relu(low - x)^2/2",
    activation="clip(x, low, high)",
    slope="step(x - low)*step(high - x)",
    parameters=(
        Field("low", FieldKind.NUMBER, "the lower end", default=Fraction(-1)),
        Field("high", FieldKind.NUMBER, "the upper end, above the lower one", default=Fraction(1)),
    ),
    requires=("high - low",),
    facts=Facts(
        convex=True,
        kernel="dead set",
        dead=((None, "low"), ("high", None)),
        activation_range=("low", "high"),
        slope_range=("0", "1"),
    ),
)
