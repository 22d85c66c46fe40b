"""Activations, drives and energy of a core: as terms, and their values at states, in any arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hopverify.kernel import derive, terms
from hopverify.kernel.arithmetic import Arithmetic, Value
from hopverify.kernel.balls import BALLS
from hopverify.kernel.composition import of_activations, of_state
from hopverify.kernel.core import Core, Layer, SpinLayer
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import STATE, Place, Term


def activation(core: Core, layer: Layer) -> Term:
    """Return g, or ∇L."""
    if layer.g is not None:
        return layer.g
    if layer.L is None:
        raise Rejected(f"layer {layer.name}: no activation")
    return slope(core, layer, layer.L)


def is_lipschitz(core: Core, layer: Layer) -> bool:
    """Whether g is, by composition, locally Lipschitz; of a g that is ∇L, L and the continuous extension of ∇L are."""
    g, L = activation(core, layer), layer.L
    if layer.g is None and (L is None or not of_state(core, layer, L).lipschitz):
        return False
    return of_state(core, layer, g, extended=layer.g is None).lipschitz


def slope(core: Core, layer: Layer, term: Term) -> Term:
    """Return the gradient of a number with respect to the state of a layer, or of one of its neurons."""
    return derive.gradient(term, STATE, core.places_of(layer))


def drives(core: Core, layer: str) -> Iterator[Term]:
    """Yield what each synapse adds to a layer; nothing of one whose S does not have its activation."""
    own = ("activation", layer)
    for synapse in core.synapses:
        if synapse.drive is None:
            if own in terms.variables(synapse.energy):
                yield derive.apply("negate", derive.gradient(synapse.energy, own, core.places))
        elif layer in synapse.drive:
            yield synapse.drive[layer]


def has_drives_of_degree_one(core: Core) -> bool:
    """Whether composition shows that all drives of a flow are polynomials of degree ≤ 1 of the activations."""
    degrees = [of_activations(core, term).degree for layer in core.flow_layers for term in drives(core, layer.name)]
    return all(each is not None and each <= 1 for each in degrees)


class Network:
    """A core whose functions are evaluated at the precision in force."""

    def __init__(self, core: Core, arithmetic: Arithmetic = BALLS) -> None:
        self.core, self.arithmetic = core, arithmetic
        self.arrays: dict[Place, Value] = {
            ("array", name): values_of(held, arithmetic) for name, held in core.arrays.items()
        }

    def activations(self, states: Mapping[str, Value]) -> dict[str, Value]:
        """Return γ for the states of all layers."""
        return {
            layer.name: self._of_state(layer, activation(self.core, layer), states[layer.name])
            if isinstance(layer, Layer)
            else states[layer.name]
            for layer in self.core.layers
        }

    def _of_state(self, layer: Layer, term: Term, x: Value) -> Value:
        """Return L or g: of each neuron, or of the layer."""
        if layer.elementwise:
            return [self._value(term, {STATE: each}) for each in x]
        return self._value(term, {STATE: x})

    def _value(self, term: Term, values: Mapping[Place, Value]) -> Value:
        return evaluate(term, {**self.arrays, **values}, self.arithmetic)

    def drive(self, layer: Layer | SpinLayer, activations: Mapping[str, Value]) -> Value:
        """Return what all synapses together add to Tẋ of a layer, and its bias."""
        values = {("activation", name): gamma for name, gamma in activations.items()}
        parts = [self._value(part, values) for part in drives(self.core, layer.name)]
        total = self.arithmetic.total
        return [total(each) for each in zip(values_of(layer.bias, self.arithmetic), *parts, strict=True)]

    def energy(self, states: Mapping[str, Value], activations: Mapping[str, Value]) -> Value:
        """Return E for states and activations of all layers."""
        values = {("activation", name): gamma for name, gamma in activations.items()}
        if self.core.energy is not None:
            return self._value(self.core.energy, {**values, **{("state", name): x for name, x in states.items()}})
        parts = [self._value(synapse.energy, values) for synapse in self.core.synapses]
        a = self.arithmetic
        for layer in self.core.layers:
            x, gamma = states[layer.name], activations[layer.name]
            if layer.bias_in_energy:
                parts.append(a.apply("negate", a.dot(values_of(layer.bias, a), gamma)))
            if isinstance(layer, Layer):
                parts.append(self.own(layer, x, gamma))
        return a.total(parts)

    def own(self, layer: Layer, x: Value, gamma: Value) -> Value:
        """Return Σ ρ(x·g - L)."""
        if layer.L is None:
            raise Rejected(f"layer {layer.name} has no Lagrangian")
        a, leak, L = self.arithmetic, values_of(layer.leak, self.arithmetic), self._of_state(layer, layer.L, x)
        if layer.elementwise:
            return a.dot(
                leak,
                [a.apply("subtract", a.apply("multiply", *pair), own) for *pair, own in zip(x, gamma, L, strict=True)],
            )
        return a.apply("multiply", leak[0], a.apply("subtract", a.dot(x, gamma), L))
