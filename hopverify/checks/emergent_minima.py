"""Emergent minima (M2): all local minima of the Epanechnikov energy, those at stored patterns and those between them.

Concerns an identity layer without leak and bias under one ``epanechnikov`` synapse (arXiv:2506.10801). Where no ball
holds the state the energy is constant: a continuum of equilibria, which the list does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import Model
from hopverify.obligations import BallMinima
from hopverify.synapses.epanechnikov import Epanechnikov

_STATEMENT = "which are all the local minima of the energy, stored and emergent?"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    layers, synapses = list(model.layers.values()), list(model.synapses.values())
    plain = [
        layer.function.name == "identity" and set(layer.leak) == {0} and not layer.bias.values.any() for layer in layers
    ]
    if plain != [True] or len(synapses) != 1 or not isinstance(synapses[0], Epanechnikov) or model.claimed is not None:
        said = "needs one identity layer without leak and bias, with one epanechnikov synapse and no other"
        return [Claim(model.name, _STATEMENT, inapplicable=said)]
    obligation = BallMinima(model, synapses[0])
    return [Claim(next(iter(model.synapses)), obligation.statement, necessary=(obligation,))]


CHECK = Check(
    name="emergent_minima",
    title="All local minima are known",
    theory="M2",
    explanation=(
        "Where the state lies in the balls of the patterns S and in no other, the energy is smooth, and its one "
        "critical point is the centroid of S, a strict minimum. It counts if it lies inside all balls of S and outside "
        "all others. At the edge of a ball there is no minimum. The check tries all sets of overlapping balls, in "
        "rationals. A pass lists the minima, each with a ball that the flow draws to it. Minima that are no stored "
        "pattern are emergent."
    ),
    premises="one identity layer without leak and bias, with one epanechnikov synapse and no other",
    sizes={
        "": "hundreds of patterns, while at most 100,000 sets of their balls overlap",
    },
    claims=_claims,
    order=125,
    diagnostic=True,
    kinds=("epanechnikov",),
)
