"""What the spec derives, in floating point, with the size of the terms that each number is a sum of.

Sizes decide how far two computations of one number may lie apart: a sum of rounded terms is off by some roundings of
the *terms*, however small the sum. They consist of the absolute terms, and of what a relative disturbance of the state
does to the result (a softmax of large scores magnifies the rounding of its scores).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import Value
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.networks.network import joined, split
from hopverify.numerics.observation import Observer
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import Synapse, held

Floats = NDArray[np.float64]
DISTURBANCE, DISTURBED = 1e-6, 3


class Derived:
    """A model's energy, flow and activations at states that are vectors over all layers with τ > 0."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._observer = Observer(model)
        self.without_energy = self._observer.without
        self.is_altered = self._observer.kind == "V"
        self._signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(DISTURBED, model.size))

    @cached_property
    def tau(self) -> Floats:
        """The time constant of each free neuron."""
        return _each([(layer, layer.tau) for layer in self.model.dynamic])

    @cached_property
    def leak(self) -> Floats:
        """The leak of each free neuron."""
        return _each([(layer, layer.leak) for layer in self.model.dynamic])

    def energy(self, x: Floats) -> float:
        """Return E, or V of an altered system."""
        with np.errstate(all="ignore"):
            found = self._observer.energy(x)
        return np.nan if found is None else found.value

    def velocity(self, x: Floats) -> Floats:
        """Return ẋ."""
        return velocity_of(self.model, x)

    def pulled(self, x: Floats, velocity: Floats) -> Floats:
        """Return -HTẋ, the gradient that belongs to a velocity; -PTẋ for an altered system."""
        flow, parts = split(self.model, self.tau * velocity), split(self.model, x)
        if self.is_altered:
            metric = next(s.metric for s in self.model.synapses.values() if hasattr(s, "metric"))
            return -np.asarray(held(metric, FLOATS) @ joined(flow), dtype=np.float64)
        with np.errstate(all="ignore"):
            moved = {
                layer.name: np.asarray(layer.function.hessian_times(parts[layer.name], flow[layer.name], FLOATS))
                for layer in self.model.dynamic
            }
        return -np.asarray(joined(moved), dtype=np.float64)

    def states(self, x: Floats) -> dict[str, Value]:
        """Return the states of all layers, the instantaneous ones included."""
        with np.errstate(all="ignore"):
            return self.model.complete(split(self.model, x), FLOATS)[0]

    def activation(self, layer: str, x: Floats) -> Floats:
        """Return g of one layer at its own state."""
        with np.errstate(all="ignore"):
            return np.array(self.model.layers[layer].function.activate(x, FLOATS), dtype=np.float64)

    def energy_size(self, x: Floats) -> float:
        """Return the size of the terms that E(x) is a sum of."""
        return self._terms(x) + float(np.max(self._disturbed(self.energy, x)))

    def velocity_size(self, x: Floats) -> Floats:
        """Return the size of the terms of each component of ẋ."""
        with np.errstate(all="ignore"):
            gamma = _of_one_size(self.model.complete(split(self.model, x), FLOATS)[1])
            total = {layer.name: np.abs(held(layer.bias, FLOATS)) for layer in self.model.dynamic}
            for synapse in self._absolute:
                for name, drive in synapse.drive(gamma, FLOATS).items():
                    if name in total:
                        total[name] = total[name] + np.abs(drive)
        terms: Floats = (joined(total) + self.leak * np.abs(x)) / self.tau
        disturbed: Floats = np.max(self._disturbed(self.velocity, x), axis=0)
        return terms + disturbed

    def activation_size(self, layer: str, x: Floats) -> Floats:
        """Return the size of each component of g, and of what moves it."""
        signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(DISTURBED, x.size))
        g = self.activation(layer, x)
        moved = [np.abs(self.activation(layer, x * (1 + DISTURBANCE * s)) - g) / DISTURBANCE for s in signs]
        sizes: Floats = np.max(np.abs(g), initial=0.0) + np.max(moved, axis=0)
        return sizes

    def _terms(self, x: Floats) -> float:
        with np.errstate(all="ignore"):
            states, activations = self.model.complete(split(self.model, x), FLOATS)
            gamma, size = _of_one_size(activations), abs(self.energy(x))
            for name, layer in self.model.layers.items():
                g, leak = gamma[name], np.max(np.abs(layer.per_neuron(layer.leak, FLOATS)))
                size += float(leak * (np.abs(states[name]) @ g) + np.abs(held(layer.bias, FLOATS)) @ g)
                if layer.function.potential is not None:
                    lagrangian = layer.function.lagrangian(states[name], FLOATS)
                    size += float(leak * np.sum(np.abs(lagrangian)))
            return size + sum(float(np.abs(synapse.energy(gamma, FLOATS))) for synapse in self._absolute)

    def _disturbed(self, function: Callable[[Floats], float | Floats], x: Floats) -> Floats:
        """Return how fast a function changes under relative disturbances of its argument, for some of them."""
        at = function(x)
        return np.array([np.abs(function(x * (1 + DISTURBANCE * s)) - at) / DISTURBANCE for s in self._signs])

    @cached_property
    def _absolute(self) -> list[Synapse]:
        """The synapses with the absolute values of their arrays: at |γ| they sum up absolute terms."""
        return [_absolute(synapse) for synapse in self.model.synapses.values()]


def _of_one_size(gamma: Mapping[str, Value]) -> dict[str, Value]:
    """Return for each layer its largest |γ| in all places: formulas such as 2σ(2x) - 1 round as the largest does."""
    return {name: np.full(np.shape(g), np.max(np.abs(g), initial=0.0)) for name, g in gamma.items()}


def velocity_of(model: Model, x: Floats) -> Floats:
    """Return ẋ of a model, in floating point."""
    with np.errstate(all="ignore"):
        return np.array(joined(model.velocity(split(model, x), FLOATS)), dtype=np.float64)


def energy_of(model: Model, x: Floats) -> float:
    """Return E of a model, in floating point."""
    with np.errstate(all="ignore"):
        return float(model.energy(split(model, x), FLOATS))


def _each(numbers: list[tuple[Layer, tuple[object, ...]]]) -> Floats:
    return np.array([float(value) for layer, given in numbers for value in layer.each(given)])  # type: ignore[arg-type]


def _absolute(synapse: Synapse) -> Synapse:
    arrays = {each.name: getattr(synapse, each.name) for each in fields(synapse)}  # type: ignore[arg-type]
    held_arrays = {name: value for name, value in arrays.items() if isinstance(value, ExactArray)}
    changed = {name: ExactArray.of(abs(value.values)) for name, value in held_arrays.items()}
    return replace(synapse, **changed) if changed else synapse  # type: ignore[type-var]
