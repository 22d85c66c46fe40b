"""Clipped softmax: g(x) = clip((ζ - γ)·softmax(βx) + γ, 0, 1), ζ ≥ 1, γ ≤ 0, ζ - γ > 1 (arXiv:2306.12929).

It lets attention weights be exactly 0 or 1. Where component i is cut and j is not, ∂g_i/∂x_j = 0 but
∂g_j/∂x_i = -(ζ - γ)β·p_i·p_j ≠ 0: the Jacobian is not symmetric, so g is the gradient of nothing.
"""

from fractions import Fraction

from hopverify.activations import Activation
from hopverify.spec.fields import Field, FieldKind

ACTIVATION = Activation(
    name="clipped_softmax",
    summary="stretched softmax cut at 0 and 1: has no Lagrangian",
    activation="clip((zeta - gamma)*softmax(beta*x) + gamma, 0, 1)",
    parameters=(
        Field("beta", FieldKind.NUMBER, "inverse temperature", default=Fraction(1), minimum=Fraction(0), strict=True),
        Field("zeta", FieldKind.NUMBER, "upper stretch", default=Fraction("1.03"), minimum=Fraction(1)),
        Field("gamma", FieldKind.NUMBER, "lower stretch", default=Fraction("-0.03"), maximum=Fraction(0)),
    ),
    requires=("zeta - gamma - 1",),
    reference="arXiv:2306.12929",
)
