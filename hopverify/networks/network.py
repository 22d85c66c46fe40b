"""A model: layers and synapses, its energy and its vector field, in any number system.

    T ẋ = drive(γ) + b - ρ∘x,   γ = g(x)                                   (the flow)
    E(x) = Σ_l [ρ_l (x_l·g_l - L_l) - b_l·g_l] + Σ S(γ)             (the derived energy; arXiv:2008.06996 for ρ = 1)

The structure is kept: nothing is expanded to n × n symbols. States are given for the layers with τ > 0; an
instantaneous layer follows from the others, by the resolvent where it inhibits itself. An author's own ``energy:`` may
be claimed in place of the derived one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from hopverify.expr.dual import Dual, Duals, along
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.nodes import Expression, symbols
from hopverify.networks.layer import Layer
from hopverify.networks.resolvent import resolvent
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.spread import Spread
from hopverify.synapses import Synapse, held
from hopverify.synapses.diagonal import Diagonal

State = Mapping[str, Value]
"""A vector of the number system for each layer with τ > 0."""


@dataclass(frozen=True, eq=False)
class Memory:
    """Stored patterns: the rows of ``patterns``, which are states of ``layer``."""

    name: str
    layer: str
    patterns: ExactArray
    labels: tuple[str, ...] | None
    shape: tuple[int, ...] | None


def places_of(layers: Mapping[str, Layer]) -> dict[str, slice]:
    """Return the numbers of each layer's neurons among those of all these layers, in order."""
    ends = list(accumulate((layer.size for layer in layers.values()), initial=0))
    return {name: slice(*pair) for name, pair in zip(layers, pairwise(ends), strict=True)}


