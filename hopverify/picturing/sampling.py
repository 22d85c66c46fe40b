"""Energy, velocity and dead neurons on many states: all at once where the model's formulas allow it, else one by one.

Whether they do is found out by comparing: what is computed for all states together has to agree with
:class:`~hopverify.numerics.observation.Observer` on the first few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, Layer, Model, altered_system
from hopverify.networks.network import State, split
from hopverify.numerics.observation import Observer
from hopverify.picturing import altered_states
from hopverify.picturing.many import MANY, many
from hopverify.spec import ExactArray

Floats = NDArray[np.float64]
Together: TypeAlias = Callable[[State], Any]
Single: TypeAlias = Callable[[Floats], Any]

# Numbers held for all neurons and states of one pass; products that a grid may take; states that are compared.
TOGETHER, WORK, COMPARED = 2_000_000, 600_000_000, 3
GRIDS = (81, 41, 21)
RELATIVE = 1e-7


class Sampler:
    """Evaluates a model at many states, (n, P): columns over the layers with τ > 0. ``kind`` is E, V or None."""

    def __init__(self, model: Model) -> None:
        self.model, self.observer = model, Observer(model)
        self.kind = self.observer.kind
        found = altered_system(model)
        self._altered = found if isinstance(found, AlteredSystem) else None
        self._size = sum(layer.size for layer in model.layers.values())

    @cached_property
    def grid(self) -> int:
        """How many places a side of a grid has: fewer for models that take long."""
        pairs = [pair for synapse in self.model.synapses.values() for pair in synapse.pairs]
        sizes = {name: layer.size for name, layer in self.model.layers.items()}
        products = self._size + sum(sizes[a] * sizes[b] for a, b in pairs)
        # One by one, the resolvent of a whole layer takes milliseconds.
        most = GRIDS[0] if self._is_quick() else GRIDS[2] if self.model.inhibition else GRIDS[1]
        return next((side for side in GRIDS if side <= most and side**2 * products <= WORK), GRIDS[-1])

    def energies(self, points: Floats) -> Floats:
        """Return the energy at each state."""
        return self._at_all(points, self._energy, self._single_energy)

    def velocities(self, points: Floats) -> Floats:
        """Return ẋ at each state, (n, P)."""
        return self._at_all(points, self._velocity, self.observer.velocity)

    def dead(self, points: Floats) -> Floats:
        """Return how many neurons have a slope of exactly 0 at each state."""
        return self._at_all(points, self._dead, self.observer.dead)

    def slopes(self, points: Floats) -> Floats:
        """Return h of each state variable, (n, P); 1 in layers that are not elementwise."""
        return np.concatenate([_slopes(layer, points[rows]) for layer, rows in rows_of(self.model)])

    def _energy(self, state: State) -> Any:
        metric = self._metric
        if self._altered is None or metric is None:
            return self.model.energy(state, MANY)
        return altered_states.energies(self._altered, metric, np.asarray(state[self._altered.slow.name]))

    @property
    def _metric(self) -> ExactArray | None:
        return None if self._altered is None else self._altered.synapse.metric

    def _single_energy(self, x: Floats) -> float:
        if self._altered is not None and self._metric is not None:
            return float(self._altered.energy(x, self._metric, FLOATS))
        energy = self.observer.energy(x)
        return float("nan") if energy is None else energy.value

    def _velocity(self, state: State) -> Any:
        if self._altered is not None:
            return altered_states.velocities(self._altered, np.asarray(state[self._altered.slow.name]))
        velocity = self.model.velocity(state, MANY)
        return np.concatenate([np.asarray(velocity[layer.name]) for layer in self.model.dynamic])

    def _dead(self, state: State) -> Any:
        states = self._states(state)
        counts = np.zeros(np.asarray(next(iter(state.values()))).shape[-1])
        for name, layer in self.observer.watched.items():
            counts += (_slopes(layer, np.asarray(states[name])) == 0).sum(axis=0)
        return counts

    def _states(self, state: State) -> State:
        if self._altered is None:
            return self.model.complete(state, MANY)[0]
        return {**state, **altered_states.followed(self._altered, np.asarray(state[self._altered.slow.name]))[0]}

    def _is_quick(self) -> bool:
        """Whether velocity and energy are computed for many states at once."""
        points = np.random.default_rng(0).normal(size=(self.model.size, COMPARED))
        asked: list[tuple[Together, Single]] = [(self._velocity, self.observer.velocity)]
        if self.kind is not None:
            asked.append((self._energy, self._single_energy))
        with np.errstate(all="ignore"):
            return all(self._fits(points, *each) for each in asked)

    def _at_all(self, points: Floats, together: Together, single: Single) -> Floats:
        """Return what is asked for each state; ``together`` if it agrees with ``single`` on a few of them."""
        with np.errstate(all="ignore"):
            few = np.linspace(0, points.shape[1] - 1, COMPARED).astype(int)
            if self._fits(points[:, few], together, single):
                found = self._in_chunks(points, together)
                if found is not None:
                    return found
            return _one_by_one(points, single)

    def _fits(self, points: Floats, together: Together, single: Single) -> bool:
        found, expected = self._in_chunks(points, together), _one_by_one(points, single)
        if found is None or found.shape != expected.shape:
            return False
        return bool(np.allclose(found, expected, rtol=RELATIVE, atol=RELATIVE, equal_nan=True))

    def _in_chunks(self, points: Floats, together: Together) -> Floats | None:
        """Return the values chunk by chunk, or None where the formulas do not fit many states."""
        try:
            parts = [
                np.asarray(together({name: many(part) for name, part in split(self.model, chunk).items()}))
                for chunk in _chunks(points, max(1, TOGETHER // self._size))
            ]
            return np.concatenate(parts, axis=-1).astype(np.float64)
        except (NotImplementedError, TypeError, ValueError, IndexError, AttributeError):
            return None


def _one_by_one(points: Floats, single: Single) -> Floats:
    return np.array([single(x) for x in np.ascontiguousarray(points.T)], dtype=np.float64).T


def _chunks(points: Floats, width: int) -> Iterator[Floats]:
    for start in range(0, points.shape[1], width):
        yield points[:, start : start + width]


def rows_of(model: Model) -> list[tuple[Layer, slice]]:
    """Return each layer with τ > 0, with the rows of its state variables."""
    starts = np.cumsum([0, *(layer.size for layer in model.dynamic)]).tolist()
    return [(layer, slice(a, b)) for layer, a, b in zip(model.dynamic, starts, starts[1:], strict=False)]


def _slopes(layer: Layer, x: Floats) -> Floats:
    if layer.function.slope is None:
        return np.ones_like(x)
    constants = {name: FLOATS.array(array.values)[:, None] for name, array in layer.function.constants.items()}
    slope = evaluate(layer.function.slope, {"x": x, **constants}, FLOATS)
    return np.broadcast_to(np.asarray(slope, dtype=np.float64), x.shape)
