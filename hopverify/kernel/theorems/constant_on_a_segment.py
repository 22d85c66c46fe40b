"""Whether the activation is constant on a segment of states: then the energy is flat along it (T5)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.kernel import derive
from hopverify.kernel.cells import Cell, cells, cells_or_line
from hopverify.kernel.composition import STATE, of_state
from hopverify.kernel.core import Layer
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.exact import exact
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import Range, between
from hopverify.kernel.json_values import listed, rationals
from hopverify.kernel.known import STILL
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import rational
from hopverify.kernel.terms import Term

FAR, SMALL = Fraction(2**20), Fraction(1, 2**16)
ENDS: Mapping[str, tuple[Fraction | None, Fraction | None]] = {"x → -∞": (None, -FAR), "x → +∞": (FAR, None)}


def alive(case: Case) -> Fact:
    """Of one neuron: in no cell g' vanishes on an interval. By its range it is not 0; or g is analytic there, by
    composition, and g' is not 0, in balls, at one of the proof's points.

    Where kinks cannot be located the line is one cell. "saturated" at an end: |g'| < 2⁻¹⁶ for x ≤ -2²⁰, or x ≥ 2²⁰.
    """
    case.keys("points")
    claim, where = case.claim, case.where
    case.need(case.layer.elementwise, "the layer acts as a whole")
    points = [rational(each, where) for each in listed(case.proof["points"], where)]
    found = cells_or_line(_activation(case))
    for cell in found:
        case.need(_moves(case, cell, points), f"between {cell.low} and {cell.high} g' may vanish on an interval")
    at = listed(claim.fields.get("at", []), where)
    case.need(claim["kind"] == ("saturated" if at else "alive"), "the kind is alive, or saturated at an end")
    case.need(at == [end for end in ENDS if end in at], f"the ends are some of {list(ENDS)}, in this order")
    for end in at:
        cell, (low, high) = found[0] if end == "x → -∞" else found[-1], ENDS[end]
        inside = cell.high is None or cell.high >= -FAR if high is not None else cell.low is None or cell.low <= FAR
        slope = _slope(case, cell, between(low, high))
        small = inside and slope.low[0] > ball(-SMALL) and slope.high[0] < ball(SMALL)
        case.need(small, f"g' is not certainly so small at the end {end}")
    return Fact(case.core, claim)


def strictly_convex(case: Case) -> Fact:
    """L is strictly convex by composition, and locally Lipschitz, and g = ∇L: then g has each value at one state."""
    case.keys(optional=("premises",))
    layer, L = case.layer, case.layer.L
    case.need(case.claim.fields == {"layer": layer.name, "kind": "strictly convex"}, "the kind is strictly convex")
    case.need(L is not None, "the layer has no Lagrangian")
    assert L is not None
    known = of_state(case.core, layer, L)
    case.need(known.lipschitz and known.strict, "composition does not show that the Lagrangian is strictly convex")
    case.premises(*_gradient(layer))
    return Fact(case.core, case.claim)


def dead(case: Case) -> Fact:
    """Of one neuron: each interval is a cell on which g is Lipschitz by composition, and the range of g' is {0}.

    Two states inside the first interval stand for all of them. "unbounded": one of the intervals has no end.
    """
    case.keys()
    claim, where = case.claim, case.where
    case.need(case.layer.elementwise, "the layer acts as a whole")
    wanted = {"layer", "kind", "intervals", "unbounded", "neuron_states"}
    case.need(set(claim.fields) == wanted and claim["kind"] == "dead", "the kind is dead, with intervals and states")
    intervals = [_interval(case, each) for each in listed(claim["intervals"], where)]
    case.need(bool(intervals), "there is no interval")
    found = {(cell.low, cell.high): cell for cell in cells(_activation(case))}
    for ends in intervals:
        constant = ends in found and _is_dead(case, found[ends])
        case.need(constant, f"between {ends[0]} and {ends[1]} g is not shown to be constant")
    unbounded = any(None in ends for ends in intervals)
    case.need(claim["unbounded"] is unbounded, "unbounded is true if an interval has no end, and else false")
    first, second = rationals(claim["neuron_states"], 2, where)
    cell = found[intervals[0]]
    inside = first != second and cell.holds(first) and cell.holds(second)
    case.need(inside, "the states are two inside the first interval")
    return Fact(case.core, claim)


def singular_everywhere(case: Case) -> Fact:
    """g(x + t·1) = g(x) for all x and t, by growth: g is still; or g = ∇L is locally Lipschitz, and L grows by c·t."""
    case.keys()
    layer = case.layer
    case.need(not layer.elementwise, "the neurons act for themselves")
    case.need(case.claim.fields == {"layer": layer.name, "kind": "singular everywhere"}, "the kind is another one")
    known = of_state(case.core, layer, _activation(case), extended=layer.g is None)
    case.need(known.lipschitz, "composition does not show that the activation is locally Lipschitz")
    grows = layer.g is None and layer.L is not None and of_state(case.core, layer, layer.L).shift is not None
    case.need(
        known.shift == STILL or grows,
        "composition does not show that the activation never changes along the vector of ones",
    )
    return Fact(case.core, case.claim)


def equal_activations(case: Case) -> Fact:
    """L is convex, g = ∇L, and two states have one exact activation: so has every state between them (T5).

    A g that the core states is locally Lipschitz by composition: it has values between the two.
    """
    case.keys("premises")
    claim, layer, where = case.claim, case.layer, case.where
    case.need(set(claim.fields) == {"layer", "kind", "states"} and claim["kind"] == "singular", "the kind is singular")
    listing = listed(claim["states"], where)
    case.need(len(listing) == 2, "expected two states")
    states = [rationals(each, layer.size, where) for each in listing]
    case.need(states[0] != states[1], "the two states are the same")
    case.premises(("convex", {"layer": layer.name}), *_gradient(layer))
    whole = layer.g is None or of_state(case.core, layer, layer.g).lipschitz
    case.need(whole, "composition does not show that the activation is locally Lipschitz")
    first, second = (_activated(case, x) for x in states)
    case.need(first == second, "the two activations differ")
    return Fact(case.core, claim)


def _activation(case: Case) -> Term:
    """Return g; if it is ∇L, L is locally Lipschitz by composition: where L has no value, ∇L has none."""
    layer = case.layer
    if layer.g is None and layer.L is not None:
        regular = of_state(case.core, layer, layer.L).lipschitz
        case.need(regular, "composition does not show that the Lagrangian is locally Lipschitz")
    return activation(case.core, layer)


def _gradient(layer: Layer) -> list[tuple[str, dict[str, str]]]:
    """Return the premise that g = ∇L, which needs a proof where the core states g as a term."""
    return [("gradient of L", {"layer": layer.name})] if layer.g is not None else []


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


def _slope(case: Case, cell: Cell, on: Range) -> Range:
    """Return the range of g' on an interval inside a cell."""
    slope = derive.gradient(cell.terms[0], STATE, {**case.core.places, STATE: ()})
    return of_state(case.core, case.layer, slope, on).range


def _is_dead(case: Case, cell: Cell) -> bool:
    on = between(cell.low, cell.high)
    slope = _slope(case, cell, on)
    constant = slope.nonnegative and slope.nonpositive
    return constant and of_state(case.core, case.layer, cell.terms[0], on).lipschitz


def _moves(case: Case, cell: Cell, points: list[Fraction]) -> bool:
    """Whether g' vanishes on no interval of a cell."""
    on = between(cell.low, cell.high)
    known = of_state(case.core, case.layer, cell.terms[0], on)
    if known.lipschitz and _slope(case, cell, on).nonzero:
        return True
    slope = derive.gradient(cell.terms[0], STATE, {**case.core.places, STATE: ()})
    at = [{**arrays_of(case.core, slope), STATE: ball(point)} for point in points if cell.holds(point)]
    values = [evaluate(slope, each) for each in at]
    return known.analytic and any(bool(value > 0) or bool(value < 0) for value in values)
