"""Absolute value: L(x) = Σ |x|, g(x) = sign(x), h = 0 for x ≠ 0.

Convex but not differentiable at 0, where g is set-valued; dead on both sides, so the energy is flat almost everywhere:
model A of arXiv:2008.06996. ``kink`` is 0 except at 0, where it has no value.
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="abs",
    summary="sign activation: dead on both sides, set-valued at 0",
    potential="abs(x)",
    activation="sign(x)",
    slope="2*kink(x)",
    facts=Facts(
        convex=True,
        kernel="dead set",
        dead=((None, "0"), ("0", None)),
        activation_range=("-1", "1"),
        slope_range=("0", None),
    ),
    reference="arXiv:2008.06996",
)
