"""Mish: g(x) = x·tanh(softplus(x)), L(x) = Σ ∫₀^x g, h = tanh(s) + x·sech(s)²·σ(x) with s = softplus(x).

Not convex: g falls for x < -1.1924, so the energy is not a Lyapunov function.
-0.12 ≤ h ≤ 1.1: by intervals for |x| ≤ 20; xe^x ≤ xσ(x) ≤ h ≤ tanh(s) for x < -20; 0 ≤ h ≤ 1 + 4xe^(-2x) for x > 20.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="mish",
    summary="self-regularized: not monotone",
    potential="mish_integral(x)",
    activation="x*tanh(softplus(x))",
    slope="tanh(softplus(x)) + x*sech(softplus(x))^2*sigmoid(x)",
    facts=Facts(
        convex=False,
        kernel="isolated states",
        saturates=(-1,),
        activation_range=("-31/100", None),
        slope_range=("-12/100", "11/10"),
    ),
    reference="arXiv:1908.08681",
)
