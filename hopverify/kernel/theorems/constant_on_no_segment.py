"""The activation is constant on no segment of states: the energy is flat nowhere (T5)."""

from collections.abc import Mapping
from fractions import Fraction

from hopverify.kernel.cells import Cell, cells_or_line
from hopverify.kernel.composition import of_state
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import Range, between
from hopverify.kernel.json_values import listed
from hopverify.kernel.network import slope
from hopverify.kernel.numbers import rational
from hopverify.kernel.terms import STATE
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
        case.need(_moves(case, cell, points), f"between {cell.low} and {cell.high} g' may vanish on an interval")
    at = listed(claim.fields.get("at", []), where)
    case.need(claim["kind"] == ("saturated" if at else "alive"), "the kind is alive, or saturated at an end")
    case.need(at == [end for end in ENDS if end in at], f"the ends are some of {list(ENDS)}, in this order")
    for end in at:
        cell, (low, high) = found[0] if end == "x → -∞" else found[-1], ENDS[end]
        inside = cell.high is None or cell.high >= -FAR if high is not None else cell.low is None or cell.low <= FAR
        slope = slope_of(case, cell, between(low, high))
        small = inside and slope.low[0] > ball(-SMALL) and slope.high[0] < ball(SMALL)
        case.need(small, f"g' is not certainly so small at the end {end}")
    return Fact(case.core, claim)


def strictly_convex(case: Case) -> Fact:
    """L is strictly convex by composition, and locally Lipschitz, and g = ∇L: then g has each value at one state."""
    case.keys(optional=("premises",))
    layer = case.layer
    case.need(case.claim.fields == {"layer": layer.name, "kind": "strictly convex"}, "the kind is strictly convex")
    _, known = potential(case)
    case.need(known.strict, "composition does not show that the Lagrangian is strictly convex")
    case.premises(*gradient_premises(layer))
    return Fact(case.core, case.claim)


def slope_of(case: Case, cell: Cell, on: Range) -> Range:
    """Return the range of g' on an interval inside a cell."""
    return of_state(case.core, case.layer, slope(case.core, case.layer, cell.terms[0]), on).range


def _moves(case: Case, cell: Cell, points: list[Fraction]) -> bool:
    """Whether g' vanishes on no interval of a cell."""
    on = between(cell.low, cell.high)
    known = of_state(case.core, case.layer, cell.terms[0], on)
    if known.lipschitz and slope_of(case, cell, on).nonzero:
        return True
    moved = slope(case.core, case.layer, cell.terms[0])
    at = [{**arrays_of(case.core, moved), STATE: ball(point)} for point in points if cell.holds(point)]
    values = [evaluate(moved, each) for each in at]
    return known.analytic and any(bool(value > 0) or bool(value < 0) for value in values)
