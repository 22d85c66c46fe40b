"""Spherical normalization: L(x) = γ√(|x|² + ε), g(x) = γx/r with r = √(|x|² + ε), H = (γ/r)·(I - xxᵀ/r²).

Eigenvalues γ/r, and γε/r³ along x. Convex iff γ ≥ 0; positive definite iff γ > 0 and ε > 0. For ε = 0 the kernel is
spanned by x, so the energy is flat along rays, and g is undefined at x = 0: model C of arXiv:2008.06996.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="spherical",
    summary="division by the length of the state",
    potential="gamma*norm(x, epsilon)",
    activation="gamma*x/norm(x, epsilon)",
    parameters=(
        Field("gamma", FieldKind.NUMBER, "radius of the sphere", default=Fraction(1)),
        Field(
            "epsilon",
            FieldKind.NUMBER,
            "what is added to the squared length",
            default=Fraction(0),
            minimum=Fraction(0),
        ),
    ),
    facts=Facts(
        convex=None,
        convex_when="gamma",
        kernel="none",
        generic_when="gamma*epsilon",
        activation_range=("-abs(gamma)", "abs(gamma)"),
        slope_range=("min(0, gamma)/sqrt(epsilon)", "max(0, gamma)/sqrt(epsilon)"),
    ),
    reference="arXiv:2008.06996",
)
