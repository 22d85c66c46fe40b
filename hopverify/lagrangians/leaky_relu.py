"""Leaky ReLU: L(x) = ½ Σ (max(x, 0)² + a·min(x, 0)²), g = x for x > 0 and a·x for x < 0, h = 1 or a; a = ``slope``.

Convex iff a ≥ 0. For a > 0 every neuron is alive everywhere, so the energy is flat nowhere; a = 0 is ReLU. For a < 0
the activation is not monotone and the energy need not descend. h is set-valued at 0.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="leaky_relu",
    summary="leaky rectified linear: alive everywhere for slope > 0",
    potential="relu(x)^2/2 + slope*relu(-x)^2/2",
    activation="relu(x) - slope*relu(-x)",
    slope="step(x) + slope*step(-x)",
    parameters=(Field("slope", FieldKind.NUMBER, "the slope a for x < 0", default=Fraction(1, 100)),),
    facts=Facts(
        convex=None,
        convex_when="slope",
        kernel="none",
        generic_when="slope",
        slope_range=("min(slope, 1)", "max(slope, 1)"),
    ),
)
