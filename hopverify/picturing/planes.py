"""Which slice a picture takes: through equilibria, through patterns, or along two neurons; along 1 where E is flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.translation import response_to_shift
from hopverify.networks import Layer
from hopverify.networks.dead_zones import dead_zones
from hopverify.picturing.certified import Rest, Stored
from hopverify.picturing.sampling import Sampler, rows_of
from hopverify.picturing.slices import Slice, best_triple, of_neurons, through

Floats = NDArray[np.float64]

# Kinks are shown if they are no farther away than so many times the size of what is marked.
NEARBY = 2.0
# A step is no step if it is shorter; of a dead zone at least this share of the picture's size is shown.
NO_STEP, BEYOND = 1e-6, 0.4


def plane_for(sampler: Sampler, rests: Sequence[Rest], stored: Sequence[Stored]) -> Slice:
    """Return the slice for equilibria, or without any for stored patterns, or else through the state 0."""
    if sampler.model.size == 2:
        return of_neurons(np.zeros(2), 0, 1, sampler.observer.names)
    found = _along_ones(sampler, rests) or _through(rests, [rest.stability == "stable" for rest in rests])
    if found is not None:
        return found
    if rests:
        return _beside(sampler, rests)
    found = _through(stored, [True] * len(stored))
    if found is not None:
        return found
    if stored:
        return beside(sampler, stored[0].state, f"at {stored[0].name}")
    return beside(sampler, np.zeros(sampler.model.size), "at 0")


def _through(states: Sequence[Rest] | Sequence[Stored], preferred: Sequence[bool]) -> Slice | None:
    """Return the plane through three of the states, None if all lie on a line."""
    triple = best_triple([each.state for each in states], preferred)
    if triple is None:
        return None
    return through([states[k].state for k in triple], [states[k].name for k in triple])


def _along_ones(sampler: Sampler, rests: Sequence[Rest]) -> Slice | None:
    """Return a plane in which a softmax, or its like, can be shifted, which E does not see; through two equilibria."""
    if not rests:
        return None
    first, *others = _stable_first(rests)
    for layer, rows in rows_of(sampler.model):
        if not is_flat_along_ones(layer):
            continue
        up = np.zeros(sampler.model.size)
        up[rows] = 1 / np.sqrt(layer.size)
        ways = [(other.state - first.state, other.name) for other in others]
        ways += [(np.eye(len(up))[k], f"larger {sampler.observer.names[k]}") for k in range(len(up))]
        for step, towards in ways:
            across = step - (step @ up) * up
            if np.linalg.norm(across) > NO_STEP * (1 + np.linalg.norm(step)):
                labels = f"distance from {first.name} towards {towards}", f"shift of {layer.name}, all its states alike"
                return Slice(first.state, across / np.linalg.norm(across), up, "plane", *labels)
    return None


def _stable_first(rests: Sequence[Rest]) -> list[Rest]:
    return sorted(rests, key=lambda rest: rest.stability != "stable")


def _beside(sampler: Sampler, rests: Sequence[Rest]) -> Slice:
    """Return the slice through one equilibrium, and a second one if there is one."""
    first, *others = _stable_first(rests)
    if others:
        i, j = two_neurons(sampler, first.state)
        moved = np.abs(others[0].state - first.state)
        # Along a neuron that takes part in the move the third state would be nearly in line.
        k = i if moved[i] < 0.9 * np.linalg.norm(moved) else j
        third = first.state + np.eye(len(first.state))[k]
        names = [first.name, others[0].name, f"larger {sampler.observer.names[k]}"]
        plane = through([first.state, others[0].state, third], names)
        if plane is not None:
            return plane
    return beside(sampler, first.state, f"as at equilibrium {first.name}")


def beside(sampler: Sampler, x: Floats, where: str) -> Slice:
    """Return the slice along two neurons through a state."""
    return of_neurons(x, *two_neurons(sampler, x), sampler.observer.names, f"all other states {where}")


def two_neurons(sampler: Sampler, x: Floats) -> tuple[int, int]:
    """Return a dead neuron and an alive one, where there are; else two that can be dead, else the first two."""
    slopes = sampler.slopes(x[:, None])[:, 0]
    mortal = [
        i for layer, rows in rows_of(sampler.model) if dead_zones(layer.function) for i in range(rows.start, rows.stop)
    ]
    dead = [i for i in mortal if slopes[i] == 0]
    alive = [i for i in mortal if slopes[i] != 0]
    first, second, *_ = dict.fromkeys([*dead[:1], *alive[:2], *dead[1:], *range(len(x))])
    return min(first, second), max(first, second)


def edges(sampler: Sampler, plane: Slice, places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the places at which the neurons of the axes begin to be dead, where they are not far away."""
    if plane.neurons is None:
        return
    middle = np.mean(places, axis=0) if len(places) else np.zeros(2)
    reach = NEARBY * max(1.0, float(np.ptp(places, axis=0).max()) if len(places) else 1.0)
    for axis, neuron in enumerate(plane.neurons):
        function = next(layer.function for layer, rows in rows_of(sampler.model) if rows.start <= neuron < rows.stop)
        for zone in dead_zones(function):
            for end, inwards in ((zone.lower, 1.0), (zone.upper, -1.0)):
                if end is not None and abs(float(end) - middle[axis]) <= reach:
                    yield from _shown(middle, axis, float(end), inwards)


def _shown(middle: Floats, axis: int, end: float, inwards: float) -> Iterator[tuple[float, float]]:
    """Yield the end of a dead zone and a place within."""
    for place in (end, end + inwards * BEYOND * abs(end - float(middle[axis]))):
        at = middle.copy()
        at[axis] = place
        yield float(at[0]), float(at[1])


def is_flat_along_ones(layer: Layer) -> bool:
    """Whether L is, by structure, affine along the vector of ones of a layer that is not elementwise."""
    function = layer.function
    if function.elementwise or function.potential is None:
        return False
    return response_to_shift(function.potential, "x") is not None
