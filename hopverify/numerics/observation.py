"""What is looked at along a trajectory, in floating point: velocity, energy, dead neurons, the distance to patterns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.nodes import symbols
from hopverify.networks import AlteredSystem, Layer, Model, altered_system
from hopverify.networks.network import joined, split
from hopverify.synapses import held
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

Floats = NDArray[np.float64]


class Energy(NamedTuple):
    """An energy, and a number of the size of the terms that it sums up, to which its rounding is relative."""

    value: float
    terms: float


class Observer:
    """Looks at states of a model, each a vector over the layers with τ > 0.

    ``kind`` is ``E`` (derived from Lagrangians and synapses, or the author's own), ``V`` (of an altered system with a
    stated metric), or None, and then ``without`` says why there is no energy. ``neurons`` counts those that can be
    dead: elementwise ones whose slope is not the same everywhere. ``times`` are the time constants, in order, and
    ``shortest_update`` is the least τ/ρ (τ where there is no leak).
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.names = tuple(f"{layer.name}[{i}]" for layer in model.dynamic for i in range(layer.size))
        self.watched = {name: layer for name, layer in model.layers.items() if _can_be_dead(layer)}
        self.neurons = sum(layer.size for layer in self.watched.values())
        self.times = sorted({tau for layer in model.dynamic for tau in layer.tau})
        self.shortest_update = min(
            tau / leak if leak else tau
            for layer in model.dynamic
            for tau, leak in zip(layer.each(layer.tau), layer.each(layer.leak), strict=True)
        )
        self._altered = _with_metric(model)
        self.without = None if self._altered else _without_energy(model)
        self.kind = "V" if self._altered else "E" if self.without is None else None
        self._last: tuple[Floats, Floats] | None = None

    def velocity(self, x: Floats) -> Floats:
        """Return ẋ; the last answer is kept, since the update and the test for rest ask for the same one."""
        if self._last is None or self._last[0] is not x:
            found = joined(self.model.velocity(split(self.model, x), FLOATS))
            self._last = (x, np.asarray(found, dtype=np.float64))
        return self._last[1]

    def energy(self, x: Floats) -> Energy | None:
        """Return the energy at a state, which need not be finite; None for a model without."""
        if self.kind is None:
            return None
        state = split(self.model, x)
        if self._altered is not None:
            metric = self._altered.synapse.metric
            assert metric is not None
            value = float(self._altered.energy(x, metric, FLOATS))
        else:
            value = float(self.model.energy(state, FLOATS))
        states, gamma = self.model.complete(state, FLOATS)
        terms = sum(float(np.abs(states[name] * gamma[name]).sum()) for name in states)
        return Energy(value, terms + abs(value))

    def dead(self, x: Floats) -> int:
        """Return how many neurons have a slope h(x) of exactly 0, in floating point."""
        states, _ = self.model.complete(split(self.model, x), FLOATS)
        count = 0
        for name, layer in self.watched.items():
            assert layer.function.slope is not None
            constants = {key: held(array, FLOATS) for key, array in layer.function.constants.items()}
            slope = evaluate(layer.function.slope, {"x": states[name], **constants}, FLOATS)
            count += int(np.count_nonzero(np.broadcast_to(slope, layer.size) == 0))
        return count

    def whole(self, x: Floats) -> Floats:
        """Return the states of all layers as one vector, the instantaneous ones included, in the order of the spec."""
        states, _ = self.model.complete(split(self.model, x), FLOATS)
        return np.concatenate([np.asarray(states[name], dtype=np.float64) for name in self.model.layers])

    def nearest(self, x: Floats) -> tuple[str, int, float] | None:
        """Return the nearest stored pattern: its memory, its number, and the Euclidean distance; None without any."""
        states, _ = self.model.complete(split(self.model, x), FLOATS)
        found = []
        for name, memory in self.model.memories.items():
            distances = np.linalg.norm(held(memory.patterns, FLOATS) - states[memory.layer], axis=1)
            number = int(np.argmin(distances))
            found.append((name, number, float(distances[number])))
        return min(found, key=lambda each: each[2], default=None)

    def distances(self, points: Floats, memory: str, number: int) -> Floats:
        """Return the Euclidean distance of each state (a row) to one stored pattern."""
        pattern, layer = held(self.model.memories[memory].patterns, FLOATS)[number], self.model.memories[memory].layer
        states = (self.model.complete(split(self.model, x), FLOATS)[0][layer] for x in points)
        return np.array([np.linalg.norm(state - pattern) for state in states], dtype=np.float64)


def _can_be_dead(layer: Layer) -> bool:
    return layer.function.slope is not None and "x" in symbols(layer.function.slope)


def _with_metric(model: Model) -> AlteredSystem | None:
    found = altered_system(model)
    return found if isinstance(found, AlteredSystem) and found.synapse.metric is not None else None


def _without_energy(model: Model) -> str | None:
    """Return why a model has no energy, or None if it has one."""
    if model.claimed is not None:
        return None
    for name, layer in model.layers.items():
        if layer.function.potential is None:
            return f"layer {name} has an activation but no Lagrangian"
    for name, synapse in model.synapses.items():
        if isinstance(synapse, FeedforwardFeedback) and synapse.defect() is not None:
            return f"synapse {name} has no metric, and its feedback is not the transpose of its forward weights"
    return None
