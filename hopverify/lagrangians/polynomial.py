"""Power: L(x) = Σ x^n/n, g(x) = x^(n-1), h = (n-1)·x^(n-2), n ≥ 2 whole.

Convex iff n is even; for n > 2, h = 0 at x = 0 only. The hidden layer of the polynomial dense associative memory
(arXiv:1606.01164, where F_n(x) = x^n has no prefactor).
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="polynomial",
    summary="power: convex for even n",
    potential="x^n/n",
    activation="x^(n-1)",
    slope="(n-1)*x^(n-2)",
    parameters=(
        Field(
            "n",
            FieldKind.INTEGER,
            "the power in the Lagrangian; the activation has the power n - 1",
            default=4,
            minimum=Fraction(2),
            maximum=Fraction(1000),
        ),
    ),
    facts=Facts(convex=None, convex_when="cos(pi*n)", kernel="isolated states"),
    reference="arXiv:1606.01164",
)
