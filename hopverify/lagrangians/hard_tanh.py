"""Hard tanh: g(x) = clip(x, -1, 1), L(x) = Σ ½x² for |x| ≤ 1 and |x| - ½ outside (Huber's function), h = 1 for |x| < 1.

Convex, C^{1,1}; dead for |x| > 1.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="hard_tanh",
    summary="linear cut at -1 and 1: dead on both sides",
    potential="x^2/2 - relu(x - 1)^2/2 - relu(-x - 1)^2/2",
    activation="clip(x, -1, 1)",
    slope="step(x + 1)*step(1 - x)",
    facts=Facts(
        convex=True,
        kernel="dead set",
        dead=((None, "-1"), ("1", None)),
        activation_range=("-1", "1"),
        slope_range=("0", "1"),
    ),
)
