"""Whole layers whose neurons act for themselves: L is a sum of functions of one neuron's state each, and H is diagonal.

>>> from hopverify.kernel import language
>>> two = language.read(["add", ["tanh", ["index", ["state"], "0"]], ["sum", ["power", ["state"], "2"]]], "")
>>> is_separable(two, {STATE: (3,)})
True
>>> is_separable(language.read(["power", ["sum", ["state"]], "2"], ""), {STATE: (3,)})
False
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from hopverify.kernel import language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.coordinates import TERMS
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import ZERO
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.language import BESIDE, ELEMENTWISE
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import STATE, Apply, Place, Shape, Term, Variable

Kind = int | Literal["constant", "entries", "sum"] | None
"""What a value depends on: one neuron's state, by its number; nothing; each entry on the state of its neuron.

Or it is a sum of functions of one state each. None stands for anything else.
"""


def is_separable(term: Term, places: Mapping[Place, Shape]) -> bool:
    """Whether a number is a sum of functions of one entry of the state each."""
    return _kind(term, places) is not None


def _kind(term: Term, places: Mapping[Place, Shape]) -> Kind:
    shapes = language.shapes(term, places, "separable")
    known: dict[int, Kind] = {}
    for node in terms.walk(term):
        if isinstance(node, Apply):
            known[id(node)] = _applied(node, [known[id(each)] for each in node.arguments], shapes[id(node)])
        else:
            known[id(node)] = "entries" if isinstance(node, Variable) and node.place == STATE else "constant"
    return known[id(term)]


def _applied(node: Apply, given: Sequence[Kind], shape: Shape) -> Kind:
    name, moving = node.function, {each for each in given if each != "constant"}
    if not moving or name in ("ones", "unit", "size"):
        return "constant"
    if None in moving:
        return None
    if len(moving) == 1 and isinstance(own := moving.copy().pop(), int):
        return own
    if name in ("add", "subtract", "negate") and shape == ():
        return "sum"
    if "sum" in moving:
        scaled = name in ("multiply", "divide") and given[0] == "sum" and given[1] == "constant"
        return "sum" if scaled or (name == "multiply" and given == ["constant", "sum"]) else None
    if moving != {"entries"}:
        return None
    if name == "index":
        return terms.whole(node.arguments[1])
    if name in ("sum", "mean", "dot"):
        return "sum"
    entrywise = name in ELEMENTWISE or name in BESIDE or name == "power"
    return "entries" if entrywise and len(shape) == 1 else None


def act_apart(core: Core, layer: Layer) -> bool:
    """Whether each neuron's activation depends on its own state alone: by g, entry by entry, or by such an L."""
    if layer.elementwise:
        return True
    if layer.g is not None:
        return _kind(layer.g, core.places_of(layer)) == "entries"
    return layer.L is not None and is_separable(layer.L, core.places_of(layer))


def neurons(core: Core, layer: Layer) -> list[Core]:
    """Return for each neuron of a layer as a whole the core that has this one alone, where they `act_apart`."""
    if layer.g is None:
        return [neuron(core, layer, k) for k in range(layer.size)]
    return [_alone(core, layer, k, None, _at(core, layer, layer.g, k)[k]) for k in range(layer.size)]


def neuron(core: Core, layer: Layer, k: int) -> Core:
    """Return the core that has one neuron of a layer with a separable L alone: L_k(s) = L(s·e_k), g = L_k'."""
    L = layer.L
    if L is None:
        raise Rejected(f"layer {layer.name}: it has no Lagrangian")
    need(is_separable(L, core.places_of(layer)), f"layer {layer.name}", "L is no sum of functions of one neuron each")
    return _alone(core, layer, k, _at(core, layer, L, k), None)


def _at(core: Core, layer: Layer, term: Term, k: int) -> Any:
    """Return a term at s·e_k, as terms in s."""
    state = [Variable(STATE) if i == k else ZERO for i in range(layer.size)]
    return evaluate(term, {**arrays_of(core, term, arithmetic=TERMS), STATE: state}, TERMS)


def _alone(core: Core, layer: Layer, k: int, L: Term | None, g: Term | None) -> Core:
    bias, tau, leak = (Array((1,), [held.entries[k]]) for held in (layer.bias, layer.tau, layer.leak))
    own = replace(layer, size=1, elementwise=True, bias=bias, tau=tau, leak=leak, L=L, g=g)
    return replace(core, layers=(own,), synapses=(), memories=(), energy=None, altered=None, original=None)
