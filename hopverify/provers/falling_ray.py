"""A ray of states along which the energy falls without bound, and, for symmetric weights, a solution that runs away.

Directions of activations along which the quadratic part is negative come from projected descent or exact copositivity;
without affine drives a few directions are tried. What E is far out is computed in rationals at whole multiples.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.payload import text_of
from hopverify.errors import HopverifyError
from hopverify.expr.exact import EXACT
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.segments import segments
from hopverify.numerics.copositivity import negative_direction
from hopverify.numerics.energy_form import as_gradient
from hopverify.numerics.exact_copositivity import TooLarge, is_strictly_copositive
from hopverify.obligations import Bounded, EnergyBoundedBelow, GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import found_by_kernel, premise_of
from hopverify.verdict import Reason

Vector = np.ndarray[Any, Any]
Ray = dict[str, list[Fraction]]
RAISE = Fraction(1, 2**40)
FAR, MAX_DEGREE, MAX_SIZE = 2**20, 6, 60


def _search(obligation: Bounded | EnergyBoundedBelow | GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if any(layer.instantaneous for layer in model.layers.values()):
        return
    if isinstance(obligation, EnergyBoundedBelow):
        for ray in _rays(model, budget):
            found = _falls(model, ray)
            if found is not None:
                claim = {"ray": _texts(ray), "degree": found[0], "coefficient": text_of(found[1])}
                yield found_by_kernel({}, "ray", "energy unbounded below", **claim)
        return
    network = _piecewise(model)
    for d in _directions(network, budget) if network is not None and network.is_symmetric else ():
        assert network is not None
        x = _states(network, d)
        value = (network.leak * d * x).sum() - (d * (network.W @ d)).sum()
        claim = {"ray": _texts(_by_layer(network, x)), "coefficient": text_of(Fraction(value) / 2)}
        runs = found_by_kernel({}, "energy", "unbounded solutions", **claim)
        if isinstance(obligation, Bounded):
            yield runs
        else:
            yield found_by_kernel({"premises": [premise_of(runs)]}, "unbounded", "no global stability")


def _rays(model: Model, budget: Budget) -> Iterator[Ray]:
    """Yield states along which E may fall."""
    synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
    network = _piecewise(Model(model.name, model.layers, synapses, model.memories, None, model.arrays))
    if network is not None:
        for d in _directions(network, budget):
            yield _by_layer(network, _states(network, d))
    sizes = {name: layer.size for name, layer in model.layers.items()}
    # Without a leak the quadratic part may be 0 along a ray, and biases decide.
    leakless = any(0 in layer.leak for layer in model.layers.values())
    if (network is None or leakless) and sum(sizes.values()) <= MAX_SIZE:
        for sign in (1, -1):
            yield {name: [Fraction(sign)] * size for name, size in sizes.items()}
        for chosen, size in sizes.items():
            for k in range(size):
                for sign in (1, -1):
                    yield {n: [Fraction(sign * (n == chosen and i == k)) for i in range(m)] for n, m in sizes.items()}


def _falls(model: Model, ray: Ray) -> tuple[int, Fraction] | None:
    """Return the degree and the leading coefficient of E far out, if it is a polynomial there, and falls."""
    rows: list[list[Fraction]] = [[]]
    try:
        for t in range(FAR, FAR + MAX_DEGREE + 2):
            state = {name: np.array([t * each for each in own], dtype=object) for name, own in ray.items()}
            rows[0].append(Fraction(model.energy(state, EXACT)))
    except (HopverifyError, ArithmeticError, TypeError, ValueError):
        return None
    while len(rows[-1]) > 1:
        rows.append([b - a for a, b in pairwise(rows[-1])])
    degree = max((k for k, row in enumerate(rows) if any(row)), default=0)
    lead = rows[degree][0]
    if degree == 0 or degree > MAX_DEGREE or lead >= 0:
        return None
    for k in range(2, degree + 1):
        lead /= k
    return degree, lead


def _piecewise(model: Model) -> LinearNetwork | None:
    """Return the network, if all neurons leak and their activations are piecewise linear and rising."""
    network = linear_network(model)
    if network is None or not all(rate > 0 for rate in network.leak):
        return None
    rising = all(segments(function) is not None and is_nondecreasing(function) for function in network.functions)
    return network if rising else None


def _far_slopes(network: LinearNetwork) -> tuple[Vector, Vector]:
    """Return the slopes of the activations at -∞ and at +∞."""
    parts = [segments(function) or () for function in network.functions]
    left = np.array([part[0].slope for part in parts], dtype=object)
    return left, np.array([part[-1].slope for part in parts], dtype=object)


def _states(network: LinearNetwork, d: Vector) -> Vector:
    left, right = _far_slopes(network)
    rates = np.where(d > 0, right, left)
    return np.array([each / rate if each else Fraction(0) for each, rate in zip(d, rates, strict=True)], dtype=object)


def _by_layer(network: LinearNetwork, x: Vector) -> Ray:
    return {layer.name: [x[k] for k in place] for layer, place in network.places()}


def _texts(ray: Ray) -> dict[str, list[str]]:
    return {name: [text_of(each) for each in own] for name, own in ray.items()}


def _directions(network: LinearNetwork, budget: Budget) -> Iterator[Vector]:
    """Yield directions of activations with Σ ρd²/s - dᵀWd < 0."""
    left, right = _far_slopes(network)
    leak, W = np.array(network.leak, dtype=np.float64), np.array(network.W, dtype=np.float64)
    with np.errstate(divide="ignore"):
        costs = [leak / np.array(side, dtype=np.float64) for side in (left, right)]
    if not np.isfinite(W).all() or np.isinf(costs).all():
        return
    d = negative_direction(W, *costs, seed=budget.seed, stop=lambda: budget.exhausted)
    if d is not None:
        yield np.array([Fraction(each) for each in d.tolist()], dtype=object)
    elif np.all(left == 0) and np.all(right > 0):
        # Raised a little, so that a witness has a negative value and not 0.
        form = -network.W
        for i in range(len(form)):
            form[i, i] += network.leak[i] / right[i] + RAISE
        try:
            _, exact = is_strictly_copositive(form)
        except TooLarge:
            return
        if exact is not None:
            yield np.array([Fraction(each) for each in exact], dtype=object)


PROVER = Prover(
    name="falling_ray",
    summary="a ray of states along which the energy falls without bound",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
