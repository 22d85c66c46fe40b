"""Variants of a model, to see what a mistake would do: a synapse counted otherwise, a layer with other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.networks.network import split
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import Synapse, held

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scaled(Synapse):
    """A synapse whose energy, and whose drive on some layers, are multiples of what they should be."""

    base: Synapse
    energy_factor: float = 1.0
    drive_factors: Mapping[str, float] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[str, ...]:  # type: ignore[override]
        """The layers of the synapse."""
        return self.base.layers

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        return self.base.energy(activations, a) * self.energy_factor

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        drives = self.base.drive(activations, a)
        return {name: drive * self.drive_factors.get(name, 1.0) for name, drive in drives.items()}

    def formula(self, name: str) -> str:
        return self.base.formula(name)


def with_drive(model: Model, synapse: str, factor: float, *layers: str) -> Model:
    """Return the model with a synapse's drive on some layers multiplied (on all, if none is named)."""
    base = model.synapses[synapse]
    scaled = Scaled(base, 1.0, dict.fromkeys(layers or base.layers, factor))
    return replace(model, synapses={**model.synapses, synapse: scaled})


def with_layer(model: Model, name: str, **changes: Any) -> Model:
    """Return the model with some fields of a layer changed."""
    return replace(model, layers={**model.layers, name: replace(model.layers[name], **changes)})


def without_bias(model: Model, *names: str, factor: int = 0) -> Model:
    """Return the model with the biases of some layers multiplied: by 0, or by -1."""
    for name in names:
        bias = model.layers[name].bias
        values = ExactArray.of(np.array([factor * value for value in bias.fractions()], dtype=object))
        model = with_layer(model, name, bias=values)
    return model


def has_bias(layer: Layer) -> bool:
    """Return whether a layer's bias is not 0 everywhere."""
    return bool(np.any(layer.bias.values != 0))


@dataclass(frozen=True)
class Parts:
    """What the energy at one state consists of: by layer ρx·g, ρL, b·g and (for those in E) the bias; by synapse S."""

    product: Mapping[str, float]
    lagrangian: Mapping[str, float]
    bias: Mapping[str, float]
    synaptic: Mapping[str, float]


def parts_of(model: Model, x: Floats) -> Parts:
    """Return the parts of E at a state."""
    with np.errstate(all="ignore"):
        states, gamma = model.complete(split(model, x), FLOATS)
        product, lagrangian, bias = dict[str, float](), dict[str, float](), dict[str, float]()
        for name, layer in model.layers.items():
            leak = layer.per_neuron(layer.leak, FLOATS)
            product[name] = float(np.sum(leak * states[name] * gamma[name]))
            bias[name] = float(held(layer.bias, FLOATS) @ gamma[name])
            if layer.function.potential is not None:
                lagrangian[name] = float(np.sum(leak * layer.function.lagrangian(states[name], FLOATS)))
        synaptic = {name: float(synapse.energy(gamma, FLOATS)) for name, synapse in model.synapses.items()}
    return Parts(product, lagrangian, bias, synaptic)


def slowed(model: Model, name: str, leak: Fraction) -> Model:
    """Return the model with another leak in one layer."""
    return with_layer(model, name, leak=(leak,))
