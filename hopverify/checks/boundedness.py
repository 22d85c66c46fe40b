"""Boundedness (T10, T16): every solution stays bounded; where a box is told, it attracts them all.

This is stronger than an energy that descends and is bounded below: E sees the activations only, so it may be bounded
while a state runs away (a saturating layer without leak), and it may fall without bound (ReLU with strong weights).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim, at_instantaneous_values, where_definiteness_decides
from hopverify.networks import Model
from hopverify.obligations import Bounded


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    obligation = Bounded(model)
    assumptions = (*at_instantaneous_values(model.layers.values()), *where_definiteness_decides(model))
    return [Claim(model.name, obligation.statement, (obligation,), assumptions=assumptions)]


CHECK = Check(
    name="boundedness",
    title="States stay bounded",
    refuted="Some states run away",
    theory="T10, T16",
    explanation=(
        "Passes if every drive is bounded by the ranges of the activations; if bounds z with Bz + max(c, 0) < z "
        "exist, B the growth of the activations through the weights; if an energy that descends is large wherever an "
        "activation is (`energy_bounded_below`), and each neuron has a leak or is its own activation; or if one "
        "equilibrium attracts everything, as `global_stability` proves it. The box is in the data, where there is one. "
        "A fail is a direction d with dᵀ(diag(ρ/s) - W)d < 0: the solution from far out along it runs "
        "away, since it starts below the energy of every equilibrium; or a neuron without leak whose drive never "
        "changes sign; or a sum of states without leak whose drives add up to a constant. The first kind of fail needs "
        "piecewise-linear activations, symmetric weights and no instantaneous layer. If the form is 0 somewhere, the "
        "verdict is unknown."
    ),
    premises=(
        "a model with a flow. Where neither ranges of activations nor global stability bound the drives, "
        "an energy that descends, or activations that grow at most linearly"
    ),
    sizes={
        "": (
            "any, if the drives are bounded; thousands of neurons where global stability bounds them, or where states "
            "run away along a direction; hundreds where growth bounds them; a form of rectified neurons exactly up to "
            "14 that excite one another, and beyond that if a certificate is found"
        ),
    },
    claims=_claims,
    order=80,
    diagnostic=True,
)
