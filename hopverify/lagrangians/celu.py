"""CELU: g(x) = x for x > 0 and α(e^(x/α) - 1) for x < 0; L(x) = Σ ½max(x, 0)² + α(α(e^(y/α) - 1) - y), y = min(x, 0).

Convex and C² for every α > 0, unlike ELU: h = e^(y/α). Every neuron is alive and saturates towards -∞.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="celu",
    summary="continuously differentiable exponential linear: saturates towards -alpha",
    potential="relu(x)^2/2 + alpha*(alpha*expm1(min(x, 0)/alpha) - min(x, 0))",
    activation="relu(x) + alpha*expm1(min(x, 0)/alpha)",
    slope="exp(min(x, 0)/alpha)",
    parameters=(
        Field(
            "alpha",
            FieldKind.NUMBER,
            "the limit -alpha of the activation at -∞",
            default=Fraction(1),
            minimum=Fraction(0),
            strict=True,
        ),
    ),
    facts=Facts(convex=True, kernel="none", saturates=(-1,), activation_range=("-alpha", None), slope_range=("0", "1")),
    reference="arXiv:1704.07483",
)
