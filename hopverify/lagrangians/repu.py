"""Rectified power unit: L(x) = Σ max(x, 0)^n/n, g(x) = max(x, 0)^(n-1), h = (n-1)·max(x, 0)^(n-2), n ≥ 2 whole.

Convex; every x < 0 is dead. n = 2 is ReLU; for n ≥ 3 the energy is C² and h is continuous at 0. These are the
rectified polynomials of dense associative memories (arXiv:1606.01164), with the prefactor 1/n.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="repu",
    summary="rectified power: dead for x < 0",
    potential="relu(x)^n/n",
    activation="relu(x)^(n-1)",
    slope="(n-1)*relu(x)^(n-2)*step(x)",
    parameters=(
        Field(
            "n",
            FieldKind.INTEGER,
            "the power in the Lagrangian; the activation has the power n - 1",
            default=3,
            minimum=Fraction(2),
            maximum=Fraction(1000),
        ),
    ),
    facts=Facts(
        convex=True, kernel="dead set", dead=((None, "0"),), activation_range=("0", None), slope_range=("0", None)
    ),
    reference="arXiv:1606.01164",
)
