"""Sign activations in repairs: L = Σ|x|, whose activation jumps. The universal repair smooths it; the others refuse it.

The subdifferential of |x| is the filled-in sign (Filippov): γ = ±1 with the sign of x, and any γ in [-1, 1] at x = 0.
For c > 0 the resolvent ρx + cγ ∋ u has one solution for every u, whatever ρ > 0 is:

    |u| ≤ c: x = 0 and γ = u/c;     |u| > c: γ = ±1 with the sign of u and x = (u - cγ)/ρ.

That is γ = clip(u/c, -1, 1), the gradient of Huber's function. A spec writes it as a hard tanh layer of leak c without
inhibition: its state is u/c, and its part of V, c(u/c·γ - L(u/c)) - u·γ, is -cL(u/c) = -e(u).
"""

from __future__ import annotations

from hopverify.expr.nodes import Apply, Symbol
from hopverify.networks import Layer, Model
from hopverify.repairs import UnfitError

SMOOTHED = "hard_tanh"
"""The Lagrangian of a sign layer in the new spec."""


def is_sign(layer: Layer) -> bool:
    """Whether L = Σ|x|, by whatever name, with g = sign."""
    x, function = Symbol("x"), layer.function
    return function.potential == Apply("abs", (x,)) and function.activation == (Apply("sign", (x,)),)


def check_no_sign(model: Model) -> None:
    """Raise UnfitError where a layer's activation is the sign."""
    name = next((layer.name for layer in model.layers.values() if is_sign(layer)), None)
    if name is not None:
        raise UnfitError(
            f"layer {name} has an activation that jumps, and a locally Lipschitz one is needed here; "
            "universal (T12) smooths a sign and may help"
        )
