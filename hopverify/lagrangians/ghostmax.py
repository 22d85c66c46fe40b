"""Ghostmax: L(x) = log(1 + Σ e^x), g(x) = e^x/(1 + Σ e^x) = p, H = diag p - ppᵀ.

Softmax with one more component that is always 0 and stays unseen, so that all p may be small at once. As Σp < 1, H is
positive definite: the energy is flat nowhere. The eigenvalues are at most 1/2, as softmax's.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="ghostmax",
    summary="softmax with a silent component: strictly convex",
    potential="ghost_logsumexp(x)",
    activation="ghostmax(x)",
    facts=Facts(convex=True, kernel="none", activation_range=("0", "1"), slope_range=("0", "1/2")),
    reference="https://www.evanmiller.org/attention-is-off-by-one.html",
)
