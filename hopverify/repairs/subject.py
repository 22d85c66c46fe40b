"""The model to be repaired, as a network ρx = Wg(x) + b in rationals, and what keeps every repair from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hopverify.checker.linear_algebra import Matrix
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Layer, Model
from hopverify.networks.linear import MAX_NEURONS, MAX_WITH_WHOLE_LAYERS, drive_matrix
from hopverify.numerics.semidefinite import SOLVERS
from hopverify.repairs.signs import is_sign
from hopverify.spec import ModelSpec


@dataclass(frozen=True, eq=False)
class Network:
    """Tẋ = Wg(x) + b - ρ∘x over all neurons, in Fractions: W (N, N), the others (N,); τ = 0 where x follows."""

    W: Matrix
    b: Matrix
    leak: Matrix
    tau: Matrix
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, model: Model) -> Network:
        """Return the network of a model that no obstacle keeps from repair, and that is small enough."""
        layers = tuple(model.layers.values())
        b = np.concatenate([layer.bias.fractions() for layer in layers])
        leak = np.array([rate for layer in layers for rate in layer.each(layer.leak)], dtype=object)
        tau = np.array([entry for layer in layers for entry in layer.each(layer.tau)], dtype=object)
        return cls(drive_matrix(model), b, leak, tau, layers)

    @cached_property
    def places(self) -> dict[str, Matrix]:
        """The numbers of each layer's neurons."""
        starts = np.cumsum([0, *(layer.size for layer in self.layers)]).tolist()
        return {layer.name: np.arange(a, b) for layer, a, b in zip(self.layers, starts, starts[1:], strict=False)}

    @cached_property
    def names(self) -> list[str]:
        """A name for each neuron, such as ``x[3]``."""
        return [f"{layer.name}[{i}]" for layer in self.layers for i in range(layer.size)]

    @property
    def is_symmetric(self) -> bool:
        """Whether W = Wᵀ."""
        return bool((self.W == self.W.T).all())

    def scaled(self, d: Matrix) -> Network:
        """Return the same network with the equation of each neuron multiplied by d."""
        return Network(d[:, None] * self.W, d * self.b, d * self.leak, d * self.tau, self.layers)

    def neurons(self, layers: Sequence[Layer]) -> Matrix:
        """Return the numbers of the neurons of some layers, one layer after the other."""
        found = [self.places[layer.name] for layer in layers]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Subject:
    """A spec with its model; ``original`` is how the new spec names it, ``file`` the stem of the new spec's name.

    ``solvers`` are those of cvxpy, in the order in which they are tried.
    """

    spec: ModelSpec
    model: Model
    original: str
    file: str
    solvers: tuple[str, ...] = SOLVERS

    @cached_property
    def network(self) -> Network | None:
        """The network in rationals, None where it is too large for them (or no network with linear drives)."""
        return Network.of(self.model) if _is_small(self.model) and obstacle(self) is None else None


__all__ = ["SOLVERS", "Network", "Subject", "obstacle", "too_large"]


def obstacle(subject: Subject) -> str | None:
    """Return a sentence that says why no repair fits at all, or None."""
    model = subject.model
    if subject.spec.original is not None:
        return f"the spec is a repair of {subject.spec.original.name} itself: repair that one"
    if subject.spec.energy is not None:
        return "the spec claims an energy of its own; repairs mend the derived one: remove `energy:` to see them"
    for name, synapse in model.synapses.items():
        if synapse.spread is not None:
            return f"the weights of synapse {name} are uncertain, and a repair is made for exact ones"
        if not synapse.linear:
            return f"the drive of synapse {name} is not linear in the activations, and the theorems are about weights"
    for layer in model.layers.values():
        said = _of_layer(layer)
        if said is not None:
            return f"layer {layer.name} {said}"
    return None


def _of_layer(layer: Layer) -> str | None:
    if layer.function.potential is None:
        return "has an activation but no Lagrangian, from which the new energy would be made"
    if 0 in layer.leak:
        return "has no leak (leak: 0), so that its equilibria do not determine its state"
    if not is_sign(layer) and not all(is_locally_lipschitz(part) for part in layer.function.activation):
        return "has an activation that jumps, or is not defined somewhere; a locally Lipschitz one is needed"
    return None


def _is_small(model: Model) -> bool:
    layers = model.layers.values()
    most = MAX_NEURONS if all(layer.function.elementwise for layer in layers) else MAX_WITH_WHOLE_LAYERS
    return sum(layer.size for layer in layers) <= most


def too_large(model: Model) -> str:
    """Return the sentence for networks beyond exact rationals."""
    size = sum(layer.size for layer in model.layers.values())
    limits = f"{MAX_NEURONS} neurons ({MAX_WITH_WHOLE_LAYERS} with layers that are not elementwise)"
    return f"the network has {size} neurons, and repairs compute in rationals up to {limits}"
