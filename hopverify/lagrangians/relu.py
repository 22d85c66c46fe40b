"""ReLU: L(x) = ½ Σ max(x, 0)², g(x) = max(x, 0), h = 1 for x > 0 and 0 for x < 0 (set-valued at 0).

Convex, C^{1,1}; every x < 0 is dead, so the energy is flat on whole orthants (arXiv:2410.13866).
"""

from hopverify.lagrangians import Facts, Lagrangian

LAGRANGIAN = Lagrangian(
    name="relu",
    summary="rectified linear: dead for x < 0",
    potential="relu(x)^2/2",
    activation="relu(x)",
    slope="step(x)",
    facts=Facts(
        convex=True, kernel="dead set", dead=((None, "0"),), activation_range=("0", None), slope_range=("0", "1")
    ),
    reference="arXiv:2008.06996",
)
