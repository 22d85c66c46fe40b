"""SiLU (swish): g(x) = x·σ(x), L(x) = Σ x·log(1 + e^x) + Li₂(-e^x), h = σ(x)·(1 + x·σ(-x)), σ the logistic function.

Not convex: g falls for x < -1.2785 and h ≥ -0.0999, so the energy is not a Lyapunov function.
h' = σ(x)σ(-x)(2 - x·tanh(x/2)): the extremes of h are those at ∓2.3994, -0.0999 and 1.0999.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="silu",
    summary="sigmoid-weighted linear: not monotone",
    potential="x*softplus(x) - softplus_integral(x)",
    activation="x*sigmoid(x)",
    slope="sigmoid(x) + x*sigmoid(x)*sigmoid(-x)",
    facts=Facts(
        convex=False,
        kernel="isolated states",
        saturates=(-1,),
        activation_range=("-279/1000", None),
        slope_range=("-1/10", "11/10"),
    ),
    reference="arXiv:1702.03118",
)
