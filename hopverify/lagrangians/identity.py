"""Identity: L(x) = ½ Σ x², g(x) = x, h = 1.

Strictly convex; the energy is flat nowhere. A linear layer, as the visible one of arXiv:2008.06996, model B.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="identity",
    summary="linear: g = x",
    potential="x^2/2",
    activation="x",
    slope="1",
    facts=Facts(convex=True, kernel="none", slope_range=("1", "1")),
    reference="arXiv:2008.06996",
)
