"""Boxes that every solution enters: by the ranges of the activations first, then by their growth through the weights.

Start from the ranges of the activations over all states. If the drive into a layer plus its bias lies in [p, q], the
layer enters any box larger than [p, q]/ρ, ρ > 0. An activation that is not bounded in itself (identity, ReLU) is, from
then on, within its range over that box, and so the next layer's drive may be bounded in turn. A neuron without leak
whose drive is bounded away from 0 runs away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, frexp
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.enclosure import enclosure
from hopverify.checker.linear_algebra import flint_matrix
from hopverify.checker.payload import text_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.expr.nodes import symbols
from hopverify.networks import Layer, LinearNetwork, Model, linear_network
from hopverify.numerics.attracting import growth_of_layer
from hopverify.numerics.growth import propose_box
from hopverify.numerics.ranges import Box, activation_range, total_drives
from hopverify.obligations import Bounded
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import by_kernel, found_by_kernel, regularity_premises
from hopverify.verdict import Reason

MAX_DRIFTING = 200
MARGINS, SHOWN_BITS, GRID = (2.0**-10, 2.0**-4, 1.0), 20, 2**50
"""The kernel's own intervals may be wider: of a share in softmax it knows that it is between 0 and 1."""


def settled(model: Model, margin: float) -> dict[str, Box]:
    """Return a box for the states of each layer that every solution enters; infinite where none is known."""
    gamma = _over_all_states(model)
    states: dict[str, Box] = {}
    while True:
        before = sum(box.is_finite for box in states.values())
        drives = total_drives(model, gamma)
        for name, layer in model.layers.items():
            states[name] = state_box(layer, drives[name], margin)
        for name, layer in model.layers.items():
            if states[name].is_finite and not gamma[name].is_finite:
                gamma[name] = _image(layer, states[name])
        # Each round but the last finds one more layer bounded.
        if sum(box.is_finite for box in states.values()) <= before:
            return states


def _over_all_states(model: Model) -> dict[str, Box]:
    return {name: Box.full(layer.size, activation_range(layer)) for name, layer in model.layers.items()}


def state_box(layer: Layer, drive: Box, margin: float) -> Box:
    """Return the box for x that a drive within bounds leads to."""
    if not all(rate > 0 for rate in layer.leak):
        return Box(np.full(layer.size, -np.inf), np.full(layer.size, np.inf))
    rates = [enclose(rate) for rate in (layer.leak if len(layer.leak) > 1 else layer.leak * layer.size)]
    least, most = (np.array([float(getattr(rate, end)) for rate in rates]) for end in ("lower", "upper"))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        low = np.where(drive.lower < 0, drive.lower / least, drive.lower / most)
        high = np.where(drive.upper > 0, drive.upper / least, drive.upper / most)
        return Box(low - margin * (np.abs(low) + margin), high + margin * (np.abs(high) + margin))


def _image(layer: Layer, states: Box) -> Box:
    """Return bounds of the activations over a box of states; those known before where there are none."""
    expression = layer.function.activation[0]
    if not layer.function.elementwise or symbols(expression) - {"x"}:
        return Box.full(layer.size, activation_range(layer))
    ends = zip(states.lower.tolist(), states.upper.tolist(), strict=True)
    found = [Box.full(1, enclosure(expression, Fraction(low), Fraction(high))) for low, high in ends]
    return Box(np.concatenate([box.lower for box in found]), np.concatenate([box.upper for box in found]))


def _runaways(model: Model) -> Iterator[Evidence]:
    """Offer a neuron without leak whose drive never changes sign."""
    free = [layer for layer in model.dynamic if not all(rate > 0 for rate in layer.leak)]
    drives = total_drives(model, _over_all_states(model)) if free else {}
    for layer in free:
        drive = drives[layer.name]
        for i, rate in enumerate(layer.leak if len(layer.leak) > 1 else layer.leak * layer.size):
            if rate == 0 and (drive.lower[i] > 0 or drive.upper[i] < 0):
                end = outward(drive.lower[i], -1) if drive.lower[i] > 0 else outward(drive.upper[i], 1)
                proof = {"premises": regularity_premises(model)}
                claimed = {"layer": layer.name, "neuron": i, "drive": text_of(end)}
                yield found_by_kernel(proof, "ranges", "unbounded solutions", **claimed)


