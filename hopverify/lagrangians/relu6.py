"""ReLU6: g(x) = min(max(x, 0), 6), L(x) = ½ Σ (max(x, 0)² - max(x - 6, 0)²), h = 1 for 0 < x < 6 and 0 outside.

Convex, C^{1,1}; dead for x < 0 and for x > 6.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="relu6",
    summary="rectified linear cut at 6: dead on both sides",
    potential="relu(x)^2/2 - relu(x - 6)^2/2",
    activation="clip(x, 0, 6)",
    slope="step(x)*step(6 - x)",
    facts=Facts(
        convex=True,
        kernel="dead set",
        dead=((None, "0"), ("6", None)),
        activation_range=("0", "6"),
        slope_range=("0", "1"),
    ),
    reference="arXiv:1801.04381",
)
