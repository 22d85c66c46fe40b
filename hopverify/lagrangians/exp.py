"""Exponential: L(x) = Σ e^(βx)/β, g(x) = e^(βx), h = βe^(βx).

Strictly convex; saturates towards -∞. The hidden layer of the exponential dense associative memory (arXiv:1702.01929).
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="exp",
    summary="exponential: saturates towards 0",
    potential="exp(beta*x)/beta",
    activation="exp(beta*x)",
    slope="beta*exp(beta*x)",
    parameters=(BETA,),
    facts=Facts(convex=True, kernel="none", saturates=(-1,), activation_range=("0", None), slope_range=("0", None)),
    reference="arXiv:1702.01929",
)
