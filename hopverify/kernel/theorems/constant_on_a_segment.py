"""The activation is constant on a segment of states: the energy is flat along it (T5)."""

from fractions import Fraction
from typing import Any

from hopverify.kernel.cells import cells
from hopverify.kernel.composition import of_state
from hopverify.kernel.constant_intervals import is_dead
from hopverify.kernel.duals import check_around
from hopverify.kernel.evaluate import arrays_of
from hopverify.kernel.exact import exact
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import listed, rationals
from hopverify.kernel.known import STILL
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import rational
from hopverify.kernel.terms import STATE
from hopverify.kernel.theorems.gradient_of_l import gradient_premises
from hopverify.kernel.theorems.lipschitz_activation import regular_activation


def dead(case: Case) -> Fact:
    """Of one neuron: on each interval, a cell, g is Lipschitz by composition, and the range of g' is {0}; or g is
    analytic, and g' is 0 by normal forms.

    Two states inside the first interval stand for all of them. "unbounded": one of the intervals has no end.
    """
    case.keys()
    claim, where = case.claim, case.where
    case.need(case.layer.elementwise, "the layer acts as a whole")
    wanted = {"layer", "kind", "intervals", "unbounded", "neuron_states"}
    case.need(set(claim.fields) == wanted and claim["kind"] == "dead", "the kind is dead, with intervals and states")
    intervals = [_interval(case, each) for each in listed(claim["intervals"], where)]
    case.need(bool(intervals), "there is no interval")
    found = {(cell.low, cell.high): cell for cell in cells(regular_activation(case))}
    for ends in intervals:
        constant = ends in found and is_dead(case.core, case.layer, found[ends])
        case.need(constant, f"between {ends[0]} and {ends[1]} g is not shown to be constant")
    unbounded = any(None in ends for ends in intervals)
    case.need(claim["unbounded"] is unbounded, "unbounded is true if an interval has no end, and else false")
    first, second = rationals(claim["neuron_states"], 2, where)
    cell = found[intervals[0]]
    inside = first != second and cell.holds(first) and cell.holds(second)
    case.need(inside, "the states are two inside the first interval")
    return Fact(case.core, claim)


def singular_everywhere(case: Case) -> Fact:
    """g(x + t·1) = g(x) for all x and t, by growth: g is still; or g = ∇L, and L, locally Lipschitz, grows by c·t.

    A still g has values: it is locally Lipschitz by composition, or is stated, and has slopes, in balls, at the state
    (1, 2, 3, …). ∇L exists almost everywhere, and with it on the whole line along the vector of ones.
    """
    case.keys()
    layer = case.layer
    case.need(not layer.elementwise, "the neurons act for themselves")
    case.need(case.claim.fields == {"layer": layer.name, "kind": "singular everywhere"}, "the kind is another one")
    g = regular_activation(case)
    grows = layer.g is None and layer.L is not None and of_state(case.core, layer, layer.L).shift is not None
    known = of_state(case.core, layer, g, extended=layer.g is None)
    case.need(
        grows or known.shift == STILL,
        "composition does not show that the activation never changes along the vector of ones",
    )
    if not grows and not known.lipschitz:
        case.need(layer.g is not None, "composition does not show that the activation is locally Lipschitz")
        counted = [ball(k + 1) for k in range(layer.size)]
        check_around(g, {**arrays_of(case.core, g, every=False), STATE: counted}, "state")
    return Fact(case.core, case.claim)


def equal_activations(case: Case) -> Fact:
    """L is convex, g = ∇L, and two states have one exact activation: so has every state between them (T5).

    A g that the core states is locally Lipschitz by composition, or has slopes, in balls, wherever each x_i is between
    those of the two states: so it has values, and is continuous, between them.
    """
    case.keys("premises")
    claim, layer, where = case.claim, case.layer, case.where
    case.need(set(claim.fields) == {"layer", "kind", "states"} and claim["kind"] == "singular", "the kind is singular")
    listing = listed(claim["states"], where)
    case.need(len(listing) == 2, "expected two states")
    states = [rationals(each, layer.size, where) for each in listing]
    case.need(states[0] != states[1], "the two states are the same")
    case.premises(("convex", {"layer": layer.name}), *gradient_premises(layer))
    if layer.g is not None and not of_state(case.core, layer, layer.g).lipschitz:
        hull = [ball(a).union(ball(b)) for a, b in zip(*states, strict=True)]
        for each in hull if layer.elementwise else [hull]:
            check_around(layer.g, {**arrays_of(case.core, layer.g, every=False), STATE: each}, "state")
    first, second = (_activated(case, x) for x in states)
    case.need(first == second, "the two activations differ")
    return Fact(case.core, claim)


def _activated(case: Case, x: list[Fraction]) -> Any:
    g = activation(case.core, case.layer)
    if case.layer.elementwise:
        return [exact(case.core, g, each, every=False) for each in x]
    return exact(case.core, g, x, every=False)


def _interval(case: Case, value: Any) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of an interval, None for those that are infinite."""
    ends = listed(value, case.where)
    case.need(len(ends) == 2, "an interval has two ends")
    low, high = (
        None if end == infinite else rational(end, case.where) for end, infinite in zip(ends, ("-∞", "+∞"), strict=True)
    )
    return low, high
