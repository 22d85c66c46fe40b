"""Layer norm with one gain per neuron: g(x) = γ∘(x - mean x)/√(Var x + ε) + δ, γ a vector.

With σ = √(Var x + ε) and c = x - mean x, ∂g_i/∂x_j = (γ_i/σ)·(δ_ij - 1/n - c_i·c_j/(nσ²)): symmetric only if all γ_i
are equal (for ε > 0). This is what libraries call layer norm with elementwise affine parameters; with unequal gains
it is the gradient of nothing, and the energy of arXiv:2302.07253 does not exist for it.
"""

from fractions import Fraction

from hopverify.activations import Activation
from hopverify.spec.fields import Field, FieldKind

ACTIVATION = Activation(
    name="vector_layernorm",
    summary="layer norm with a gain per neuron: has no Lagrangian unless the gains are equal",
    activation="gamma*(x - mean(x))/sqrt(variance(x) + epsilon) + delta",
    parameters=(
        Field("gamma", FieldKind.NUMBERS, "gain, one number per neuron"),
        Field("delta", FieldKind.NUMBERS, "offset, one number or one per neuron", default=(Fraction(0),)),
        Field(
            "epsilon",
            FieldKind.NUMBER,
            "what is added to the variance",
            default=Fraction(1, 100_000),
            minimum=Fraction(0),
        ),
    ),
    reference="arXiv:2302.07253",
)
