"""Curvature witness: sample and optimise for a state x and a direction d with dᵀTHd < 0 (T the time constants, or 1).

Floating point proposes; states are rounded to short rationals before the checker evaluates them in balls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, LayerFunction
from hopverify.numerics.minimisation import minimise
from hopverify.numerics.sampling import drawn, short, states
from hopverify.obligations import CompatibleTimes, Convex
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import below
from hopverify.provers.structure import by_kernel, found_by_kernel

Floats = NDArray[np.float64]
MAX_DENSE = 40


def hessian(function: LayerFunction, x: Floats) -> Floats:
    """Return H(x) in floats, column by column by dual numbers (symmetrised)."""
    n = len(x)
    columns = [function.hessian_times(x.astype(object), row.astype(object), FLOATS) for row in np.eye(n)]
    H = np.array(columns, dtype=np.float64)
    return (H + H.T) / 2


def _search(obligation: Convex | CompatibleTimes, budget: Budget) -> Iterator[Evidence]:
    function, n = obligation.function, obligation.layer.size
    if function.potential is None or (isinstance(obligation, CompatibleTimes) and obligation.layer.uniform_tau):
        return
    if function.elementwise:
        yield from _elementwise(obligation, n)
    elif n <= MAX_DENSE:
        yield from _whole(obligation, n, budget)


def _elementwise(obligation: Convex | CompatibleTimes, n: int) -> Iterator[Evidence]:
    """h < 0 somewhere: a fine grid of one neuron's state."""
    from hopverify.expr.evaluate import evaluate

    function = obligation.function
    assert function.slope is not None
    grid = np.concatenate([np.linspace(-8, 8, 1601), np.geomspace(8, 1e4, 200), -np.geomspace(8, 1e4, 200)])
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(evaluate(function.slope, {"x": grid}, FLOATS), dtype=float), grid.shape)
    best = int(np.nanargmin(values)) if not np.all(np.isnan(values)) else 0
    if not values[best] < 0:
        return
    state = [0.0] * n
    state[0] = float(short(np.array([grid[best]]))[0])
    yield from _evidence(obligation, np.array(state), np.eye(n)[0])


def _whole(obligation: Convex | CompatibleTimes, n: int, budget: Budget) -> Iterator[Evidence]:
    tau = np.array([float(value) for value in obligation.layer.tau]) if isinstance(obligation, CompatibleTimes) else 1.0

    def lowest(x: Floats) -> tuple[float, Floats]:
        H = hessian(obligation.function, x)
        S = tau * H if np.ndim(tau) == 0 else (tau[:, None] * H + H * tau[None, :]) / 2  # type: ignore[index]
        if not np.all(np.isfinite(S)):
            return float("inf"), np.zeros(n)
        values, vectors = np.linalg.eigh(S)
        return float(values[0]), vectors[:, 0]

    def safely(x: Floats) -> float:
        try:
            return lowest(x)[0]
        except (HopverifyError, ZeroDivisionError, FloatingPointError):
            return float("inf")

    candidates = list(states(n, drawn(budget.samples, 200), budget.seed))
    scored = sorted(candidates, key=safely)[:5]
    for x in scored:
        if budget.exhausted:
            return
        point = short(minimise(safely, x, evaluations=min(300, 4 * budget.samples), ask=budget.ask))
        if safely(point) < 0:
            yield from _evidence(obligation, point, short(lowest(point)[1]))


def _evidence(obligation: Convex | CompatibleTimes, state: Floats, direction: Floats) -> Iterator[Evidence]:
    layer, timed = obligation.layer, isinstance(obligation, CompatibleTimes)
    try:
        with precision():
            x, d = BALLS.array(state), BALLS.array(direction)
            times = layer.per_neuron(layer.tau, BALLS) if timed else 1
            bounds = list(below(-(times * d * obligation.function.hessian_times(x, d, BALLS)).sum()))
    except (HopverifyError, ZeroDivisionError, FloatingPointError):
        return
    for bound in bounds:
        if timed:
            yield from _incompatible(layer, state.tolist(), direction.tolist(), f"-{bound}")
        else:
            yield not_convex(layer, state.tolist(), direction.tolist(), f"-{bound}")


def _incompatible(layer: Layer, *shown: Any) -> Iterator[Evidence]:
    """Yield evidence for the kernel that the times of a layer whose L is convex do not fit."""
    for way in ("composition", "quadratic"):
        convex = {"claim": {"claim": "convex", "layer": layer.name}, "proof": {"by": way}}
        yield found_by_kernel({"premises": [convex]}, "point", "incompatible times", **_fields(layer, *shown))


def not_convex(layer: Layer, state: Iterable[Any], direction: Iterable[Any], curvature: str) -> Evidence:
    """Return evidence for the kernel that L is not convex."""
    return by_kernel("point", "not convex", **_fields(layer, state, direction, curvature))


def _fields(layer: Layer, state: Iterable[Any], direction: Iterable[Any], curvature: str) -> dict[str, Any]:
    return {
        "layer": layer.name,
        "state": texts_of(state),
        "direction": texts_of(direction),
        "curvature": curvature,
    }


PROVER = Prover(
    name="curvature_witness",
    summary="a state and a direction of negative curvature, by sampling and optimisation",
    search=_search,
)
