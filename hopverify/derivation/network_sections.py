"""The sections of the whole model: the vector field, the energy, and its rate along the flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.derivation.asking import ask
from hopverify.derivation.committed import networks
from hopverify.derivation.document import AGAIN, Line, Mark, Section
from hopverify.derivation.formula import (
    ONE,
    ZERO,
    Formula,
    Node,
    NoFormula,
    Number,
    Symbol,
    call,
    formula,
    substituted,
    total,
)
from hopverify.derivation.language import read
from hopverify.derivation.layer_forms import LayerForms
from hopverify.derivation.names import I, Names
from hopverify.derivation.synaptic import SynapseForms, synapse_forms
from hopverify.networks import Layer, Model, SpinLayer

ENERGY, RATE = Mark("E", "E"), Mark("dE/dt", r"\frac{dE}{dt}")
MINUS = Mark("-ẋᵀ T H ẋ", r"-\dot{x}^{\top} T H \dot{x}")


@dataclass(frozen=True, eq=False)
class Network:
    """A model with the forms of its layers, and what follows for the whole."""

    model: Model
    layers: Mapping[str, LayerForms]

    @cached_property
    def names(self) -> Names:
        """The symbols of the model."""
        return Names(self.model)

    @cached_property
    def synapses(self) -> dict[str, SynapseForms]:
        """The formulas of the synapses that have some."""
        found = {}
        for name, synapse in self.model.synapses.items():
            try:
                found[name] = synapse_forms(name, synapse, self.names)
            except NoFormula:
                continue
        return found

    @cached_property
    def obstacles(self) -> tuple[str, ...]:
        """Why dE/dt = -ẋᵀTHẋ is not claimed of this model."""
        found = []
        if self.model.claimed is not None:
            found.append("the spec claims an energy of its own; the identity is about the derived one")
        for layer in self.model.layers.values():
            if layer.function.potential is None:
                found.append(f"layer {layer.name} has an activation without a Lagrangian")
            if has_bias(layer) and not layer.bias_in_energy:
                found.append(f"the bias of layer {layer.name} drives the flow but is not counted in the energy")
        for name, synapse in self.model.synapses.items():
            defect = synapse.defect()
            if defect is not None:
                found.append(f"the drive of synapse {name} is not -dS/dg: that needs {_ascii(defect.statement)}")
        return tuple(found)

    def called(self, letter: str, layer: Layer, argument: Formula) -> Formula:
        """Return L or h of a layer at a state."""
        return call(self.names.of(letter, layer.name), argument)

    def terms(self, layer: Layer) -> Mapping[str, tuple[Formula, ...]]:
        """Return what is derived of the kind of a layer, in the symbols of the model."""
        kind = "elementwise" if layer.function.elementwise else "whole"
        leak, time = ("one" if len(set(numbers)) == 1 else "each" for numbers in (layer.leak, layer.tau))
        symbols: dict[str, Formula] = {
            letter: self.names.vector(letter, layer.name) for letter in ("x", "g", "b", "n", "H", "xdot")
        }
        for letter, numbers in (("rho", layer.leak), ("tau", layer.tau)):
            same = len(set(numbers)) == 1
            symbols[letter] = Number(numbers[0]) if same else self.names.vector(letter, layer.name)
        functions = {letter: self.names.of(letter, layer.name) for letter in ("L", "h")}
        record = networks()["layers"][f"{kind}, {leak} leak, {time} tau"]
        return {
            part: tuple(_renamed(substituted(read(text), symbols), functions) for text in texts)
            for part, texts in record.items()
        }


def _renamed(value: Formula, functions: Mapping[str, str]) -> Formula:
    if not isinstance(value, Node):
        return value
    return Node(functions.get(value.head, value.head), tuple(_renamed(part, functions) for part in value.parts))


def _ascii(words: str) -> str:
    return words.replace("·", "*")


def has_bias(layer: Layer | SpinLayer) -> bool:
    """Whether some neuron's bias is not 0."""
    return bool(np.any(layer.bias.values != 0))


def per_neuron(numbers: tuple[Any, ...], letter: str, network: Network, layer: Layer) -> Formula:
    """Return the common value of tau, leak or c, or its symbol with an index."""
    if len(set(numbers)) == 1:
        return formula(numbers[0])
    return network.names.vector(letter, layer.name)[I]


