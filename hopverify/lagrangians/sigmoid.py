"""Logistic function: L(x) = Σ softplus(βx)/β, g(x) = 1/(1 + e^(-βx)), h = β·g·(1 - g).

Strictly convex; saturates on both sides. 1 - g is written as sigmoid(-βx), which keeps its digits for large x.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="sigmoid",
    summary="logistic function: saturates on both sides",
    potential="softplus(beta*x)/beta",
    activation="sigmoid(beta*x)",
    slope="beta*sigmoid(beta*x)*sigmoid(-beta*x)",
    parameters=(BETA,),
    facts=Facts(
        convex=True, kernel="none", saturates=(-1, 1), activation_range=("0", "1"), slope_range=("0", "beta/4")
    ),
    reference="doi:10.1073/pnas.81.10.3088",
)
