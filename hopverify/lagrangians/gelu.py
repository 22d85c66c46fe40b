"""GELU: g(x) = xΦ(x), L(x) = Σ ((x² - 1)Φ(x) + xφ(x))/2, h = Φ(x) + xφ(x), Φ and φ the normal distribution.

The exact form, by erf. Not convex: g falls for x < -0.7518 and h ≥ -0.129, so the energy is not a Lyapunov function;
h → 0 from below towards -∞. h' = φ(x)(2 - x²): the extremes of h are those at ∓√2, -0.1290 and 1.1290.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="gelu",
    summary="Gaussian error linear: not monotone",
    potential="(x^2 - 1)*(1 + erf(x/sqrt(2)))/4 + x*exp(-x^2/2)/(2*sqrt(2*pi))",
    activation="x*(1 + erf(x/sqrt(2)))/2",
    slope="(1 + erf(x/sqrt(2)))/2 + x*exp(-x^2/2)/sqrt(2*pi)",
    facts=Facts(
        convex=False,
        kernel="isolated states",
        saturates=(-1,),
        activation_range=("-17/100", None),
        slope_range=("-13/100", "113/100"),
    ),
    reference="arXiv:1606.08415",
)