def dynamics_section(network: Network) -> Section:
    """Return T ẋ = drive + b - ρx, and x = (drive + b)/ρ for the instantaneous layers."""
    lines: list[Line] = []
    for layer in network.model.layers.values():
        lines += sum_of(_moved(network, layer), _flow(network, layer))
    notes = ["an instantaneous layer (tau = 0) is eliminated: it has the value above at every moment"]
    if network.model.inhibition:
        notes = ["an instantaneous layer (tau = 0) is eliminated: its equation above holds at every moment"]
    remarks = [forms.remark for forms in network.synapses.values() if forms.remark]
    untold = [name for name in network.model.synapses if name not in network.synapses]
    remarks += [f"the drive of synapse {name} has no formula here" for name in untold]
    eliminated = any(layer.instantaneous for layer in network.model.layers.values())
    return Section("Vector field", tuple(lines), (*(notes if eliminated else ()), *dict.fromkeys(remarks)))


def _moved(network: Network, layer: Layer) -> Any:
    """Return what the drives of a layer make: τẋ, or x where it is instantaneous, or ρx + c∘g."""
    x, leak = network.names.vector("x", layer.name)[I], per_neuron(layer.leak, "rho", network, layer)
    if any(network.model.inhibition.get(layer.name, ())):
        c = per_neuron(network.model.inhibition[layer.name], "c", network, layer)
        return leak * x, Mark(" + ", " + "), c * network.names.vector("g", layer.name)[I]
    if layer.instantaneous:
        return x
    tau, dot = per_neuron(layer.tau, "tau", network, layer), velocity(network, layer)[I]
    return dot if tau == ONE else (tau, Mark("·", r"\,"), dot)


def _flow(network: Network, layer: Layer) -> list[tuple[Formula, str]]:
    """Return drive + b - ρx term by term, without the leak and over it where the layer is instantaneous."""
    (flow,) = network.terms(layer)["tau*dx/dt"]
    implicit = any(network.model.inhibition.get(layer.name, ()))
    leak = per_neuron(layer.leak, "rho", network, layer)
    scale = ONE / leak if layer.instantaneous and not implicit else ONE
    terms: list[tuple[Formula, str]] = []
    for part in flow.parts if isinstance(flow, Node) else ():
        if part == Symbol("drive"):
            terms += [(scale * drive, f"synapse {name}") for name, drive in _drives(network, layer)]
        elif part.has(network.names.vector("b", layer.name)):
            terms += [(scale * part, "bias")] if has_bias(layer) else []
        elif not layer.instantaneous:
            terms.append((part, "leak"))
    return terms


def _drives(network: Network, layer: Layer) -> list[tuple[str, Formula]]:
    """Return the drives of a layer; self-inhibition stands on the other side of an instantaneous layer's equation."""
    own = (layer.name, layer.name) if layer.name in network.model.inhibition else None
    found = [(name, forms.drives[layer.name]) for name, forms in network.synapses.items() if layer.name in forms.drives]
    return [(name, drive) for name, drive in found if own not in network.model.synapses[name].pairs]


def velocity(network: Network, layer: Layer) -> Symbol:
    """Return ẋ of a layer."""
    return network.names.vector("xdot", layer.name)


def sum_of(left: Any, terms: list[tuple[Formula, str]]) -> list[Line]:
    """Return a sum with one term a line, each with its remark."""
    if not terms:
        return [Line(left, ZERO)]
    return [Line(left if position == 0 else None, value, remark) for position, (value, remark) in enumerate(terms)]


def energy_sections(network: Network) -> list[Section]:
    """Return E term by term; then, where layers are eliminated, what is left of it."""
    sections = []
    if network.model.claimed is not None:
        sections.append(_claimed(network))
    if any(layer.function.potential is None for layer in network.model.layers.values()):
        return [*sections, Section("Energy", (), ("none is derived: a layer has no Lagrangian",))]
    terms = [term for layer in network.model.layers.values() for term in _layer_terms(network, layer)]
    terms += [(forms.energy, f"synapse {name}") for name, forms in network.synapses.items()]
    sections.append(Section("Energy, derived from the dynamics", tuple(sum_of(ENERGY, terms))))
    reduced = _reduced(network)
    return [*sections, reduced] if reduced is not None else sections


