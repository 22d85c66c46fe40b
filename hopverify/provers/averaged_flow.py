"""Averaged flow: a state at which the energy rises in a network whose weights are not symmetric, of any size.

Near an equilibrium of the network whose drive is the mean of the drive and of minus the energy's gradient, the defect δ
makes the energy rise at the rate ¼ δᵀHT⁻¹δ (:mod:`hopverify.numerics.averaged`). It is followed from some states in all
neurons, then in pairs and other small sets, whose partners are where their activations are flat, so that they do not
count. Where δ is 0, at x = 0 without bias for one, dE/dt is a quadratic form, and its highest direction is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.networks import Model
from hopverify.networks.network import split
from hopverify.numerics.averaged import AveragedFlow, averaged_flow
from hopverify.numerics.sampling import short, states
from hopverify.obligations import Descent
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import rounded
from hopverify.provers.structure import by_kernel
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
STARTS, DIGITS, SETS, LARGEST, DRAWN = 4, 24, 120, 4, 500
SIZES = (0.25, 1.0, 4.0, 16.0)
SCALES = (1.0, 0.25, 2.0**-5, 2.0**-10)
# In larger networks a few neurons are tried first: linear systems of all take seconds.
SMALL = 200
# So much of what doubles say is claimed, and as many states as this are offered to the kernel.
SHARE, OFFERED = Fraction(1023, 1024), 3


def _search(obligation: Descent, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    flow = averaged_flow(model) if model.has_known_energy else None
    if flow is None or not (flow.unequal.any() or (flow.b != flow.beta).any()):
        return
    offered = 0
    for x in _candidates(flow, budget):
        at = short(x, DIGITS)
        rate = flow.rate(at)
        if rate > 0:
            yield _ascent(model, at, rate)
            offered += 1
            if offered == OFFERED:
                return


def _ascent(model: Model, x: Floats, rate: float) -> Evidence:
    state = {name: [str(Fraction(each)) for each in part.tolist()] for name, part in split(model, x).items()}
    return by_kernel("point", "ascent", state=state, rate=rounded(Fraction(rate) * SHARE))


def _candidates(flow: AveragedFlow, budget: Budget) -> Iterator[Floats]:
    small = len(flow.b) <= SMALL
    if small:
        yield from _near_rest(flow, budget)
    yield from _of_few(flow, budget)
    if not small:
        yield from _near_rest(flow, budget)
    for start in states(len(flow.b), STARTS, budget.seed):
        end = flow.rest(start, ask=budget.ask)
        if end is not None:
            yield end


def _near_rest(flow: AveragedFlow, budget: Budget) -> Iterator[Floats]:
    """Yield where the averaged flow from 0 ends, and states beside it in the highest direction."""
    end = flow.rest(np.zeros(len(flow.b)), ask=budget.ask)
    if end is not None:
        yield end
        direction = flow.rising_direction(end)
        yield from (end + scale * direction for scale in SCALES)


def _of_few(flow: AveragedFlow, budget: Budget) -> Iterator[Floats]:
    """Yield states of a few neurons that differ in their weights, drawn or at rest, where all others are flat."""
    random, flat = np.random.default_rng(budget.seed), _flat_states(flow)
    rows, columns = np.nonzero(flow.unequal)
    for number in range(SETS if len(rows) else 0):
        budget.ask()
        place = random.integers(len(rows))
        others = random.integers(len(flat), size=number % (LARGEST - 1))
        alive = np.unique([rows[place], columns[place], *others])
        if not all(states for i, states in enumerate(flat) if i not in alive):
            return
        x = np.array([states[number % len(states)] if states else 0.0 for states in flat])
        drawn = random.normal(size=(DRAWN, len(alive))) * random.choice(SIZES, size=(DRAWN, 1))
        with np.errstate(all="ignore"):
            rates = flow.rates(x, alive, drawn)
        x[alive] = drawn[np.argmax(np.nan_to_num(rates, nan=-np.inf))]
        yield x
        x[alive] = 0.0
        end = flow.rest(x, alive)
        if end is not None:
            yield end


def _flat_states(flow: AveragedFlow) -> list[list[float]]:
    """Return states of each neuron at which its activation is flat."""
    return [
        states for states, (layer, _) in zip(flow.flat_states(), flow.layers, strict=True) for _ in range(layer.size)
    ]


PROVER = Prover(
    name="averaged_flow",
    summary="a state at which unequal weights make the energy rise, at rest in the network with averaged weights",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
