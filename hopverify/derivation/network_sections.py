"""The sections of the whole model: the vector field, the energy, and its rate along the flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from hopverify.derivation.calculus import SIZE, I, J, K
from hopverify.derivation.document import AGAIN, Line, Mark, Section
from hopverify.derivation.kernel import structure_of
from hopverify.derivation.layer_forms import LayerForms
from hopverify.derivation.synaptic import Names, SynapseForms, meanings, synapse_forms
from hopverify.derivation.translation import NoTranslation, number
from hopverify.derivation.whole_layer import Vector, whole_layer
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
            except NoTranslation:
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

    def undefined(self, letter: str, layer: Layer) -> Any:
        """Return L or h of a layer as a function that is printed by name."""
        return sympy.Function(self.names.of(letter, layer.name), real=True)


def _ascii(words: str) -> str:
    return words.replace("·", "*")


def has_bias(layer: Layer | SpinLayer) -> bool:
    """Whether some neuron's bias is not 0."""
    return bool(np.any(layer.bias.values != 0))


def per_neuron(numbers: tuple[Any, ...], letter: str, network: Network, layer: Layer) -> Any:
    """Return the common value of tau, leak or c, or its symbol with an index."""
    if len(set(numbers)) == 1:
        return number(numbers[0])
    return network.names.vector(letter, layer.name)[I]


def dynamics_section(network: Network) -> Section:
    """Return T ẋ = drive + b - ρx, and x = (drive + b)/ρ for the instantaneous layers."""
    lines: list[Line] = []
    for layer in network.model.layers.values():
        x = network.names.vector("x", layer.name)[I]
        leak = per_neuron(layer.leak, "rho", network, layer)
        implicit = any(network.model.inhibition.get(layer.name, ()))
        scale = 1 / leak if layer.instantaneous and not implicit else sympy.S.One
        terms = [(scale * drive, f"synapse {name}") for name, drive in _drives(network, layer)]
        if has_bias(layer):
            terms.append((scale * network.names.vector("b", layer.name)[I], "bias"))
        if not layer.instantaneous and leak != 0:
            terms.append((-leak * x, "leak"))
        left: Any = x
        if implicit:
            c = per_neuron(network.model.inhibition[layer.name], "c", network, layer)
            left = (leak * x, Mark(" + ", " + "), c * network.names.vector("g", layer.name)[I])
        elif not layer.instantaneous:
            tau, dot = per_neuron(layer.tau, "tau", network, layer), velocity(network, layer)[I]
            left = dot if tau == 1 else (tau, Mark("·", r"\,"), dot)
        lines += sum_of(left, terms)
    notes = ["an instantaneous layer (tau = 0) is eliminated: it has the value above at every moment"]
    if network.model.inhibition:
        notes = ["an instantaneous layer (tau = 0) is eliminated: its equation above holds at every moment"]
    remarks = [forms.remark for forms in network.synapses.values() if forms.remark]
    untold = [name for name in network.model.synapses if name not in network.synapses]
    remarks += [f"the drive of synapse {name} has no formula here" for name in untold]
    eliminated = any(layer.instantaneous for layer in network.model.layers.values())
    return Section("Vector field", tuple(lines), (*(notes if eliminated else ()), *dict.fromkeys(remarks)))


def _drives(network: Network, layer: Layer) -> list[tuple[str, Any]]:
    """Return the drives of a layer; self-inhibition stands on the other side of an instantaneous layer's equation."""
    own = (layer.name, layer.name) if layer.name in network.model.inhibition else None
    found = [(name, forms.drives[layer.name]) for name, forms in network.synapses.items() if layer.name in forms.drives]
    return [(name, drive) for name, drive in found if own not in network.model.synapses[name].pairs]


def velocity(network: Network, layer: Layer) -> Any:
    """Return ẋ of a layer."""
    name = network.names.of("", layer.name)
    return sympy.IndexedBase(rf"\dot{{x}}{f'_{{{name[1:]}}}' if name else ''}", real=True)


def sum_of(left: Any, terms: list[tuple[Any, str]]) -> list[Line]:
    """Return a sum with one term a line, each with its remark."""
    if not terms:
        return [Line(left, sympy.S.Zero)]
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
    """Return the author's energy as it stands in the spec; g_l stands for the activations of layer l."""
    model, names = network.model, network.names
    assert model.claimed is not None
    known = meanings(model, model.arrays, names)
    for layer in model.layers:
        known[layer] = Vector(names.vector("x", layer)[I], names.size(layer))
        known[f"g_{layer}"] = Vector(names.vector("g", layer)[I], names.size(layer))
    try:
        return Section("Energy, as the spec claims it", (Line(ENERGY, whole_layer(model.claimed, known)),))
    except NoTranslation:
        return Section("Energy, as the spec claims it", (), (str(model.claimed),))