def _claimed(network: Network) -> Section:
    model, names = network.model, network.names
    shapes = {array: held.shape for array, held in model.arrays.items()}
    vectors = {layer: (names.of("x", layer), names.of("n", layer)) for layer in model.layers}
    # In an energy g_l stands for the activations of layer l.
    vectors |= {f"g_{layer}": (names.of("g", layer), names.of("n", layer)) for layer in model.layers}
    try:
        shown = Line(ENERGY, ask("claimed_energy", model.claimed, shapes, vectors))
        return Section("Energy, as the spec claims it", (shown,))
    except NoFormula:
        return Section("Energy, as the spec claims it", (), (str(network.model.claimed),))


def _layer_terms(network: Network, layer: Layer) -> list[tuple[Formula, str]]:
    """Return ρ(x·g - L) and -b·g."""
    terms = network.terms(layer)
    found = [(term, f"layer {layer.name}") for term in terms["E"] if term != ZERO]
    if has_bias(layer) and layer.bias_in_energy:
        found += [(term, f"bias of layer {layer.name}") for term in terms["bias"]]
    return found


def summed(factor: Formula, body: Formula, size: Formula) -> Formula:
    """Return Σ_i factor·body, a factor that is the same for all neurons in front."""
    if factor.has(I):
        return total(factor * body, (I, size))
    return factor * total(body, (I, size))


def lagrangian(network: Network, layer: Layer, factor: Formula) -> Formula:
    """Return factor·L(x), elementwise as a sum over the neurons."""
    x = network.names.vector("x", layer.name)
    if layer.function.elementwise:
        return summed(factor, network.called("L", layer, x[I]), network.names.size(layer.name))
    return factor * network.called("L", layer, x)


def _reduced(network: Network) -> Section | None:
    """Return E with the eliminated layers put in.

    At x = (drive + b)/ρ a layer h in whose activation every synapse is linear contributes ρ x·g - b·g + S = 0 and
    -ρL(x), as S = -g·drive.
    """
    gone = [layer for layer in network.model.layers.values() if layer.instantaneous]
    if not gone or network.obstacles or len(network.synapses) < len(network.model.synapses):
        return None
    touching = {
        name for name, synapse in network.model.synapses.items() if any(layer.name in synapse.layers for layer in gone)
    }
    if any(
        layer.name in network.model.synapses[name].layers and layer.name not in network.synapses[name].linear
        for name in touching
        for layer in gone
    ):
        return None
    terms = [term for layer in network.model.dynamic for term in _layer_terms(network, layer)]
    terms += [(forms.energy, f"synapse {name}") for name, forms in network.synapses.items() if name not in touching]
    for layer in gone:
        leak = per_neuron(layer.leak, "rho", network, layer)
        terms.append((-lagrangian(network, layer, leak), f"layer {layer.name}, eliminated"))
    note = "the other terms of an eliminated layer cancel, as its x is (drive + bias)/leak"
    return Section("Energy of the remaining states", tuple(sum_of(ENERGY, terms)), (note,))


def rate_section(network: Network) -> Section:
    """Return dE/dt = -ẋᵀTHẋ layer by layer, or why it is not claimed."""
    title = "Rate of the energy along the flow"
    if network.obstacles:
        return Section(title, (), ((RATE, " = ", MINUS, " is not stated for this model:"), *network.obstacles))
    lines = [Line(RATE, MINUS)]
    notes = []
    for position, layer in enumerate(network.model.dynamic):
        left = AGAIN if position == 0 else None
        lines.append(Line(left, _share(network, layer), f"layer {layer.name}"))
        if not layer.uniform_tau and not layer.function.elementwise:
            notes.append(f"layer {layer.name}: T H is not symmetric, so H >= 0 does not settle the sign")
    if any(len(network.layers[layer.name].cases) > 1 for layer in network.model.dynamic):
        notes.append("holds wherever H exists: between the kinks of the activations")
    return Section(title, tuple(lines), tuple(notes))


def _share(network: Network, layer: Layer) -> Formula:
    """Return -ẋᵀTHẋ of one layer: -Σ τ h(x) ẋ², or by the structure of H, or as a double sum."""
    whole = network.layers[layer.name].whole
    (general,) = network.terms(layer)["dE/dt"]
    if whole is None or whole.rate is None or not layer.uniform_tau:
        return general
    rate = substituted(whole.rate, {"tau": Number(layer.tau[0])})
    if len(network.layers) == 1:
        return rate
    bound = {node.parts[1] for node in rate.nodes() if isinstance(node, Node) and node.head == "Sum"}
    names = {node.name for node in rate.nodes() if isinstance(node, Symbol) and node not in bound}
    return substituted(rate, {name: network.names.vector(name, layer.name) for name in names})
