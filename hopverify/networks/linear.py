"""Networks with linear drives: equilibria solve x = (Wγ + b)/ρ with γ = g(x), over all neurons of all layers at once.

Synapses that are quadratic in the activations (dense, diagonal, hebbian, convolution, and expressions of degree 2) have
a linear drive, but for constants. Its matrix is assembled exactly, layer after layer in the order of the spec;
instantaneous layers are neurons like the others, since an equilibrium does not know the time constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks.affine import affine_drive
from hopverify.networks.layer import Layer, LayerFunction
from hopverify.networks.network import Model
from hopverify.synapses import Synapse

# Whole layers need the matrix H, and ball arithmetic on it; drives that are not linear that of their slopes.
MAX_NEURONS, MAX_WITH_WHOLE_LAYERS = 400, 64

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions."""


class Numbered:
    """Neurons that are numbered through ``layers``."""

    layers: tuple[Layer, ...]

    def names(self) -> list[str]:
        """Return a name for each neuron, such as ``x[3]``."""
        return [f"{layer.name}[{i}]" for layer in self.layers for i in range(layer.size)]

    @property
    def elementwise(self) -> bool:
        """Whether every neuron's activation depends on its own state only."""
        return all(layer.function.elementwise for layer in self.layers)

    def places(self) -> list[tuple[Layer, np.ndarray[Any, Any]]]:
        """Return each layer with the numbers of its neurons."""
        starts = np.cumsum([0, *(layer.size for layer in self.layers)])
        return [(layer, np.arange(a, a + layer.size)) for layer, a in zip(self.layers, starts.tolist(), strict=False)]


@dataclass(frozen=True, eq=False)
class Neurons(Numbered):
    """All neurons of a model, whatever its drives are."""

    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(layer.size for layer in self.layers)

    @property
    def functions(self) -> tuple[LayerFunction, ...]:
        """Of each neuron the function of its layer."""
        return tuple(layer.function for layer in self.layers for _ in range(layer.size))

    @property
    def leak(self) -> Matrix:
        """ρ of each neuron, Fractions."""
        return np.array([rate for layer in self.layers for rate in layer.each(layer.leak)], dtype=object)

    @property
    def bias(self) -> Matrix:
        """The bias of each neuron, Fractions."""
        return np.concatenate([layer.bias.fractions() for layer in self.layers])


@dataclass(frozen=True, eq=False)
class LinearNetwork(Numbered):
    """``W`` (N × N), ``b`` and ``leak`` (N) in Fractions; ``functions[i]`` is that of the layer of neuron i."""

    W: Matrix
    b: Matrix
    leak: Matrix
    functions: tuple[LayerFunction, ...]
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """The number of neurons, N."""
        return len(self.b)

    def target(self, gamma: Matrix) -> Matrix:
        """Return x⋆(γ) = (Wγ + b)/ρ, exactly."""
        result: Matrix = (self.W @ gamma + self.b) / self.leak
        return result

    def activation(self, x: Matrix) -> Matrix | None:
        """Return g(x) of a rational state, exactly; None where it is not known to be rational."""
        try:
            parts = [layer.function.activate(x[neurons], EXACT) for layer, neurons in self.places()]
        except (NotRational, ZeroDivisionError):
            return None
        return np.concatenate(parts)

    def rests_at(self, x: Matrix) -> bool:
        """Whether a rational state is an equilibrium, exactly; False too where g(x) is not known to be rational."""
        gamma = self.activation(x)
        return gamma is not None and bool((self.target(gamma) == x).all())

    @property
    def is_symmetric(self) -> bool:
        """Whether W = Wᵀ, so that the network has an energy."""
        return bool((self.W == self.W.T).all())


def linear_network(model: Model) -> LinearNetwork | None:
    """Return the network of a model, or None unless drives are linear and layers leaky and locally Lipschitz."""
    if obstacles(model):
        return None
    of = Neurons(tuple(model.layers.values()))
    W, leak = drive_matrix(model), of.leak
    for i in np.flatnonzero(leak == 0):
        # Of an identity neuron, the only one that may have no leak here, -ρx and W_ii x are of one kind.
        leak[i] = -W[i, i] if W[i, i] < 0 else Fraction(1)
        W[i, i] += leak[i]
    return LinearNetwork(W, of.bias + _constants(model), leak, of.functions, of.layers)


