"""Hyperbolic tangent: L(x) = Σ log cosh(βx)/β, g(x) = tanh(βx), h = β·sech(βx)².

Strictly convex: h > 0 everywhere, but about 4βe^(-2β|x|) for large |x|: saturated, never dead.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="tanh",
    summary="hyperbolic tangent: saturates on both sides",
    potential="logcosh(beta*x)/beta",
    activation="tanh(beta*x)",
    slope="beta*sech(beta*x)^2",
    parameters=(BETA,),
    facts=Facts(convex=True, kernel="none", saturates=(-1, 1), activation_range=("-1", "1"), slope_range=("0", "beta")),
    reference="doi:10.1073/pnas.81.10.3088",
)
