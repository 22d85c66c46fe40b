"""Softplus: g(x) = log(1 + e^(βx))/β, L(x) = -Σ Li₂(-e^(βx))/β² (DLMF 25.12.2), h = 1/(1 + e^(-βx)).

Strictly convex; saturates towards -∞ only. β → ∞ is ReLU.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="softplus",
    summary="smooth rectified linear: saturates towards 0",
    potential="softplus_integral(beta*x)/beta^2",
    activation="softplus(beta*x)/beta",
    slope="sigmoid(beta*x)",
    parameters=(BETA,),
    facts=Facts(convex=True, kernel="none", saturates=(-1,), activation_range=("0", None), slope_range=("0", "1")),
)
