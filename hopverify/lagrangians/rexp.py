"""Rectified exponential: L(x) = Σ e^(β·max(x, 0))/β - max(x, 0), g(x) = e^(β·max(x, 0)) - 1, h = βe^(βx) for x > 0.

Convex, C^{1,1} on bounded sets; every x < 0 is dead, and h jumps from 0 to β at 0.
"""

from hopverify.lagrangians import Facts, Lagrangian
from hopverify.lagrangians._parameters import BETA

LAGRANGIAN = Lagrangian(
    name="rexp",
    summary="rectified exponential: dead for x < 0",
    potential="exp(beta*relu(x))/beta - relu(x)",
    activation="expm1(beta*relu(x))",
    slope="beta*exp(beta*relu(x))*step(x)",
    parameters=(BETA,),
    facts=Facts(
        convex=True, kernel="dead set", dead=((None, "0"),), activation_range=("0", None), slope_range=("0", None)
    ),
)
