"""Lagrangian convexity (T2, T3): H(x) ⪰ 0 for every state, equivalently g is monotone.

This is what makes E a Lyapunov function; GELU, SiLU and Mish do not have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim, claim_of_layer
from hopverify.networks import Model
from hopverify.obligations import Convex


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    return [claim_of_layer(Convex(layer)) for layer in model.layers.values()]


CHECK = Check(
    name="lagrangian_convexity",
    title="Lagrangian is convex",
    refuted="Lagrangian is not convex",
    theory="T2, T3",
    explanation=(
        "The energy descends because dE/dt = -ẋᵀTH(x)ẋ, and that is ≤ 0 when the Hessian H of the Lagrangian "
        "is positive semidefinite at every state. For an elementwise Lagrangian H is diagonal with entries "
        "h(x_i), and the check is h ≥ 0. A fail comes with a state and a direction of negative curvature."
    ),
    premises="a layer with a Lagrangian",
    sizes={
        "": "any, if structure decides",
    },
    claims=_claims,
    order=20,
    implicit=True,
)
