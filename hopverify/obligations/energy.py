"""Obligations about the energy and its parts: Lagrangians, activations, synapses, descent."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.networks import Layer, LayerFunction, Model
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse


@dataclass(frozen=True)
class OfLayer:
    """What obligations about one layer share; abstract."""

    layer: Layer

    @property
    def function(self) -> LayerFunction:
        """The layer's L, g and h."""
        return self.layer.function


@dataclass(frozen=True)
class Convex(OfLayer):
    """The Lagrangian is convex: H(x) ⪰ 0 for every state x where H exists, and g is monotone."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the Lagrangian of layer {self.layer.name} is convex: H(x) ⪰ 0 for every state"


@dataclass(frozen=True)
class Regular(OfLayer):
    """The activation is locally Lipschitz, so solutions exist, are unique, and the chain rule holds along them."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the activation of layer {self.layer.name} is locally Lipschitz"


@dataclass(frozen=True)
class GradientOfL(OfLayer):
    """The activation is the gradient of the layer's own Lagrangian: g(x) = ∇L(x) for every state."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the activation of layer {self.layer.name} is the gradient of its Lagrangian"


@dataclass(frozen=True)
class RegularDrive:
    """The drive of a synapse is a locally Lipschitz function of the activations."""

    model: Model
    name: str

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the drive of synapse {self.name} is locally Lipschitz"


@dataclass(frozen=True)
class NowhereFlat(OfLayer):
    """The activation is constant on no segment of states.

    For convex L the set F(γ) = {x : g(x) = γ} is convex (T5): if it is larger than a point it holds such a segment.
    """

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the activation of layer {self.layer.name} is constant on no segment of states"


@dataclass(frozen=True)
class SymmetricJacobian(OfLayer):
    """The activation is a gradient: ∂g_i/∂x_j = ∂g_j/∂x_i for every state."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the activation of layer {self.layer.name} is a gradient: ∂g_i/∂x_j = ∂g_j/∂x_i for every state"


@dataclass(frozen=True)
class CompatibleTimes(OfLayer):
    """vᵀ T H(x) v ≥ 0 for every state x with H(x) ⪰ 0 and every velocity v (T2)."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the time constants of layer {self.layer.name} keep vᵀTH(x)v ≥ 0 wherever H(x) ⪰ 0"


@dataclass(frozen=True)
class GradientDrive:
    """The drive of a synapse is -∇S for its own energy S, prefactor included."""

    model: Model
    name: str

    @property
    def synapse(self) -> Synapse:
        """The synapse."""
        return self.model.synapses[self.name]

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the drive of synapse {self.name} is minus the gradient of its energy"


@dataclass(frozen=True)
class SymmetricWeights:
    """W = Wᵀ, entry by entry and exactly."""

    model: Model
    name: str

    @property
    def weights(self) -> ExactArray:
        """W."""
        weights = self.model.synapses[self.name].weights
        assert weights is not None
        return weights

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return f"the weights of synapse {self.name} are exactly symmetric"


@dataclass(frozen=True)
class DerivedEnergy:
    """The model's energy is the derived one: no other is claimed, and every bias is counted."""

    model: Model

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "the energy is the one derived from the dynamics, every bias counted"


@dataclass(frozen=True)
class Descent:
    """dE/dt ≤ 0 along the flow, from every state."""

    model: Model

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "dE/dt ≤ 0 along the flow, from every state"


Premise = DerivedEnergy | GradientDrive | RegularDrive | Regular | GradientOfL | Convex | CompatibleTimes


def premises_of_descent(model: Model) -> tuple[Premise, ...]:
    """Return what T2 asks of a model: its energy, every drive, and every layer, those with τ > 0 in full.

    The order is that of the premises in the kernel's theorem (docs/claims.md).
    """
    premises: list[Premise] = [DerivedEnergy(model)]
    for name in model.synapses:
        premises += [GradientDrive(model, name), RegularDrive(model, name)]
    for layer in model.layers.values():
        premises += [Regular(layer), GradientOfL(layer)]
    for layer in model.dynamic:
        premises += [Convex(layer), CompatibleTimes(layer)]
    return tuple(premises)
