"""SELU: λ times ELU with α, the two constants being those that keep mean 0 and variance 1 (arXiv:1706.02515).

g(x) = λx for x > 0 and λα(e^x - 1) for x < 0. Convex; every neuron is alive and saturates towards -∞; h jumps from λα
to λ at 0. The constants are the published decimals, taken exactly.
"""

from hopverify.lagrangians import Facts, Lagrangian

_SCALE = "1.0507009873554804934193349852946"
_ALPHA = "1.6732632423543772848170429916717"

LAGRANGIAN = Lagrangian(
    name="selu",
    summary="self-normalizing exponential linear: saturates towards -1.758",
    potential=f"{_SCALE}*(relu(x)^2/2 + {_ALPHA}*(expm1(min(x, 0)) - min(x, 0)))",
    activation=f"{_SCALE}*(relu(x) + {_ALPHA}*expm1(min(x, 0)))",
    slope=f"{_SCALE}*(step(x) + {_ALPHA}*exp(min(x, 0))*step(-x))",
    facts=Facts(
        convex=True,
        kernel="none",
        saturates=(-1,),
        activation_range=(f"-{_SCALE}*{_ALPHA}", None),
        slope_range=("0", f"{_SCALE}*{_ALPHA}"),
    ),
    reference="arXiv:1706.02515",
)
