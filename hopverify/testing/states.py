"""States to test at: a fixed sample with saturated and dead ones and stored patterns; and a search for simple ones.

Where Hypothesis is installed it searches and shrinks. Without it the sample has to do, and what is found is made
simpler by setting its coordinates to 0 and to halves, as long as the property stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from random import Random

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.synapses import held

Floats = NDArray[np.float64]
Property = Callable[[Floats], bool]

SCALES = (0.3, 1.0, 2.0, 5.0)
STEPS = 8
# Beyond this size a state is too long a list for Hypothesis to shrink in seconds.
MOST_NEURONS = 40


def sample(model: Model, *, count: int, largest: float, seed: int) -> list[Floats]:
    """Return about ``count`` states: zero, saturated and dead ones, beside stored patterns, and random ones."""
    generator = np.random.default_rng(seed)
    found = [np.zeros(model.size), *_extreme(model, largest, generator), *_patterns(model, largest, generator)]
    scales = [scale for scale in SCALES if scale < largest] or [largest]
    while len(found) < count:
        x = generator.normal(size=model.size) * scales[len(found) % len(scales)]
        x[generator.random(model.size) < 0.2] = 0.0
        found.append(_within(x, largest))
    return found


def _within(x: Floats, largest: float) -> Floats:
    """Return x on a grid of eighths, with coordinates up to ``largest``."""
    return np.clip(np.round(x * STEPS) / STEPS, -largest, largest)


def _extreme(model: Model, largest: float, generator: np.random.Generator) -> Iterator[Floats]:
    """Yield states with all neurons at one end, with random signs, and with all neurons dead that can be."""
    yield from (np.full(model.size, 1.0 * largest), np.full(model.size, -1.0 * largest))
    yield largest * generator.choice([-1.0, 1.0], size=model.size)
    dead = np.concatenate([_dead(layer, largest, generator) for layer in model.dynamic])
    alive = _within(generator.normal(size=model.size), largest)
    if not np.isnan(dead).all():
        for share in (1.0, 0.5):
            yield np.where(np.isnan(dead) | (generator.random(model.size) > share), alive, dead)


def _dead(layer: Layer, largest: float, generator: np.random.Generator) -> Floats:
    """Return for each neuron a state at which it is dead, NaN where none is known."""
    grid = _within(np.linspace(-largest, largest, 33), largest)
    slopes = slopes_of(layer, grid)
    places = grid[slopes == 0] if slopes is not None else grid[:0]
    if not len(places):
        return np.full(layer.size, np.nan)
    chosen: Floats = generator.choice(places, size=layer.size)
    return chosen


def slopes_of(layer: Layer, x: Floats) -> Floats | None:
    """Return h at states of single neurons; None for layers that are not elementwise, or differ between neurons."""
    if layer.function.slope is None or any(array.values.ndim for array in layer.function.constants.values()):
        return None
    constants = {key: held(array, FLOATS) for key, array in layer.function.constants.items()}
    with np.errstate(all="ignore"):
        slope = evaluate(layer.function.slope, {"x": x, **constants}, FLOATS)
    return np.array(np.broadcast_to(slope, x.shape), dtype=np.float64)


def _patterns(model: Model, largest: float, generator: np.random.Generator) -> Iterator[Floats]:
    """Yield states beside stored patterns of layers with τ > 0."""
    for memory in model.memories.values():
        start = 0
        for layer in model.dynamic:
            if layer.name == memory.layer:
                for pattern in held(memory.patterns, FLOATS)[:4]:
                    x = np.zeros(model.size)
                    x[start : start + layer.size] = pattern + generator.normal(size=layer.size) * 0.25
                    yield np.clip(x, -largest, largest)
            start += layer.size


def simplest(model: Model, prop: Property, found: Floats | None, *, largest: float, tries: int) -> Floats | None:
    """Return a simple state that has a property: one that is found by searching, or else ``found`` made simpler."""
    if find_spec("hypothesis") is not None and model.size <= MOST_NEURONS:
        searched = _searched(model.size, prop, largest, tries)
        if searched is not None:
            return searched
    return None if found is None else simplified(found, prop)


def _searched(size: int, prop: Property, largest: float, tries: int) -> Floats | None:
    from hypothesis import HealthCheck, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import NoSuchExample

    small, all_of_them = st.integers(-2, 2), st.integers(-int(largest * STEPS), int(largest * STEPS))
    # Wholes first: Hypothesis shrinks towards the first alternative, and to 0.
    entry = st.one_of(small.map(float), all_of_them.map(lambda k: k / STEPS))
    entries = st.lists(entry, min_size=size, max_size=size)
    quiet = settings(max_examples=tries, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    try:
        state = find(entries, lambda each: prop(np.array(each)), settings=quiet, random=Random(0))
    except NoSuchExample:
        return None
    return np.array(state)


def simplified(x: Floats, prop: Property) -> Floats:
    """Return x with as many coordinates as possible at 0, or else at a half, so that it keeps a property."""
    x = x.copy()
    for i in range(len(x)):
        for value in (0.0, np.sign(x[i]), np.round(2 * x[i]) / 2):
            changed = x.copy()
            changed[i] = value
            if value != x[i] and prop(changed):
                x = changed
                break
    return x
