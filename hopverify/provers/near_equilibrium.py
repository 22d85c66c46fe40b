"""Near-equilibrium witness: a tiny ascent that a defect of the drive leaves, found at high precision.

Let G be the gradient flow of the energy, ∇E = -H·G, and f = Tẋ = G - δ the flow of the model, δ the defect (for a
synapse within a layer, δ = (p(W + Wᵀ) - W)γ). Where f = -δ/2, dE/dt = -(f + δ)ᵀH T⁻¹ f = ¼ δᵀH T⁻¹ δ ≥ 0. That state
is an equilibrium of the model whose drive is the mean of the two. It is refined by chord steps at some 60 digits, since
a defect of one unit in the last place only shows there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.networks import Model
from hopverify.networks.network import joined, split
from hopverify.numerics.equilibrium import newton
from hopverify.numerics.sampling import states
from hopverify.obligations import Descent
from hopverify.provers import Budget, Prover
from hopverify.provers.ascent_witness import ascents
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_SIZE, CHORD_STEPS, BITS, STARTS = 60, 12, 200, 10


def _averaged(synapse: Synapse) -> Synapse:
    """Return the synapse whose drive is the mean of its own and of -∇S."""
    if not isinstance(synapse, Dense) or synapse.defect() is None or not synapse.within:
        return synapse
    W, p = synapse.matrix.fractions(), synapse.prefactor
    return replace(synapse, matrix=ExactArray.of((W + p * (W + W.T)) / 2))


def _refined(model: Model, x: Floats, inverse: Floats) -> list[Fraction]:
    """Return the state improved by chord steps in ball arithmetic, as rationals of ``BITS`` bits."""
    with precision(BITS):
        slopes, point = BALLS.array(inverse), BALLS.array(x)
        for _ in range(CHORD_STEPS):
            point = point - slopes @ joined(model.flow(split(model, point), BALLS))
            point = np.frompyfunc(lambda entry: entry.mid(), 1, 1)(point)
        return [Fraction(int(m)) * Fraction(2) ** int(e) for m, e in (entry.man_exp() for entry in point)]


def _search(obligation: Descent, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if model.size > MAX_SIZE or model.claimed is not None or not model.has_known_energy:
        return
    averaged = replace(model, synapses={name: _averaged(synapse) for name, synapse in model.synapses.items()})
    unchanged = all(averaged.synapses[name] is synapse for name, synapse in model.synapses.items())
    if unchanged:
        return
    starts = [np.zeros(model.size), *states(model.size, STARTS, budget.seed)]
    for start in starts:
        try:
            found = newton(averaged, start, budget.ask)
        except (HopverifyError, ZeroDivisionError):
            continue
        if found is not None:
            yield from ascents(model, np.array(_refined(averaged, *found), dtype=object))


PROVER = Prover(
    name="near_equilibrium",
    summary="a state beside an equilibrium where a tiny defect of the drive makes the energy rise, at 60 digits",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
