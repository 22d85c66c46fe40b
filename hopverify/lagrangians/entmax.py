"""α-entmax: g(x) = p = max((α-1)x - t, 0)^(1/(α-1)) with Σp = 1, L(x) = max_p ⟨x, p⟩ - (Σp^α - 1)/(α(α-1)), 1 < α ≤ 2.

Convex; with s = p^(2-α) on the support S, H = diag s - ssᵀ/Σs: rank |S| - 1, eigenvalues at most max s ≤ 1. Flat along
the vector of ones and outside the support. α = 2 is sparsemax; α → 1 is softmax.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="entmax",
    summary="Tsallis entropy: flat along ones and outside the support",
    potential="entmax_conjugate(x, alpha)",
    activation="entmax(x, alpha)",
    parameters=(
        Field(
            "alpha",
            FieldKind.NUMBER,
            "Tsallis index: 2 is sparsemax, the limit 1 is softmax",
            default=Fraction(3, 2),
            minimum=Fraction(1001, 1000),
            maximum=Fraction(2),
        ),
    ),
    facts=Facts(convex=True, kernel="support", activation_range=("0", "1"), slope_range=("0", "1")),
    reference="arXiv:1905.05702",
)
