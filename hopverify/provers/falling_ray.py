"""A ray of states along which the energy falls without bound, and, for symmetric weights, a solution that runs away.

Directions of activations along which the quadratic part is negative come from projected descent or exact copositivity;
without affine drives a few directions are tried. What E is far out is computed in rationals at whole multiples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.payload import text_of
from hopverify.core import core_of
from hopverify.errors import HopverifyError
from hopverify.expr.exact import EXACT
from hopverify.networks import Model
from hopverify.networks.affine import affine_drive
from hopverify.networks.linear import drive_matrix
from hopverify.networks.segments import segments
from hopverify.numerics.copositivity import negative_direction
from hopverify.numerics.energy_form import as_gradient
from hopverify.numerics.exact_copositivity import TooLarge, is_strictly_copositive
from hopverify.numerics.quadratic_drives import form, weights
from hopverify.obligations import Bounded, EnergyBoundedBelow, GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import entry, found_by_kernel, premise_of
from hopverify.synapses import Synapse
from hopverify.verdict import Reason

Vector = np.ndarray[Any, Any]
Ray = dict[str, list[Fraction]]
RAISE = Fraction(1, 2**40)
FAR, MAX_DEGREE, MAX_SIZE = 2**20, 6, 60


@dataclass(frozen=True)
class _Network:
    """A model with affine drives, and activations that are piecewise linear and never fall.

    ``slopes`` are those of each neuron at -∞ and at +∞.
    """

    model: Model
    synapses: Mapping[str, Synapse]
    leak: Vector
    slopes: tuple[Vector, Vector]

    def by_layer(self, values: Vector) -> dict[str, Vector]:
        return {name: values[place] for name, place in self.model.places.items()}


def _search(obligation: Bounded | EnergyBoundedBelow | GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if any(layer.instantaneous for layer in model.layers.values()):
        return
    if isinstance(obligation, EnergyBoundedBelow):
        for ray, found in _falling(model, budget):
            claim = {"ray": _texts(ray), "degree": found[0], "coefficient": text_of(found[1])}
            yield found_by_kernel({}, "ray", "energy unbounded below", **claim)
        return
    network = _piecewise(model, model.synapses)
    for ray, value in _rays(network, budget) if network is not None else ():
        claim = {"ray": _texts(ray), "coefficient": text_of(value)}
        runs = found_by_kernel(_symmetry(model), "energy", "unbounded solutions", **claim)
        if isinstance(obligation, Bounded):
            yield runs
        else:
            yield found_by_kernel({"premises": [premise_of(runs)]}, "unbounded", "no global stability")


def _symmetry(model: Model) -> dict[str, Any]:
    """Return the premises that W is symmetric, where each synapse is minus a gradient; otherwise its entries tell."""
    if not all(synapse.defect() is None for synapse in model.synapses.values()):
        return {}
    ways = {each.name: "definition" if each.drive is None else "identity" for each in core_of(model).synapses}
    return {"premises": [entry(way, "gradient drive", synapse=name) for name, way in ways.items()]}


def _falling(model: Model, budget: Budget) -> Iterator[tuple[Ray, tuple[int, Fraction]]]:
    """Yield states along which E falls, with its degree and its leading coefficient."""
    synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
    network = _piecewise(model, synapses)
    quadratic = [] if network is None else list(_rays(network, budget))
    if model.claimed is None:
        yield from ((ray, (2, value)) for ray, value in quadratic)
    # Without a leak the quadratic part may be 0 along a ray, and biases decide.
    leakless = any(0 in layer.leak for layer in model.layers.values())
    claimed = [] if model.claimed is None else [ray for ray, _ in quadratic]
    for ray in chain(claimed, _simple(model) if network is None or leakless else ()):
        found = _falls(model, ray)
        if found is not None:
            yield ray, found


def _rays(network: _Network, budget: Budget) -> Iterator[tuple[Ray, Fraction]]:
    """Yield states x with Σ ρxd - dᵀWd < 0 for their activations d far out, and half of this number."""
    for d in _directions(network, budget):
        rates = np.where(d > 0, network.slopes[1], network.slopes[0])
        x = np.array([each / rate if each else Fraction(0) for each, rate in zip(d, rates, strict=True)], dtype=object)
        own = network.by_layer(d)
        value = (network.leak * d * x).sum() - sum(form(synapse, own) for synapse in network.synapses.values())
        if value < 0:
            yield {name: list(part) for name, part in network.by_layer(x).items()}, Fraction(value) / 2


def _simple(model: Model) -> Iterator[Ray]:
    """Yield a few states of small models."""
    sizes = {name: layer.size for name, layer in model.layers.items()}
    if sum(sizes.values()) > MAX_SIZE:
        return
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


def _piecewise(model: Model, synapses: Mapping[str, Synapse]) -> _Network | None:
    """Return the network, if all drives are affine, and activations are such."""
    layers, slopes = model.layers.values(), []
    if not all(each.linear or affine_drive(model, each) is not None for each in synapses.values()):
        return None
    for layer in layers:
        parts = segments(layer.function) if is_nondecreasing(layer.function) else None
        if parts is None:
            return None
        slopes += [(parts[0].slope, parts[-1].slope)] * layer.size
    leak = np.array([rho for layer in layers for rho in layer.each(layer.leak)], dtype=object)
    left, right = np.array(slopes, dtype=object).T
    return _Network(model, synapses, leak, (left, right))


def _texts(ray: Ray) -> dict[str, list[str]]:
    return {name: [text_of(each) for each in own] for name, own in ray.items()}


def _directions(network: _Network, budget: Budget) -> Iterator[Vector]:
    """Yield directions of activations along which Σ ρd²/s - dᵀWd is likely to be < 0."""
    left, right = network.slopes
    if not (left.any() or right.any()):
        return
    W = weights(network.model.layers, network.synapses.values())
    with np.errstate(divide="ignore", invalid="ignore"):
        costs = [np.where(side > 0, network.leak.astype(float) / side.astype(float), np.inf) for side in (left, right)]
    if not (np.isfinite(W).all() and np.allclose(W, W.T)):
        return
    d = negative_direction(W, *costs, seed=budget.seed, stop=lambda: budget.exhausted)
    if d is not None:
        yield np.array([Fraction(each) for each in d.tolist()], dtype=object)
    elif len(W) <= MAX_SIZE and np.all(left == 0) and np.all(right > 0):
        # Raised a little, so that a witness has a negative value and not 0.
        model = network.model
        Q = -drive_matrix(Model(model.name, model.layers, network.synapses, model.memories, None, model.arrays))
        for i in range(len(Q)):
            Q[i, i] += network.leak[i] / right[i] + RAISE
        with suppress(TooLarge, ValueError):
            _, exact = is_strictly_copositive(Q)
            if exact is not None:
                yield np.array([Fraction(each) for each in exact], dtype=object)


PROVER = Prover(
    name="falling_ray",
    summary="a ray of states along which the energy falls without bound",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
