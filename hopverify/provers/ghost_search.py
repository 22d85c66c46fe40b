"""Ghost search: all choices of segments where they are few, else those that random states suggest.

Where an activation is not piecewise linear, states at which ∇E vanishes and the flow does not are sought by least
squares, and by trying states that are the same for all neurons. What is found is rounded to short rationals: on a ghost
the activation mostly is rational.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.exact_solution import SegmentSystems
from hopverify.checker.ghosts import MAX_PATTERNS, Undecided, count_of_patterns, ghost_at, parts_of
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.ghost_enumeration import has_derived_energy
from hopverify.expr.floats import FLOATS
from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment
from hopverify.numerics.minimisation import vanishing
from hopverify.numerics.sampling import drawn, states
from hopverify.obligations import NoGhosts
from hopverify.provers import Budget, Prover

Vector = np.ndarray[Any, Any]
MAX_SIZE, STARTS, SHORT = 32, 24, 64
EQUAL = (-1, 0, 1, -10, 10, -1000, 1000)
SHARES = tuple(Fraction(sign, 2**k) for k in (3, 1, 8, 16) for sign in (1, -1))


def _search(obligation: NoGhosts, budget: Budget) -> Iterator[Evidence]:
    network = obligation.search.network
    parts = parts_of(network)
    if parts is not None and count_of_patterns(parts) > MAX_PATTERNS:
        yield from _choices(network, parts, budget)
        return
    yield {"rule": "ghost_enumeration"}
    if parts is None and network.size <= MAX_SIZE and has_derived_energy(obligation.search.model):
        for state in _critical(network, budget):
            yield from _segment(network, state)


def _choices(network: LinearNetwork, parts: list[tuple[Segment, ...]], budget: Budget) -> Iterator[Evidence]:
    systems = SegmentSystems(network)
    ends = [np.array([float(part.upper) for part in own[:-1] if part.upper is not None]) for own in parts]
    for x in states(network.size, drawn(budget.samples, 500), budget.seed):
        if budget.exhausted:
            return
        pattern = [int(np.searchsorted(kinks, value)) for kinks, value in zip(ends, x, strict=True)]
        try:
            if ghost_at(systems, parts, pattern) is not None:
                yield {"rule": "ghost_enumeration", "pattern": pattern}
                return
        except Undecided:
            continue


def _critical(network: LinearNetwork, budget: Budget) -> Iterator[Vector]:
    """Yield states of short rationals at or near which ∇E vanishes."""
    for value in EQUAL:
        yield np.full(network.size, Fraction(value), dtype=object)
    W, b, leak = (np.array(each, dtype=np.float64) for each in (network.W, network.b, network.leak))
    places = network.places()

    def gradient(x: Vector) -> Vector:
        gamma = np.concatenate([layer.function.activate(x[own], FLOATS) for layer, own in places])
        force = W @ gamma + b - leak * x
        slopes = [layer.function.hessian_times(x[own], force[own], FLOATS) for layer, own in places]
        slow = np.concatenate([np.full(layer.size, not layer.instantaneous) for layer, _ in places])
        return np.where(slow, np.concatenate(slopes), force).astype(np.float64)

    for start in states(network.size, drawn(budget.samples, STARTS), budget.seed):
        if budget.exhausted:
            return
        x = vanishing(gradient, start)
        if x is not None:
            yield np.array([Fraction(value).limit_denominator(SHORT) for value in x.tolist()], dtype=object)


def _segment(network: LinearNetwork, p: Vector) -> Iterator[Evidence]:
    """Offer the segment from a state towards x⋆, or away from it, if its activation stays the same."""
    settled = np.concatenate([np.full(layer.size, layer.instantaneous) for layer, _ in network.places()])
    gamma = network.activation(p)
    if gamma is not None and settled.any():
        p = np.where(settled, network.target(gamma), p)
        gamma = network.activation(p)
    if gamma is None:
        return
    away = network.target(gamma) - p
    for share in SHARES if away.any() else ():
        other = network.activation(p + share * away)
        if other is not None and bool((other == gamma).all()):
            yield {"rule": "ghost_segment", "state": texts_of(p), "share": str(share)}
            return


PROVER = Prover(
    name="ghost_search",
    summary="ghost regions: choices of segments, or states at which the gradient vanishes and the flow does not",
    search=_search,
)
