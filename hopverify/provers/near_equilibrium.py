"""Near-equilibrium witness: a tiny ascent that a defect of the drive leaves, found at high precision.

Let G be the gradient flow of the energy, ∇E = -H·G, and f = Tẋ = G - δ the flow of the model, δ the defect (for a
synapse within a layer, δ = (p(W + Wᵀ) - W)γ). Where f = -δ/2, dE/dt = -(f + δ)ᵀH T⁻¹ f = ¼ δᵀH T⁻¹ δ ≥ 0. That state
is an equilibrium of the model whose drive is the mean of the two. Where drives are linear, the flow and Newton's method
with slopes in closed form find it in moments, which is enough for a large defect. In small models it is refined by
chord steps at some 60 digits, since a defect of one unit in the last place only shows there.
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
from hopverify.networks import Model, linear_network
from hopverify.networks.network import joined, split
from hopverify.numerics.equilibrium import newton
from hopverify.numerics.sampling import short, states
from hopverify.numerics.settling import Settling
from hopverify.obligations import Descent
from hopverify.provers import Budget, Prover
from hopverify.provers.ascent_witness import ascents
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_SIZE, MAX_LINEAR, CHORD_STEPS, BITS = 60, 400, 12, 200
STARTS, DIGITS = 10, 24


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


def _ends(model: Model, starts: list[Floats], budget: Budget) -> Iterator[Floats]:
    """Yield where the flow of a model with linear drives comes to rest, in floating point."""
    network = linear_network(model) if len(model.dynamic) == len(model.layers) and model.size <= MAX_LINEAR else None
    if network is None or not network.elementwise:
        return
    settling = Settling(network)
    for start in starts:
        budget.ask()
        end = settling.settled(start)
        if end is not None:
            yield end


def _search(obligation: Descent, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    averaged = replace(model, synapses={name: _averaged(synapse) for name, synapse in model.synapses.items()})
    unchanged = all(averaged.synapses[name] is synapse for name, synapse in model.synapses.items())
    if unchanged or model.claimed is not None:
        return
    starts = [np.zeros(model.size), *states(model.size, STARTS, budget.seed)]
    for end in _ends(averaged, starts, budget):
        yield from ascents(model, short(end, DIGITS))
    for start in starts if model.size <= MAX_SIZE else []:
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
