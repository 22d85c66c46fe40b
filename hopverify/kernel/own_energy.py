"""An energy that a core states, beside the derived one with every bias, Σ_l [ρ_l (x_l·γ_l - L_l) - b_l·γ_l] + Σ S.

The terms have the states of all layers, and their activations, as variables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from hopverify.kernel import terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.composition import judge, of_activations, of_state
from hopverify.kernel.coordinates import TERMS
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import ZERO, apply, number
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.identity import same
from hopverify.kernel.network import activation, drives
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.points import check_explicit
from hopverify.kernel.ranges import of_array
from hopverify.kernel.terms import STATE, Place, Shape, Term, Variable, substituted

MAX_SIZE = 32
"""How many neurons a core has at most whose energies are compared neuron by neuron."""


@dataclass(frozen=True)
class Difference:
    """E - factor·(the derived energy) as a term, and the shapes and arrays of what stands in it."""

    term: Term
    places: Mapping[Place, Shape]
    arrays: Mapping[str, Array]

    def is_lipschitz(self) -> bool:
        """Whether it is, by composition, locally Lipschitz, and so has a value everywhere."""
        ranges = {("array", name): of_array(held) for name, held in self.arrays.items()}
        return judge(self.term, self.places, ranges).lipschitz

    def is_constant(self) -> bool:
        """Whether its normal form is that of its value where all states and activations are 0."""
        zeros = {v: apply("multiply", ZERO, Variable(v)) for v in self.places if v[0] != "array"}
        origin = substituted(self.term, zeros)
        return same(self.term, origin, self.places, self.arrays)

    def by_coordinates(self) -> Difference:
        """Return the same with each state and each activation as a number."""
        entries = {place: _entries(place, shape[0]) for place, shape in self.places.items() if place[0] != "array"}
        need(sum(map(len, entries.values())) <= 2 * MAX_SIZE, "energy", f"there are more than {MAX_SIZE} neurons")
        values: dict[Place, list[Term]] = {place: list(each) for place, each in entries.items()}
        for name in terms.arrays(self.term):
            need(self.arrays[name].within is None, "energy", f"the array {name} is known up to a spread")
            values["array", name] = values_of(self.arrays[name], TERMS)
        shapes: dict[Place, Shape] = {each.place: () for of in entries.values() for each in of}
        return Difference(evaluate(self.term, values, TERMS), shapes, {})


def difference(core: Core, factor: Fraction, resolved: Sequence[str]) -> Difference:
    """Return E - factor·(the derived energy).

    Of ``resolved`` layers g(x) stands in the place of the activations, and with τ = 0 also (drive + b)/ρ for x.
    """
    need(core.energy is not None, "energy", "the core states no energy of its own")
    assert core.energy is not None
    arrays, parts = dict(core.arrays), [synapse.energy for synapse in core.synapses]
    numbers = {
        layer.name: [Variable(("array", f"{key} of {layer.name}")) for key in _OWN] for layer in core.flow_layers
    }
    for layer in core.flow_layers:
        bias, leak = numbers[layer.name]
        need(not {bias.place[1], leak.place[1]} & core.arrays.keys(), "energy", "an array has a name that is taken")
        arrays |= {bias.place[1]: layer.bias, leak.place[1]: layer.leak}
        parts += _parts(layer, bias, leak)
    derived = reduce(lambda u, v: apply("add", u, v), parts)
    term = apply("subtract", core.energy, apply("multiply", number(factor), derived))
    places = {**core.places, **{("state", layer.name): (layer.size,) for layer in core.layers}}
    places |= {("array", name): held.shape for name, held in arrays.items()}
    layers = [layer for layer in core.flow_layers if layer.name in resolved]
    need(len(layers) == len(resolved), "energy", "a layer that is resolved is none")
    gamma: dict[Place, Term] = {("activation", layer.name): _activated(core, layer) for layer in layers}
    fast = [layer for layer in layers if layer.instantaneous]
    if fast:
        check_explicit(core)
    term = substituted(term, {("activation", each.name): gamma["activation", each.name] for each in fast})
    term = substituted(term, {("state", each.name): _settled(core, each, *numbers[each.name]) for each in fast})
    return Difference(substituted(term, gamma), places, arrays)


_OWN = ("bias", "leak")


def _settled(core: Core, layer: Layer, bias: Term, leak: Term) -> Term:
    """Return the state of a layer with τ = 0, (drive + b)/ρ."""
    parts = list(drives(core, layer.name))
    for part in parts:
        regular = of_activations(core, part).lipschitz
        need(regular, "energy", f"composition does not show that the drive of layer {layer.name} has values")
    return apply("divide", reduce(lambda u, v: apply("add", u, v), parts, bias), leak)


def _parts(layer: Layer, bias: Term, leak: Term) -> list[Term]:
    """Return -b·γ and, of a layer with a leak, Σ ρ(x·γ - L)."""
    x, gamma = (Variable((what, layer.name)) for what in ("state", "activation"))
    found = [apply("negate", apply("dot", bias, gamma))]
    if not any(layer.leak.entries):
        return found
    if layer.L is None:
        raise Rejected(f"layer {layer.name} has no Lagrangian")
    L = substituted(layer.L, {STATE: x})
    if layer.elementwise:
        return [*found, apply("dot", leak, apply("subtract", apply("multiply", x, gamma), L))]
    own = apply("subtract", apply("dot", x, gamma), L)
    return [*found, apply("multiply", number(layer.leak.fraction(0)), own)]


def _activated(core: Core, layer: Layer) -> Term:
    """Return g(x), which has to be locally Lipschitz node by node: where a node jumps, forms say nothing."""
    g, x = activation(core, layer), Variable(("state", layer.name))
    need(of_state(core, layer, g).lipschitz, "energy", f"the activation of layer {layer.name} may jump")
    moved = substituted(g, {STATE: x})
    return apply("multiply", apply("ones", x), moved) if layer.elementwise else moved


def _entries(place: Place, size: int) -> list[Variable]:
    return [Variable((place[0], f"{place[1]}[{k}]")) for k in range(size)]
