"""Ghost search: all choices of affine pieces where they are few, else those that random states suggest.

Where an activation is not piecewise affine, states at which ∇E vanishes and the flow does not are sought by least
squares, and by trying states that are the same for all neurons. What is found is rounded to short rationals: on a ghost
the activation mostly is rational.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, product
from math import prod
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.convexity import is_convex
from hopverify.expr.floats import FLOATS
from hopverify.expr.translation import is_flat_only_along_ones
from hopverify.networks import Layer, LinearNetwork, Model
from hopverify.networks.segments import Segment, segments
from hopverify.numerics.minimisation import vanishing
from hopverify.numerics.sampling import drawn, states
from hopverify.obligations import NoGhosts
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.provers._ghost_systems import GhostSystems, SingularError
from hopverify.provers.flatness import alive_premise
from hopverify.provers.structure import energy_premises, entry, found_by_kernel
from hopverify.verdict import Reason

Vector = np.ndarray[Any, Any]
MAX_CHOICES, MAX_LISTED = 2**14, 200
MAX_SIZE, STARTS, SHORT = 32, 24, 64
EQUAL = (-1, 0, 1, -10, 10, -1000, 1000)
SHARES = tuple(Fraction(sign, 2**k) for k in (3, 1, 8, 16) for sign in (1, -1))
NO, YES = "no ghost regions", "ghost regions"


def _search(obligation: NoGhosts, budget: Budget) -> Iterator[Evidence]:
    network, model = obligation.search.linear, obligation.search.model
    if not _has_derived_energy(model):
        return
    premises = energy_premises(model)
    alive = [alive_premise(layer) for layer in model.dynamic]
    yield found_by_kernel({"premises": [*premises, *alive]}, "nowhere flat", NO)
    if any(_is_flat_along_ones_alone(layer) for layer in model.dynamic):
        yield found_by_kernel({"premises": premises}, "along ones", NO)
    if network is None:
        return
    parts = [segments(function) for function in network.functions]
    if all(part is not None for part in parts):
        yield from _of_pieces(network, [part for part in parts if part is not None], premises, budget)
    elif network.size <= MAX_SIZE:
        for state in _critical(network, budget):
            yield from _segment(network, state, premises)


def _has_derived_energy(model: Model) -> bool:
    """Whether E is the derived energy, with every bias counted and every drive -∇S."""
    counted = all(layer.bias_in_energy or not layer.bias.values.any() for layer in model.layers.values())
    return model.claimed is None and counted and all(each.defect() is None for each in model.synapses.values())


def _is_flat_along_ones_alone(layer: Layer) -> bool:
    potential = layer.function.potential
    return not layer.function.elementwise and potential is not None and is_flat_only_along_ones(potential)


# ------------------------------------------------------------------------------------------------------ affine pieces


def _of_pieces(
    network: LinearNetwork, parts: list[tuple[Segment, ...]], premises: list[Any], budget: Budget
) -> Iterator[Evidence]:
    systems, found, singular = GhostSystems(network, parts), list[tuple[int, ...]](), False
    few = prod(map(len, parts)) <= MAX_CHOICES
    for choice in product(*(range(len(part)) for part in parts)) if few else _drawn(systems, budget):
        budget.ask()
        try:
            if systems.ghost(choice) is not None:
                found.append(choice)
        except SingularError:
            singular = True
        if found and not few:
            break
    if found:
        told = [systems.told(choice) for choice in found[:MAX_LISTED]]
        proof = {"premises": premises, "choices": [list(choice) for choice in found]}
        yield found_by_kernel(proof, "pieces", YES, ghosts=told, count=len(found))
    elif singular:
        raise NothingToSearchError(Reason.SINGULAR_SYSTEM)
    elif few:
        yield found_by_kernel({"premises": premises}, "pieces", NO)


def _drawn(systems: GhostSystems, budget: Budget) -> Iterator[tuple[int, ...]]:
    """Yield choices of flat pieces alone, which need no solution, and then the pieces of random states."""
    flat = [[k for k, part in enumerate(own) if not part.slope] for own in systems.parts]
    yield from islice(product(*flat), drawn(budget.samples, 500))
    ends = [np.array([float(part.upper) for part in own[:-1] if part.upper is not None]) for own in systems.parts]
    for x in states(len(ends), drawn(budget.samples, 500), budget.seed):
        yield tuple(int(np.searchsorted(kinks, value)) for kinks, value in zip(ends, x, strict=True))


# ------------------------------------------------------------------------------------------------- other activations


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


def _segment(network: LinearNetwork, p: Vector, premises: Sequence[Any]) -> Iterator[Evidence]:
    """Offer the segment from a state towards x⋆, or away from it, if its activation stays the same."""
    settled = np.concatenate([np.full(layer.size, layer.instantaneous) for layer, _ in network.places()])
    gamma = network.activation(p)
    if gamma is not None and settled.any():
        p = np.where(settled, network.target(gamma), p)
        gamma = network.activation(p)
    if gamma is None:
        return
    target = network.target(gamma)
    for share in SHARES if (target != p).any() else ():
        q = p + share * (target - p)
        other = network.activation(q)
        if other is not None and bool((other == gamma).all()):
            moved, names = np.flatnonzero(p != q).tolist(), network.names()
            whole = [layer for layer, own in network.places() if not layer.function.elementwise and (p != q)[own].any()]
            proof = {"premises": [*premises, *map(_convex, whole)], "state": _texts(p), "share": str(share)}
            yield found_by_kernel(
                proof,
                "segment",
                YES,
                neurons=[names[i] for i in moved],
                segment=[_texts(p[moved]), _texts(q[moved])],
                target=_texts(target[moved]),
                activation=_texts(gamma),
            )
            return


def _convex(layer: Layer) -> dict[str, Any]:
    return entry("composition" if is_convex(layer.function.potential) else "quadratic", "convex", layer=layer.name)


def _texts(values: Vector) -> list[str]:
    return [str(Fraction(value)) for value in values.tolist()]


PROVER = Prover(
    name="ghost_search",
    summary="ghost regions: choices of affine pieces, or states at which the gradient vanishes and the flow does not",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
