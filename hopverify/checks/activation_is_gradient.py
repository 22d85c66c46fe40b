"""Activation is a gradient: a layer given by its activation g has a Lagrangian iff ∂g_i/∂x_j = ∂g_j/∂x_i.

On R^n a C¹ field is a gradient exactly if its Jacobian is symmetric everywhere (Poincaré). Clipped softmax and layer
normalisation with a gain per neuron fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import Model
from hopverify.obligations import SymmetricJacobian


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    return [_claim(SymmetricJacobian(layer)) for layer in model.layers.values()]


def _claim(obligation: SymmetricJacobian) -> Claim:
    layer = obligation.layer
    if layer.function.potential is not None:
        said = "the layer is given by its Lagrangian, whose gradient the activation is"
        return Claim(layer.name, obligation.statement, inapplicable=said)
    return Claim(layer.name, obligation.statement, necessary=(obligation,))


CHECK = Check(
    name="activation_is_gradient",
    title="Activation is a gradient",
    refuted="Activation is no gradient",
    theory="T1",
    explanation=(
        "Without a Lagrangian there is no energy of the Krotov-Hopfield form. A layer that states "
        "`activation:` has one exactly if the Jacobian of g is symmetric at every state; a fail names a state "
        "and the two partial derivatives that differ."
    ),
    premises="a layer that is given by its activation",
    sizes={
        "": "any for elementwise activations; others: 8 neurons for a proof, 64 for a witness",
    },
    claims=_claims,
    order=10,
    implicit=True,
)
