"""Ascent witness: sample and optimise for a state from which the energy increases, dE/dt > 0.

States are drawn, the best are improved by a local method, rounded to short rationals, and handed to the checker with
and without the claim that one whole update (T ẋ added at once) raises the energy too. Where T2 excludes such a state,
nothing is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import joined, split
from hopverify.numerics.minimisation import minimise
from hopverify.numerics.sampling import drawn, short, states
from hopverify.obligations import Descent
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import below
from hopverify.provers._excluded import energy_cannot_rise
from hopverify.provers.structure import by_kernel
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
FAILURES = (HopverifyError, ZeroDivisionError, OverflowError, FloatingPointError)
MAX_LOCAL, BEST = 60, 6
# In models of more neurons dual numbers take longer than two energies, in large ones a hundred times as long.
MAX_DUAL = 12
# Differences are taken over so much of the size of a state.
SHARE = 1e-5


def _rate(model: Model, x: Floats) -> float:
    """Return dE/dt in floats; -∞ where it cannot be evaluated."""
    try:
        with np.errstate(all="ignore"):
            value = float(model.energy_rate(split(model, x), FLOATS))
    except FAILURES:
        return -np.inf
    return value if np.isfinite(value) else -np.inf


def _difference(model: Model, x: Floats) -> float:
    """Return about dE/dt, by a central difference along the flow: in large models many times as fast."""
    try:
        with np.errstate(all="ignore"):
            velocity = np.asarray(joined(model.velocity(split(model, x), FLOATS)), dtype=np.float64)
            h = SHARE * (1 + np.max(np.abs(x))) / (1e-300 + np.max(np.abs(velocity)))
            ends = (float(model.energy(split(model, x + side * h * velocity), FLOATS)) for side in (1, -1))
            value = (next(ends) - next(ends)) / (2 * h)
    except FAILURES:
        return -np.inf
    return float(value) if np.isfinite(value) else -np.inf


def _search(obligation: Descent, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if not model.has_known_energy or energy_cannot_rise(model, budget):
        return
    neurons = sum(layer.size for layer in model.layers.values())
    rate: Callable[[Model, Floats], float] = _rate if neurons <= MAX_DUAL else _difference
    scored = []
    count = drawn(budget.samples, max(50, 200_000 // neurons**2))
    for number, x in enumerate(states(model.size, count, budget.seed)):
        budget.ask()
        budget.report(number, count, "states")
        scored.append((rate(model, x), x))
    scored.sort(key=lambda pair: -pair[0])
    for guess, x in scored[:BEST]:
        budget.ask()
        if guess > 0 and _rate(model, x) > 0:
            yield from _evidence(model, x)
        if neurons <= MAX_LOCAL and np.isfinite(guess):
            evaluations = min(600, 4 * budget.samples)
            better = short(minimise(lambda y: -rate(model, y), x, evaluations=evaluations, ask=budget.ask))
            if _rate(model, better) > 0:
                yield from _evidence(model, better)


def _evidence(model: Model, x: Floats) -> Iterator[Evidence]:
    at = short(x)

    def rise_by_one_update(state: dict[str, Any]) -> Any:
        flow = model.flow(state, BALLS)
        after = {name: state[name] + flow[name] for name in state}
        return model.energy(after, BALLS) - model.energy(state, BALLS)

    for rise in _bounds(model, at, rise_by_one_update):
        yield from ascents(model, at, step="1", rise=rise)
    yield from ascents(model, at)


def ascents(model: Model, x: Any, **more: str) -> Iterator[Evidence]:
    """Yield evidence for the kernel that the energy rises at a state, in short numbers."""
    state = {name: texts_of(values.tolist()) for name, values in split(model, x).items()}
    for rate in _bounds(model, x, lambda point: model.energy_rate(point, BALLS)):
        yield by_kernel("point", "ascent", state=state, rate=rate, **more)


def _bounds(model: Model, x: Any, value: Callable[[dict[str, Any]], Any]) -> list[str]:
    """Return lower bounds of what is positive at a state; none where it is not certainly so."""
    try:
        with precision():
            return list(below(value({name: BALLS.array(part) for name, part in split(model, x).items()})))
    except FAILURES:
        return []


PROVER = Prover(
    name="ascent_witness",
    summary="a state with dE/dt > 0, by sampling and optimisation",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
