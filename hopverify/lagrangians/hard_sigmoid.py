"""Hard sigmoid: g(x) = clip(x/6 + 1/2, 0, 1), L(x) = Σ (max(x + 3, 0)² - max(x - 3, 0)²)/12, h = 1/6 for |x| < 3.

Convex, C^{1,1}; dead for |x| > 3. The slope 1/6 is PyTorch's; other libraries use 1/5 (see ``clipped_linear``).
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="hard_sigmoid",
    summary="piecewise linear sigmoid: dead for |x| > 3",
    potential="relu(x + 3)^2/12 - relu(x - 3)^2/12",
    activation="clip(x/6 + 1/2, 0, 1)",
    slope="step(x + 3)*step(3 - x)/6",
    facts=Facts(
        convex=True,
        kernel="dead set",
        dead=((None, "-3"), ("3", None)),
        activation_range=("0", "1"),
        slope_range=("0", "1/6"),
    ),
    reference="arXiv:1905.02244",
)
