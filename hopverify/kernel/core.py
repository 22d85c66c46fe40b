"""The core model: exactly the network that claims are about, as JSON. docs/core.md is the format.

    T ẋ = drive(γ) + b - ρx,   γ = g(x)                              (the flow; τ = 0: 0 = drive(γ) + b - ρx)
    E = Σ_l [ρ_l (x_l·g_l - L_l) - b_l·g_l] + Σ S(γ)                 (the derived energy)

Nothing is left to a default: however a spec is written, in whatever format and order, with arrays in files or in its
text, its core is the same, and the digest of the core's canonical text names the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from hopverify.kernel import language
from hopverify.kernel.arrays import Array, write_array
from hopverify.kernel.json_values import canonical
from hopverify.kernel.terms import STATE, Place, Shape, Term

VERSION = 1


@dataclass(frozen=True)
class Layer:
    """n neurons. ``L`` is None for a bare activation; ``g`` is a term, or None for ∇L."""

    name: str
    size: int
    bias: Array
    bias_in_energy: bool
    tau: Array
    leak: Array
    elementwise: bool
    L: Term | None
    g: Term | None

    @property
    def instantaneous(self) -> bool:
        """Whether the layer follows from the others at every moment."""
        return self.tau.entries[0] == 0


@dataclass(frozen=True)
class SpinLayer:
    """n neurons whose states are ±1, and are their own activations."""

    name: str
    size: int
    bias: Array
    bias_in_energy: bool


@dataclass(frozen=True)
class Synapse:
    """``energy`` is S; ``drive`` has a vector for each layer that is driven, or is None for -∇S."""

    name: str
    energy: Term
    drive: Mapping[str, Term] | None


@dataclass(frozen=True)
class Memory:
    """Patterns, one a row, as states of a layer."""

    name: str
    layer: str
    patterns: Term


@dataclass(frozen=True)
class Spins:
    """How spins are set: one at a time or all at once; to the sign of the drive, or to what lowers the energy."""

    order: Literal["asynchronous", "synchronous"]
    rule: Literal["drive", "energy"]


@dataclass(frozen=True)
class Altered:
    """What the altered energy (T11) is made of, where the author states it: P, N and φ(z), z = Nᵀ(λy - a)."""

    metric: Term | None
    residual: Term | None
    potential: Term | None


@dataclass(frozen=True, eq=False)
class Core:
    """``spins`` is None for a flow; ``energy`` is None for the derived one; ``original``: what this model repairs."""

    arrays: Mapping[str, Array]
    layers: tuple[Layer | SpinLayer, ...]
    synapses: tuple[Synapse, ...]
    memories: tuple[Memory, ...]
    spins: Spins | None
    energy: Term | None
    altered: Altered | None
    original: Core | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(canonical(write(self)).encode()).hexdigest()

    @property
    def flow_layers(self) -> list[Layer]:
        """The layers that are not of spins: all of them, in a flow."""
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    @property
    def slow_layers(self) -> list[Layer]:
        """The layers of a flow with τ > 0."""
        return [layer for layer in self.flow_layers if not layer.instantaneous]

    @property
    def fast_layers(self) -> list[Layer]:
        """The layers of a flow that follow at every moment."""
        return [layer for layer in self.flow_layers if layer.instantaneous]

    @cached_property
    def given(self) -> Core:
        """The core with the arrays that are given, of all that are meant."""
        if not any(held.within for held in self.arrays.values()):
            return self
        arrays = {name: Array(held.shape, held.entries) for name, held in self.arrays.items()}
        return replace(self, arrays=arrays)

    @cached_property
    def residual(self) -> Layer | None:
        """The residual z = Nᵀ(λy - a) as a layer with the Lagrangian φ."""
        if self.altered is None or self.altered.residual is None or self.altered.potential is None:
            return None
        size = language.shape(self.altered.residual, self.places, "residual")[1]
        zero, one = (Array((size,), [Fraction(value)] * size) for value in (0, 1))
        return Layer("residual", size, zero, True, one, one, True, self.altered.potential, None)

    @cached_property
    def places(self) -> dict[Place, Shape]:
        """The shapes of the activations and of the arrays."""
        found = {("activation", layer.name): (layer.size,) for layer in self.layers}
        return found | {("array", name): held.shape for name, held in self.arrays.items()}

    def places_of(self, layer: Layer) -> dict[Place, Shape]:
        """The same with the argument of a layer's L and g."""
        return {**self.places, STATE: () if layer.elementwise else (layer.size,)}


def write(core: Core) -> dict[str, Any]:
    """Return a core as JSON writes it: what :func:`read` reads back."""
    dynamics = {"kind": "flow"}
    if core.spins is not None:
        dynamics = {"kind": "spins", "order": core.spins.order, "rule": core.spins.rule}
    return {
        "core": VERSION,
        "dynamics": dynamics,
        "arrays": {name: write_array(held) for name, held in core.arrays.items()},
        "layers": [_write_layer(layer) for layer in core.layers],
        "synapses": [
            {"name": each.name, "S": language.write(each.energy), "drive": _write_drive(each.drive)}
            for each in core.synapses
        ],
        "energy": "derived" if core.energy is None else language.write(core.energy),
        "memories": [
            {"name": each.name, "layer": each.layer, "patterns": language.write(each.patterns)}
            for each in core.memories
        ],
        "altered": None if core.altered is None else _write_altered(core.altered),
        "original": None if core.original is None else write(core.original),
    }


def _optional(term: Term | None) -> Any:
    return None if term is None else language.write(term)


def _write_altered(altered: Altered) -> dict[str, Any]:
    return {key: _optional(getattr(altered, key)) for key in ("metric", "residual", "potential")}


def _write_drive(drive: Mapping[str, Term] | None) -> Any:
    return "gradient" if drive is None else {name: language.write(each) for name, each in drive.items()}


def _write_layer(layer: Layer | SpinLayer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": layer.name,
        "size": layer.size,
        "bias": write_array(layer.bias),
        "bias in energy": layer.bias_in_energy,
    }
    if isinstance(layer, Layer):
        found |= {
            "tau": write_array(layer.tau),
            "leak": write_array(layer.leak),
            "acts": "neuron" if layer.elementwise else "layer",
            "L": _optional(layer.L),
            "g": "gradient" if layer.g is None else language.write(layer.g),
        }
    return found
