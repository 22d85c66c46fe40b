"""Energy flatness (T4, T5): has the energy flat regions, segments of states that share an activation?

E is constant on such a segment; for convex L it is so on all of F(γ) = {x : g(x) = γ}, which is convex. Three answers
are told apart: exactly dead (ReLU below 0), singular everywhere (softmax along the vector of ones), and only saturated
(tanh: no flat region).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import ANOTHER_ENERGY, Check, Claim, claim_of_layer
from hopverify.networks import Layer, Model
from hopverify.obligations import NowhereFlat


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    claims = [_claim(layer) for layer in model.dynamic]
    if model.claimed is None:
        return claims
    return [Claim(claim.subject, claim.statement, inapplicable=ANOTHER_ENERGY) for claim in claims]


def _claim(layer: Layer) -> Claim:
    obligation = NowhereFlat(layer)
    return claim_of_layer(obligation, f"no flat region is larger than a point: {obligation.statement}")


CHECK = Check(
    name="energy_flatness",
    title="No segment of states shares an activation, and so an energy",
    refuted="The energy has flat regions",
    theory="T4, T5",
    explanation=(
        "By Fenchel and Young, E(x) = L*(g(x)) - bᵀg(x) + S(g(x)) for convex L: the energy sees the "
        "activations and nothing else. Where two states share an activation the energy is constant on the "
        "segment between them. A fail shows two such states, or the direction along which the energy never "
        "changes, and says whether the region is dead, or singular everywhere, and whether it is unbounded. "
        "A pass excludes flat regions of this kind for all weights; weights may still level E out elsewhere, "
        "as W = I does for linear neurons. "
        "Saturation (tanh) is not flatness and passes."
    ),
    premises="a Lagrangian in each layer with τ > 0; the energy that is derived, not one that the spec claims",
    sizes={
        "": "any",
    },
    claims=_claims,
    order=60,
    implicit=True,
)