def obstacles(model: Model) -> list[str]:
    """Return, in words, what keeps a model from being such a network; nothing for one that is."""
    whole = [layer.name for layer in model.layers.values() if not layer.function.elementwise]
    said = _size_beyond(model, f"layer {whole[0]} is not elementwise" if whole else "")
    said += [f"the drive of synapse {name} is not linear in the activations" for name in curved(model)]
    return said + leakless(model) + _irregular(model)


def leakless(model: Model) -> list[str]:
    """Return, in words, which layers have no leak, and need one: -ρx of an identity neuron is a weight of its own."""
    layers = [layer for layer in model.layers.values() if 0 in layer.leak and layer.function.name != "identity"]
    return [f"layer {layer.name} has no leak" for layer in layers]


def unlisted(model: Model) -> list[str]:
    """Return, in words, why equilibria of a model are not listed, whatever its drives are; nothing if they are."""
    bent = curved(model)
    whole = [layer.name for layer in model.layers.values() if not layer.function.elementwise]
    why = f"the drive of synapse {bent[0]} is not linear in the activations" if bent else ""
    why = f"layer {whole[0]} is not elementwise" if whole else why
    return _size_beyond(model, why) + _irregular(model)


def curved(model: Model) -> list[str]:
    """Return the synapses whose drive is not an affine function of the activations."""
    return [
        name for name, synapse in model.synapses.items() if not synapse.linear and affine_drive(model, synapse) is None
    ]


def _size_beyond(model: Model, why: str) -> list[str]:
    """Return that there are too many neurons, if there are: of models that are searched in slopes for a reason."""
    size, most = sum(layer.size for layer in model.layers.values()), MAX_WITH_WHOLE_LAYERS if why else MAX_NEURONS
    limit = f"{most}, since {why}" if why else f"{most}"
    return [f"there are {size:,} neurons, and the limit is {limit}"] if size > most else []


def _irregular(model: Model) -> list[str]:
    layers = model.layers.values()
    irregular = [layer for layer in layers if not all(is_locally_lipschitz(part) for part in layer.function.activation)]
    return [f"the activation of layer {each.name} is not known to be locally Lipschitz" for each in irregular]


def drive_matrix(model: Model) -> Matrix:
    """Return W of linear drives, block by block: a target's drive as a function of a source's activations."""
    place, size = model.places, sum(layer.size for layer in model.layers.values())
    W = np.full((size, size), Fraction(0), dtype=object)
    for synapse in model.synapses.values():
        affine = affine_drive(model, synapse)
        blocks = synapse.blocks() if affine is None else affine.blocks
        for (target, source), block in (blocks if blocks is not None else _probed(model, synapse)).items():
            W[place[target], place[source]] += block
    return W


def _constants(model: Model) -> Matrix:
    """Return what the drives add to the biases."""
    total = np.full(sum(layer.size for layer in model.layers.values()), Fraction(0), dtype=object)
    for synapse in model.synapses.values():
        affine = affine_drive(model, synapse)
        for name, constant in ({} if affine is None else affine.constant).items():
            total[model.places[name]] += constant
    return total


def _probed(model: Model, synapse: Synapse) -> dict[tuple[str, str], Matrix]:
    """Return the blocks of a linear drive column by column: its values on unit activations."""
    ends = tuple(dict.fromkeys(synapse.layers))
    blocks: dict[tuple[str, str], Matrix] = {}
    for source in ends:
        columns: dict[str, list[Matrix]] = {}
        for i in range(model.layers[source].size):
            gamma = {name: np.full(model.layers[name].size, Fraction(0), dtype=object) for name in ends}
            gamma[source][i] = Fraction(1)
            for target, drive in synapse.drive(gamma, EXACT).items():
                columns.setdefault(target, []).append(drive)
        blocks |= {(target, source): np.array(drives, dtype=object).T for target, drives in columns.items()}
    return blocks
