"""Values of terms in ball arithmetic, and with them activations, drives and energy of a core at given states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flint import arb

from hopverify.kernel import derive, functions, terms, vectors
from hopverify.kernel.arrays import Array
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import Apply, Number, Place, Shape, Term, Variable
from hopverify.kernel.vectors import Value


def evaluate(term: Term, values: Mapping[Place, Value]) -> Value:
    """Return the value of a term."""
    known: dict[int, Value] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = ball(node.value)
        elif isinstance(node, Variable):
            known[id(node)] = values[node.place]
        else:
            known[id(node)] = _applied(node, [known[id(each)] for each in node.arguments])
    return known[id(term)]


def defined(term: Term, values: Mapping[Place, Value]) -> None:
    """Refuse a point at which a function has no value: the formula of its gradient may have one, as 1/u of log u."""
    need(_is_finite(evaluate(term, values)), "point", "the function has no value there")


def _is_finite(value: Value) -> bool:
    return all(map(_is_finite, value)) if isinstance(value, list) else bool(value.is_finite())


def _applied(node: Apply, values: list[Value]) -> Value:
    name = node.function
    if name in functions.OF_NUMBERS:
        return vectors.mapped(functions.OF_NUMBERS[name], values[0])
    if name in functions.OF_TWO:
        return vectors.beside(functions.OF_TWO[name], *values)
    if name in vectors.WITH_CONSTANT:
        return vectors.WITH_CONSTANT[name](values[0], terms.constant(node.arguments[1]))
    if name == "slice":
        return values[0][terms.whole(node.arguments[1]) : terms.whole(node.arguments[2])]
    if name == "contract":
        return vectors.contract(values[0], terms.whole(node.arguments[1]), values[2:])
    if name in ("convolve", "convolve_back"):
        return vectors.convolve(node, *values[:2])
    return vectors.OF_VECTORS[name](*values)


# ------------------------------------------------------------------------------------------------------------ a core


def values_of(held: Array) -> Value:
    """Return an array as a value."""
    entries: list[Value] = [ball(held.entries[place]) for place in range(len(held.entries))]
    for length in reversed(held.shape[1:]):
        entries = [entries[start : start + length] for start in range(0, len(entries), length)]
    return entries


class Network:
    """A core whose functions are evaluated at the precision in force; what are gradients is derived once."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.arrays: dict[Place, Value] = {("array", name): values_of(held) for name, held in core.arrays.items()}
        self.functions = {layer.name: activation(core, layer) for layer in core.layers if isinstance(layer, Layer)}
        self.drives = {layer.name: tuple(drives(core, layer.name)) for layer in core.layers}

    def activations(self, states: Mapping[str, Value]) -> dict[str, Value]:
        """Return γ for the states of all layers."""
        found = {}
        for layer in self.core.layers:
            x = states[layer.name]
            if not isinstance(layer, Layer):
                found[layer.name] = x
            elif layer.elementwise:
                found[layer.name] = [self._of_state(self.functions[layer.name], each) for each in x]
            else:
                found[layer.name] = self._of_state(self.functions[layer.name], x)
        return found

    def _of_state(self, term: Term, x: Value) -> Value:
        """Return L or g at its argument."""
        return evaluate(term, self.arrays | {("state", ""): x})

    def drive(self, activations: Mapping[str, Value]) -> dict[str, Value]:
        """Return what all synapses together add to T ẋ, for each layer."""
        values = self.arrays | {("activation", name): value for name, value in activations.items()}
        total: dict[str, Value] = {layer.name: [arb(0)] * layer.size for layer in self.core.layers}
        for name, parts in self.drives.items():
            for part in parts:
                total[name] = [held + own for held, own in zip(total[name], evaluate(part, values), strict=True)]
        return total

    def energy(self, states: Mapping[str, Value], activations: Mapping[str, Value]) -> Value:
        """Return E for states and activations of all layers."""
        values = self.arrays | {("activation", name): value for name, value in activations.items()}
        if self.core.energy is not None:
            return evaluate(self.core.energy, values | {("state", name): x for name, x in states.items()})
        total = vectors.total_of([evaluate(synapse.energy, values) for synapse in self.core.synapses])
        for layer in self.core.layers:
            x, gamma = states[layer.name], activations[layer.name]
            if layer.bias_in_energy:
                total -= vectors.dot(values_of(layer.bias), gamma)
            if isinstance(layer, Layer):
                total += self._own(layer, x, gamma)
        return total

    def _own(self, layer: Layer, x: Value, gamma: Value) -> Value:
        """Return Σ ρ(x·g - L)."""
        if layer.L is None:
            return arb.nan()
        leak = values_of(layer.leak)
        if not layer.elementwise:
            return leak[0] * (vectors.dot(x, gamma) - self._of_state(layer.L, x))
        L = [self._of_state(layer.L, each) for each in x]
        return vectors.total_of([rho * (each * g - own) for rho, each, g, own in zip(leak, x, gamma, L, strict=True)])


def activation(core: Core, layer: Layer) -> Term:
    """Return g, or ∇L."""
    if layer.g is not None:
        return layer.g
    if layer.L is None:
        raise Rejected(f"layer {layer.name}: no activation")
    shape: Shape = () if layer.elementwise else (layer.size,)
    return derive.gradient(layer.L, ("state", ""), {**core.places, ("state", ""): shape})


def drives(core: Core, layer: str) -> Iterator[Term]:
    """Yield what each synapse adds to a layer."""
    for synapse in core.synapses:
        if synapse.drive is None:
            yield derive.apply("negate", derive.gradient(synapse.energy, ("activation", layer), core.places))
        elif layer in synapse.drive:
            yield synapse.drive[layer]
