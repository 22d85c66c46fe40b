"""Normmax: g(x) = argmax over the simplex of ⟨x, p⟩ - ‖p‖_γ, L(x) = that maximum + 1, 1 < γ ≤ 2.

p is proportional to max(x - t, 0)^(1/(γ-1)) where Σ max(x - t, 0)^(γ/(γ-1)) = 1. Convex; H has rank |support| - 1: flat
along the vector of ones and outside the support. It favours uniform p on the support more than entmax does.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="normmax",
    summary="norm entropy: flat along ones and outside the support",
    potential="normmax_conjugate(x, gamma)",
    activation="normmax(x, gamma)",
    parameters=(
        Field(
            "gamma",
            FieldKind.NUMBER,
            "order of the norm",
            default=Fraction(2),
            minimum=Fraction(1001, 1000),
            maximum=Fraction(2),
        ),
    ),
    facts=Facts(convex=True, kernel="support", activation_range=("0", "1"), slope_range=("0", None)),
    reference="arXiv:1901.02324",
)
