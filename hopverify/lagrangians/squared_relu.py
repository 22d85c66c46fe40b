"""Squared ReLU: g(x) = max(x, 0)², L(x) = Σ max(x, 0)³/3, h = 2·max(x, 0).

Convex and C²; every x < 0 is dead. The activation was found by search in arXiv:2109.08668.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="squared_relu",
    summary="squared rectified linear: dead for x < 0",
    potential="relu(x)^3/3",
    activation="relu(x)^2",
    slope="2*relu(x)",
    facts=Facts(
        convex=True, kernel="dead set", dead=((None, "0"),), activation_range=("0", None), slope_range=("0", None)
    ),
    reference="arXiv:2109.08668",
)
