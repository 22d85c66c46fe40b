"""Error function: L(x) = Σ x·erf(βx) + e^(-β²x²)/(β√π), g(x) = erf(βx), h = 2βe^(-β²x²)/√π (DLMF 7.2.1, 7.4).

Strictly convex; saturates on both sides, faster than exponentially.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="erf",
    summary="error function: saturates on both sides",
    potential="x*erf(beta*x) + exp(-(beta*x)^2)/(beta*sqrt(pi))",
    activation="erf(beta*x)",
    slope="2*beta*exp(-(beta*x)^2)/sqrt(pi)",
    parameters=(BETA,),
    facts=Facts(
        convex=True,
        kernel="none",
        saturates=(-1, 1),
        activation_range=("-1", "1"),
        slope_range=("0", "2*beta/sqrt(pi)"),
    ),
)