def _drifts(model: Model) -> Iterator[Evidence]:
    """Offer z of neurons without leak with zᵀW = 0 and zᵀb ≠ 0: a sum of states whose drives add up to a constant."""
    layers = list(model.layers.values())
    size = sum(layer.size for layer in layers)
    free = [not layer.instantaneous and rho == 0 for layer in layers for rho in layer.each(layer.leak)]
    if size > MAX_DRIFTING or not any(free) or model.uncertain:
        return
    places, W = model.places, np.full((size, size), Fraction(0), dtype=object)
    for synapse in model.synapses.values():
        block = synapse.blocks()
        if block is None:
            return
        for (target, source), matrix in block.items():
            W[places[target], places[source]] += matrix
    b = np.concatenate([layer.bias.fractions() for layer in layers])
    kept = [k for k, each in enumerate(free) if each]
    for column in null_vectors(W[kept].T):
        z = np.full(size, Fraction(0), dtype=object)
        z[kept] = column
        rate = Fraction((z * b).sum())
        if rate:
            drift = {name: [text_of(each) for each in z[place]] for name, place in places.items()}
            proof = {"premises": regularity_premises(model)}
            yield found_by_kernel(proof, "drift", "unbounded solutions", drift=drift, rate=text_of(rate))
            return


def null_vectors(A: Any) -> Iterator[list[Fraction]]:
    """Yield vectors that span the null space of a matrix of rationals."""
    found, rank = flint_matrix(A).rref()
    pivots = [next(j for j in range(A.shape[1]) if found[i, j] != 0) for i in range(rank)]
    for other in (j for j in range(A.shape[1]) if j not in pivots):
        z = [Fraction(0)] * A.shape[1]
        z[other] = Fraction(1)
        for i, j in enumerate(pivots):
            z[j] = -Fraction(int(found[i, other].p), int(found[i, other].q))
        yield z


def outward(end: float, sign: int) -> Fraction:
    """Return a short number beyond an end of a box."""
    unit = Fraction(2) ** (frexp(end)[1] - SHOWN_BITS)
    return sign * ceil(sign * Fraction(end) / unit + Fraction(1, 2)) * unit


def rows_of(boxes: Mapping[str, Box]) -> dict[str, list[list[str]]]:
    """Return [low, high] of each neuron, as a claim states them."""
    return {
        name: [
            [text_of(outward(low, -1)), text_of(outward(high, 1))]
            for low, high in zip(box.lower.tolist(), box.upper.tolist(), strict=True)
        ]
        for name, box in boxes.items()
    }


def by_growth(network: LinearNetwork, bounds: Any) -> Iterator[Evidence]:
    """Offer the box -V ≤ x ≤ U of bounds (U, V), with the growth of the activations."""
    U, V = np.split(bounds, 2)
    rows = [[text_of(-low), text_of(high)] for high, low in zip(U, V, strict=True)]
    box, growth = {}, {}
    for layer, neurons in network.places():
        box[layer.name] = [rows[place] for place in neurons]
        found = growth_of_layer(layer)
        if found is not None:
            pair = (found.above, found.below)
            growth[layer.name] = [
                [text_of(_up(b.right)), text_of(_up(b.left)), text_of(_up(b.offset, 1))] for b in pair
            ]
    yield found_by_kernel({"growth": growth}, "growth", "bounded solutions", box=box)


def by_ranges(model: Model) -> Iterator[Evidence]:
    """Offer the box that the ranges of drives lead to, larger ones later; nothing where it is infinite."""
    for margin in MARGINS:
        boxes = settled(model, margin)
        if not all(box.is_finite for box in boxes.values()):
            return
        yield by_kernel("ranges", "bounded solutions", box=rows_of(boxes))


def _up(value: Fraction, least: int = 0) -> Fraction:
    """Return a number that is a little larger, so that balls tell; 0 stays what it is if ``least`` is 0."""
    return Fraction(ceil(value * GRID) + 1, GRID) if value or least else value


def _search(obligation: Bounded, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    try:
        yield from _runaways(model)
        yield from _drifts(model)
        yield from by_ranges(model)
    except EvidenceRejected:
        pass  # weights with a spread may be too large for bounds in floating point
    network = linear_network(model)
    if network is not None:
        bounds = propose_box(network)
        if bounds is not None:
            yield from by_growth(network, bounds)


PROVER = Prover(
    name="growth_box",
    summary="a box that every solution enters, by bounded drives or the growth of the activations",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
