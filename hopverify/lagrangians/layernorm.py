"""Layer norm: L(x) = nγ√(Var x + ε) + ⟨δ, x⟩, g(x) = γ(x - mean x)/√(Var x + ε) + δ, n the size of the layer.

With σ = √(Var x + ε) and c = x - mean x, H = (γ/σ)·(I - 11ᵀ/n - ccᵀ/(nσ²)). Its kernel holds the vector of ones;
along c the eigenvalue is γε/σ³, of order ε, and 0 for ε = 0 (the kernel then holds c too, and g is undefined where
c = 0); all others are γ/σ. So L is convex iff γ ≥ 0. One γ for the whole layer: a vector of them has no Lagrangian
(``vector_layernorm`` among the activations). δ may be a vector.
"""

from fractions import Fraction

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.spec.fields import Field, FieldKind

LAGRANGIAN = Lagrangian(
    name="layernorm",
    summary="layer norm with one gain: flat along the vector of ones",
    # n·√(Var x + ε) = √n·√(Σ c² + nε): a norm, whose convexity is seen from its form.
    potential="gamma*sqrt(size(x))*norm(x - mean(x), size(x)*epsilon) + dot(x, delta)",
    activation="gamma*(x - mean(x))/sqrt(variance(x) + epsilon) + delta",
    parameters=(
        Field("gamma", FieldKind.NUMBER, "gain, one number for the layer", default=Fraction(1)),
        Field("delta", FieldKind.NUMBERS, "offset, one number or one per neuron", default=(Fraction(0),)),
        Field(
            "epsilon",
            FieldKind.NUMBER,
            "what is added to the variance",
            default=Fraction(1, 100_000),
            minimum=Fraction(0),
        ),
    ),
    facts=Facts(
        convex=None,
        convex_when="gamma",
        kernel="ones",
        generic_when="gamma*epsilon",
        slope_range=("min(0, gamma)/sqrt(epsilon)", "max(0, gamma)/sqrt(epsilon)"),
    ),
    reference="arXiv:2302.07253",
)
