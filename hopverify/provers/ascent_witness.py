"""Ascent witness: sample and optimise for a state from which the energy increases, dE/dt > 0.

States are drawn, the best are improved by a local method, rounded to short rationals, and handed to the checker with
and without the claim that one whole update (T ẋ added at once) raises the energy too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.model import Model
from hopverify.model.network import split
from hopverify.numerics.minimisation import minimise
from hopverify.numerics.sampling import short, states
from hopverify.obligations import Descent
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_LOCAL = 60


def _rate(model: Model, x: Floats) -> float:
    """Return dE/dt in floats, relative to the size of the energy's parts; -∞ where it cannot be evaluated."""
    try:
        with np.errstate(all="ignore"):
            value = float(model.energy_rate(split(model, x), FLOATS))
    except (HopverifyError, ZeroDivisionError, OverflowError, FloatingPointError):
        return -np.inf
    return value if np.isfinite(value) else -np.inf


def _search(obligation: Descent, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    scored = []
    count = min(budget.samples, max(50, 200_000 // model.size**2))
    for number, x in enumerate(states(model.size, count, budget.seed)):
        if budget.exhausted:
            return
        budget.report(number, count, "states")
        scored.append((_rate(model, x), x))
    scored.sort(key=lambda pair: -pair[0])
    for rate, x in scored[:6]:
        if rate > 0:
            yield from _evidence(model, x)
        if model.size <= MAX_LOCAL and np.isfinite(rate):
            better = short(minimise(lambda y: -_rate(model, y), x, evaluations=min(600, 4 * budget.samples)))
            if _rate(model, better) > 0:
                yield from _evidence(model, better)


def _evidence(model: Model, x: Floats) -> Iterator[Evidence]:
    state = {name: texts_of(values.tolist()) for name, values in split(model, short(x)).items()}
    yield {"rule": "ascent", "state": state, "step": "1"}
    yield {"rule": "ascent", "state": state}


PROVER = Prover(
    name="ascent_witness",
    summary="a state with dE/dt > 0, by sampling and optimisation",
    obligations=(Descent,),
    search=_search,
    order=70,
    reason=Reason.NO_WITNESS_FOUND,
)
