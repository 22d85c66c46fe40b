"""ELU: g(x) = x for x > 0 and α(e^x - 1) for x < 0; L(x) = Σ ½max(x, 0)² + α(e^y - 1 - y) with y = min(x, 0).

Convex; h = 1 for x > 0 and αe^x for x < 0, so every neuron is alive and saturates towards -∞. For α ≠ 1, h jumps at 0.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="elu",
    summary="exponential linear: saturates towards -alpha",
    potential="relu(x)^2/2 + alpha*(expm1(min(x, 0)) - min(x, 0))",
    activation="relu(x) + alpha*expm1(min(x, 0))",
    slope="step(x) + alpha*exp(min(x, 0))*step(-x)",
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
    facts=Facts(
        convex=True,
        kernel="none",
        saturates=(-1,),
        activation_range=("-alpha", None),
        slope_range=("0", "max(1, alpha)"),
    ),
    reference="arXiv:1511.07289",
)
