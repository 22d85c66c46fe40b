"""Energy descent of spins (D1, D2): no update raises E = S - b·s, from any state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checks import Check, Claim
from hopverify.networks import SpinModel
from hopverify.obligations import SpinDescent


def _claims(model: SpinModel, values: Mapping[str, Any]) -> list[Claim]:
    obligation = SpinDescent(model)
    return [Claim(model.name, obligation.statement, necessary=(obligation,))]


CHECK = Check(
    name="spin_energy_descent",
    title="Updates never raise the energy",
    refuted="An update raises the energy",
    theory="D1, D2",
    explanation=(
        "Setting one neuron to the sign of its drive lowers E if the drive is -∇S with W_ii ≥ 0, or S is concave; by "
        "the energy rule it does so by definition. Setting all at once is safe if S is concave (W ⪰ 0), and not in "
        "general. A tie keeps the neuron. A fail is a state, and with asynchronous updates a neuron, whose update "
        "raises E, in whole numbers."
    ),
    premises="a model of spins (±1)",
    sizes={
        "": "any, if structure decides; W ⪰ 0 in rationals: 200 neurons",
    },
    claims=_claims,
    order=200,
    discrete=True,
)
