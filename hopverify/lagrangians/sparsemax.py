"""Sparsemax: g(x) = the point of the probability simplex nearest to x, L(x) = max_p ⟨x, p⟩ - ½(|p|² - 1).

Convex, C^{1,1}. On a cell with support S, H is the projection I_S - 1_S1_Sᵀ/|S|: rank |S| - 1, so the energy is flat
along the vector of ones and in every component outside the support.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="sparsemax",
    summary="projection onto the simplex: flat along ones and outside the support",
    potential="sparsemax_conjugate(x)",
    activation="sparsemax(x)",
    facts=Facts(convex=True, kernel="support", activation_range=("0", "1"), slope_range=("0", "1")),
    reference="arXiv:1602.02068",
)
