"""A model of spins: states ±1, set one at a time or all at once, with the energy S(s) - b·s.

    drive rule:   s_i ← sgn(drive_i(s) + b_i)                       (Hopfield 1982)
    energy rule:  s_i ← the sign with the lower energy, the other neurons as they are     (arXiv:1606.01164)

A tie (drive + bias exactly 0, or equal energies) keeps the state of the neuron. ``asynchronous`` updates set one neuron
at a time, in any order; ``synchronous`` ones set all at once, each by the state before. The activations are the states,
so that the synapses are those of every model. A bias with ``bias_in_energy: false`` drives, and is left out of the
energy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.networks.network import Memory
from hopverify.spec import UpdateSpec
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import Synapse, held
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions."""

LARGE = 1000
"""The number of neurons beyond which no matrix is formed."""


@dataclass(frozen=True, eq=False)
class SpinLayer:
    """n neurons whose states are ±1."""

    name: str
    size: int
    shape: tuple[int, ...] | None
    bias: ExactArray
    bias_in_energy: bool


@dataclass(frozen=True, eq=False)
class SpinModel:
    """Layers of spins and synapses by name, in the order of the spec. A state is one vector over all layers."""

    name: str
    layers: Mapping[str, SpinLayer]
    synapses: Mapping[str, Synapse]
    memories: Mapping[str, Memory]
    update: UpdateSpec

    @property
    def size(self) -> int:
        """The number of neurons."""
        return sum(layer.size for layer in self.layers.values())

    @property
    def synchronous(self) -> bool:
        """Whether all neurons are set at once."""
        return self.update.order == "synchronous"

    @property
    def by_energy(self) -> bool:
        """Whether a neuron takes the sign with the lower energy, whatever the drive says."""
        return self.update.rule == "energy"

    @cached_property
    def places(self) -> dict[str, slice]:
        """The numbers of each layer's neurons."""
        starts = np.cumsum([0, *(layer.size for layer in self.layers.values())]).tolist()
        return {name: slice(a, b) for name, a, b in zip(self.layers, starts, starts[1:], strict=False)}

    def _bias(self, a: Arithmetic, *, in_energy: bool) -> Value:
        parts = [held(layer.bias, a) for layer in self.layers.values() if layer.bias_in_energy or not in_energy]
        kept = [layer.name for layer in self.layers.values() if layer.bias_in_energy or not in_energy]
        total = a.array(np.full(self.size, Fraction(0), dtype=object))
        for name, part in zip(kept, parts, strict=True):
            total[self.places[name]] = part
        return total

    def energy(self, s: Value, a: Arithmetic) -> Value:
        """Return E(s) = S(s) - b·s."""
        gamma = {name: s[place] for name, place in self.places.items()}
        total: Any = -(self._bias(a, in_energy=True) * s).sum()
        return total + sum(synapse.energy(gamma, a) for synapse in self.synapses.values())

    def drive(self, s: Value, a: Arithmetic) -> Value:
        """Return drive + b, a vector over all neurons."""
        gamma = {name: s[place] for name, place in self.places.items()}
        total = self._bias(a, in_energy=False)
        for synapse in self.synapses.values():
            for name, part in synapse.drive(gamma, a).items():
                total[self.places[name]] = total[self.places[name]] + part
        return total

    def biases(self, *, in_energy: bool = False) -> Matrix:
        """Return b, exactly; with 0 for the biases that are left out of the energy, if that is asked for."""
        total = np.full(self.size, Fraction(0), dtype=object)
        for name, layer in self.layers.items():
            if layer.bias_in_energy or not in_energy:
                total[self.places[name]] = layer.bias.fractions()
        return total


def drive_matrix(model: SpinModel) -> Matrix | None:
    """Return A with drive(s) = As, exactly; None unless all drives are linear and stored as matrices."""
    return _assembled(model, {name: _drive_blocks(synapse) for name, synapse in model.synapses.items()})


def energy_matrix(model: SpinModel) -> Matrix | None:
    """Return a symmetric Q with S(s) = -½sᵀQs, exactly; None where it is not known to the letter."""
    return _assembled(model, {name: _energy_blocks(synapse) for name, synapse in model.synapses.items()})


Blocks = Mapping[tuple[str, str], Matrix]


def _assembled(model: SpinModel, parts: Mapping[str, Blocks | None]) -> Matrix | None:
    total = np.full((model.size, model.size), Fraction(0), dtype=object)
    for name, blocks in parts.items():
        if blocks is None or not model.synapses[name].linear:
            return None
        for (target, source), block in blocks.items():
            total[model.places[target], model.places[source]] += block
    return total


def _drive_blocks(synapse: Synapse) -> Blocks | None:
    if not isinstance(synapse, Diagonal):
        return synapse.blocks()
    (left, right), block = synapse.layers, np.full((len(synapse.rates),) * 2, Fraction(0), dtype=object)
    np.fill_diagonal(block, synapse.rates)
    return {(left, right): block, (right, left): block}


def _energy_blocks(synapse: Synapse) -> Blocks | None:
    """Return the blocks of Q: the drive's where it is -∇S, else those that the prefactor says."""
    blocks = _drive_blocks(synapse)
    if blocks is None or synapse.defect() is None:
        return blocks
    if not isinstance(synapse, Dense | Diagonal):
        return None
    (left, right), p = synapse.layers, synapse.prefactor
    if left != right:
        return {(left, right): p * blocks[left, right], (right, left): p * blocks[right, left]}
    return {(left, left): p * (blocks[left, left] + blocks[left, left].T)}


def as_state(values: np.ndarray[Any, Any], a: Arithmetic) -> Value:
    """Return whole numbers ±1 as a state in a number system."""
    return a.array(np.array([Fraction(int(entry)) for entry in values], dtype=object))