@dataclass(frozen=True, eq=False)
class Model:
    """Layers and synapses by name, in the order of the spec; ``original`` is the model that this one repairs."""

    name: str
    layers: Mapping[str, Layer]
    synapses: Mapping[str, Synapse]
    memories: Mapping[str, Memory]
    claimed: Expression | None
    arrays: Mapping[str, ExactArray]
    original: Model | None = None

    @cached_property
    def dynamic(self) -> tuple[Layer, ...]:
        """The layers with τ > 0, whose states are free."""
        return tuple(layer for layer in self.layers.values() if not layer.instantaneous)

    @cached_property
    def uncertain(self) -> Mapping[str, Spread]:
        """The synapses whose weights are known up to a spread only: the model stands for all models within it.

        Energy, flow and witnesses are those of the given weights, which are among them.
        """
        return {name: spread for name, synapse in self.synapses.items() if (spread := synapse.spread) is not None}

    def widened(self, factor: Fraction) -> Model:
        """Return the model with spreads that are so many times as large."""
        synapses = {name: synapse.widened(factor) for name, synapse in self.synapses.items()}
        memories = {
            name: replace(memory, patterns=memory.patterns.widened(factor)) for name, memory in self.memories.items()
        }
        return replace(self, synapses=synapses, memories=memories)

    @property
    def has_known_energy(self) -> bool:
        """Whether the values of E are known: it is claimed, or each Lagrangian is stated."""
        return self.claimed is not None or all(each.function.potential is not None for each in self.layers.values())

    @cached_property
    def places(self) -> dict[str, slice]:
        """The numbers of each layer's neurons among those of all layers."""
        return places_of(self.layers)

    @property
    def size(self) -> int:
        """The number of free state variables."""
        return sum(layer.size for layer in self.dynamic)

    @cached_property
    def inhibition(self) -> Mapping[str, tuple[Fraction, ...]]:
        """How strongly each neuron of an instantaneous layer inhibits itself: c ≥ 0 in ρx + c∘g(x) = drive + b.

        Layers without self-inhibition have no entry. Those with one follow from the others by the resolvent
        (:mod:`hopverify.networks.resolvent`), for convex Lagrangians.
        """
        found: dict[str, tuple[Fraction, ...]] = {}
        for synapse in self.synapses.values():
            for name, other in synapse.pairs:
                if name == other and self.layers[name].instantaneous and isinstance(synapse, Diagonal):
                    old = found.get(name, (Fraction(0),) * self.layers[name].size)
                    found[name] = tuple(c - rate for c, rate in zip(old, synapse.rates, strict=True))
        return found

    def complete(self, state: State, a: Arithmetic) -> tuple[dict[str, Value], dict[str, Value]]:
        """Return states and activations of all layers, the instantaneous ones included."""
        x = {layer.name: state[layer.name] for layer in self.dynamic}
        gamma = {name: self.layers[name].function.activate(value, a) for name, value in x.items()}
        for layer in self.layers.values():
            if layer.instantaneous:
                x[layer.name] = self._settled(layer, gamma, a)
        gamma |= {name: self.layers[name].function.activate(x[name], a) for name in x if name not in gamma}
        return x, gamma

    def _settled(self, layer: Layer, gamma: Mapping[str, Value], a: Arithmetic) -> Value:
        """Return the state of an instantaneous layer."""
        target, c = self._target(layer, gamma, a), self.inhibition.get(layer.name)
        if c is None:
            return target / layer.per_neuron(layer.leak, a)
        return resolvent(layer.function, target, layer.each(layer.leak), c, a)

    def _target(self, layer: Layer, gamma: Mapping[str, Value], a: Arithmetic) -> Value:
        """Return drive + b of one layer, self-inhibition apart; the synapses' other ends must be known."""
        total, inhibited = held(layer.bias, a), layer.name in self.inhibition
        for synapse in self.synapses.values():
            if layer.name in synapse.layers and not (inhibited and (layer.name, layer.name) in synapse.pairs):
                # The drive does not depend on what is unknown, but asks for a vector of that size.
                known = {n: gamma[n] if n in gamma else held(self.layers[n].bias, a) for n in synapse.layers}
                total = total + synapse.drive(known, a)[layer.name]
        return total

    def flow(self, state: State, a: Arithmetic) -> dict[str, Value]:
        """Return T ẋ of the layers with τ > 0."""
        x, gamma = self.complete(state, a)
        return {
            layer.name: self._target(layer, gamma, a) - layer.per_neuron(layer.leak, a) * x[layer.name]
            for layer in self.dynamic
        }

    def velocity(self, state: State, a: Arithmetic) -> dict[str, Value]:
        """Return ẋ of the layers with τ > 0."""
        return {
            name: flow / self.layers[name].per_neuron(self.layers[name].tau, a)
            for name, flow in self.flow(state, a).items()
        }

    def energy(self, state: State, a: Arithmetic) -> Value:
        """Return E, the author's own where one is claimed."""
        return self.energy_of(*self.complete(state, a), a)

    def energy_of(self, x: State, gamma: State, a: Arithmetic) -> Value:
        """Return E for the states and activations of all layers."""
        if self.claimed is not None:
            return evaluate(self.claimed, self._claimed_variables(x, gamma, a), a)
        total: Any = sum(layer.energy(x[layer.name], gamma[layer.name], a) for layer in self.layers.values())
        return total + sum(synapse.energy(gamma, a) for synapse in self.synapses.values())

    def _claimed_variables(self, x: State, gamma: State, a: Arithmetic) -> dict[str, Value]:
        assert self.claimed is not None
        arrays = {name: held(array, a) for name, array in self.arrays.items() if name in symbols(self.claimed)}
        return arrays | dict(x) | {f"g_{name}": value for name, value in gamma.items()}

    def energy_rate(self, state: State, a: Arithmetic) -> Value:
        """Return dE/dt along the flow, by dual numbers: the derivative of E at x along ẋ."""
        velocity = self.velocity(state, a)
        moving = {name: along(state[name], velocity[name]) for name in velocity}
        energy = self.energy(moving, Duals(a))
        return energy.slope if isinstance(energy, Dual) else a.number(0 * self.layers[next(iter(velocity))].tau[0])


def split(model: Model, x: Value) -> dict[str, Value]:
    """Return a vector over all layers with τ > 0 as a state, layer by layer in the order of the spec."""
    cuts = np.cumsum([layer.size for layer in model.dynamic])[:-1]
    return dict(zip((layer.name for layer in model.dynamic), np.split(x, cuts), strict=True))


def joined(state: State) -> Value:
    """Return a state as one vector."""
    return np.concatenate([np.asarray(part) for part in state.values()])
