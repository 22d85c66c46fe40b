"""Arctangent: L(x) = Σ x·arctan(βx) - log(1 + β²x²)/(2β), g(x) = arctan(βx), h = β/(1 + β²x²).

Strictly convex; saturates on both sides, but only as 1/(βx²).
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="arctan",
    summary="arctangent: saturates slowly on both sides",
    potential="x*arctan(beta*x) - log1p((beta*x)^2)/(2*beta)",
    activation="arctan(beta*x)",
    slope="beta/(1 + (beta*x)^2)",
    parameters=(BETA,),
    facts=Facts(
        convex=True, kernel="none", saturates=(-1, 1), activation_range=("-pi/2", "pi/2"), slope_range=("0", "beta")
    ),
)
