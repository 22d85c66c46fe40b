"""Softmax: L(x) = log Σ e^(βx)/β, g(x) = e^(βx)/Σ e^(βx) = p, H = β(diag p - ppᵀ).

Convex; the kernel of H is spanned by the vector of ones at every state, so the energy is flat along it (T5).
The eigenvalues of H are at most β/2: dᵀHd is β times a variance, at most β(max d - min d)²/4 ≤ β|d|²/2.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="softmax",
    summary="softmax: flat along the vector of ones",
    potential="logsumexp(beta*x)/beta",
    activation="softmax(beta*x)",
    parameters=(BETA,),
    facts=Facts(convex=True, kernel="ones", activation_range=("0", "1"), slope_range=("0", "beta/2")),
    reference="arXiv:2008.02217",
)