def _layer_terms(network: Network, layer: Layer) -> list[tuple[Any, str]]:
    """Return ρ(x·g - L) and -b·g."""
    names = network.names
    x, g, b = (names.vector(letter, layer.name)[I] for letter in "xgb")
    n, L = names.size(layer.name), network.undefined("L", layer)
    leak = per_neuron(layer.leak, "rho", network, layer)
    terms = []
    if layer.function.elementwise and leak != 0:
        terms.append((summed(leak, x * g - L(x), n), f"layer {layer.name}"))
    elif leak != 0:
        state = sympy.Symbol(names.of("x", layer.name))
        terms += [(summed(leak, x * g, n), f"layer {layer.name}"), (-leak * L(state), f"layer {layer.name}")]
    if has_bias(layer) and layer.bias_in_energy:
        terms.append((-sympy.Sum(b * g, (I, 1, n)), f"bias of layer {layer.name}"))
    return terms


def summed(factor: Any, body: Any, size: Any) -> Any:
    """Return Σ_i factor·body, a factor that is the same for all neurons in front."""
    if factor.has(I):
        return sympy.Sum(factor * body, (I, 1, size))
    return factor * sympy.Sum(body, (I, 1, size))


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
        x, n = network.names.vector("x", layer.name)[I], network.names.size(layer.name)
        leak, L = per_neuron(layer.leak, "rho", network, layer), network.undefined("L", layer)
        own = summed(leak, L(x), n) if layer.function.elementwise else leak * L(sympy.Symbol(str(x.base)))
        terms.append((-own, f"layer {layer.name}, eliminated"))
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


def _share(network: Network, layer: Layer) -> Any:
    """Return -ẋᵀTHẋ of one layer: -Σ τ h(x) ẋ², or by the structure of H, or as a double sum."""
    names, dot = network.names, velocity(network, layer)
    n, tau = names.size(layer.name), per_neuron(layer.tau, "tau", network, layer)
    if layer.function.elementwise:
        h = network.undefined("h", layer)
        return -summed(tau, h(names.vector("x", layer.name)[I]) * dot[I] ** 2, n)
    whole = network.layers[layer.name].whole
    structure = structure_of(whole.hessian) if whole is not None and layer.uniform_tau else None
    if structure is None:
        H = sympy.IndexedBase(names.of("H", layer.name), real=True)
        inside, outside = (tau, sympy.S.One) if tau.has(I) else (sympy.S.One, tau)
        return -outside * sympy.Sum(inside * dot[I] * H[I, J] * dot[J], (I, 1, n), (J, 1, n))
    total = _weighted(structure.diagonal.subs(I, K) * dot[K] ** 2)
    for a, left in enumerate(structure.vectors):
        for b, right in enumerate(structure.vectors):
            total += structure.matrix[a, b] * _weighted(left * dot[K]) * _weighted(right * dot[K])
    return suffixed(-sympy.factor_terms(tau * total), network, layer)


def _weighted(body: Any) -> Any:
    """Return Σ_k body, its constant factors in front."""
    factors = sympy.Mul.make_args(body)
    moving = sympy.Mul(*(factor for factor in factors if K in factor.free_symbols))
    return sympy.Mul(*(factor for factor in factors if K not in factor.free_symbols)) * sympy.Sum(moving, (K, 1, SIZE))


def suffixed(value: Any, network: Network, layer: Layer) -> Any:
    """Return a formula of one layer with the layer's name at its symbols (no change in a model with one layer)."""
    if len(network.layers) == 1:
        return value
    bases = {base for base in value.atoms(sympy.IndexedBase) if not str(base).startswith("\\")}
    labels = {base.label for base in value.atoms(sympy.IndexedBase)}
    symbols = {s for s in value.atoms(sympy.Symbol) if s not in labels and s not in (I, J, K)}
    renamed = {base[K]: sympy.IndexedBase(f"{base}_{layer.name}", real=True)[K] for base in bases}
    renamed |= {s: sympy.Symbol(f"{s}_{layer.name}", real=True) for s in symbols}
    return value.xreplace(renamed)
