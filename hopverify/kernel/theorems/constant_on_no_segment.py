"""The activation is constant on no segment of states: the energy is flat nowhere (T5)."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hopverify.kernel.cells import cells_or_line
from hopverify.kernel.constant_intervals import moves, slope_of
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import between
from hopverify.kernel.json_values import listed
from hopverify.kernel.numbers import rational
from hopverify.kernel.separable import neuron
from hopverify.kernel.theorems.convex import potential
from hopverify.kernel.theorems.gradient_of_l import gradient_premises
from hopverify.kernel.theorems.lipschitz_activation import regular_activation

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
    found = cells_or_line(regular_activation(case))
    for cell in found:
        case.need(
            moves(case.core, case.layer, cell, points),
            f"between {cell.low} and {cell.high} g' may vanish on an interval",
        )
    at = listed(claim.fields.get("at", []), where)
    case.need(claim["kind"] == ("saturated" if at else "alive"), "the kind is alive, or saturated at an end")
    case.need(at == [end for end in ENDS if end in at], f"the ends are some of {list(ENDS)}, in this order")
    for end in at:
        cell, (low, high) = found[0] if end == "x → -∞" else found[-1], ENDS[end]
        inside = cell.high is None or cell.high >= -FAR if high is not None else cell.low is None or cell.low <= FAR
        slope = slope_of(case.core, case.layer, cell, between(low, high))
        small = inside and slope.low[0] > ball(-SMALL) and slope.high[0] < ball(SMALL)
        case.need(small, f"g' is not certainly so small at the end {end}")
    return Fact(case.core, claim)


def of_neurons(case: Case) -> Fact:
    """L, whose gradient is g, is a sum of functions of one neuron's state each, and the slope of each is `alive` so.

    On a segment the state of some neuron moves, and its activation depends on this state alone. The kind is alive.
    """
    case.keys("points", optional=("premises",))
    layer = case.layer
    case.need(not layer.elementwise, "each neuron acts for itself")
    case.need(case.claim.fields == {"layer": layer.name, "kind": "alive"}, "the kind is alive")
    rows = listed(case.proof["points"], case.where)
    case.need(len(rows) == layer.size, f"points: expected {layer.size} lists, one for each neuron")
    for k, points in enumerate(rows):
        alive(replace(case, core=neuron(case.core, layer, k), proof={"points": points}))
    case.premises(*gradient_premises(layer))
    return Fact(case.core, case.claim)


def strictly_convex(case: Case) -> Fact:
    """L is strictly convex by composition, and locally Lipschitz, and g = ∇L: then g has each value at one state."""
    case.keys(optional=("premises",))
    layer = case.layer
    case.need(case.claim.fields == {"layer": layer.name, "kind": "strictly convex"}, "the kind is strictly convex")
    _, known = potential(case)
    case.need(known.strict, "composition does not show that the Lagrangian is strictly convex")
    case.premises(*gradient_premises(layer))
    return Fact(case.core, case.claim)
