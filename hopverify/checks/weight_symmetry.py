"""Weight symmetry (T13): W = Wᵀ exactly for every synapse within a layer, or else what is left of it.

Weights that differ by one unit in the last place are not symmetric. For weights that are not, the certificate holds a
diagonal D ≻ 0 with DW symmetric if there is one (the energy can then be mended), else a cycle whose products disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import Model
from hopverify.obligations import SymmetricWeights


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    inner = [
        Claim(name, obligation.statement, necessary=(obligation,))
        for name, synapse in model.synapses.items()
        if synapse.weights is not None
        for obligation in (SymmetricWeights(model, name),)
    ]
    said = "no synapse stores a square matrix within one layer; energy_descent decides whether every drive is -∇S"
    return inner or [Claim(model.name, "the weights within each layer are symmetric", inapplicable=said)]


CHECK = Check(
    name="weight_symmetry",
    title="Weights are symmetric",
    refuted="Weights are not symmetric",
    theory="T13",
    explanation=(
        "The drive Wγ is the gradient of ½γᵀWγ only if W = Wᵀ, entry by entry. Between layers one matrix "
        "serves both directions, so nothing can be asymmetric. A fail names an unequal pair and says whether "
        "a positive diagonal D makes DW symmetric (T13): then Σ d_i L_i is a Lagrangian for which an energy "
        "exists."
    ),
    premises="a synapse that stores a square matrix within one layer",
    sizes={
        "": "any; a D that makes DW symmetric: 500 neurons",
    },
    claims=_claims,
    order=30,
    implicit=True,
)
