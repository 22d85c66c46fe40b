"""Linear growth: whether sign·g(x) ≤ right·x⁺ + left·x⁻ + offset for all states x of a neuron, x⁺ = max(x, 0) and
x⁻ = max(-x, 0).

On each part of a half-line between kinks one of three shows it: the range of g; a bound |g(x)| ≤ a|x| + c that goes
from node to node; or that the difference of both sides rises or falls, and is ≥ 0 at the end where it is least.

So |x·sigmoid(x)| ≤ |x|/2 for x ≤ 0, as sigmoid(x) is at most 1/2 there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from hopverify.kernel.cells import Cell, halves
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import INF, Range, between
from hopverify.kernel.network import activation, slope
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable


@dataclass(frozen=True)
class Bound:
    """The function right·x⁺ + left·x⁻ + offset."""

    right: Fraction
    left: Fraction
    offset: Fraction


def grows(core: Core, layer: Layer, sign: int, bound: Bound) -> bool:
    """Whether sign·g of a layer's neurons lies below a bound at all states."""
    if not layer.elementwise:
        own = _signed(of_state(core, layer, activation(core, layer)).range, sign)
        return bool(own[1] <= ball(bound.offset))
    return all(
        _is_below(core, layer, cell, sign, ball(bound.right if cell.side > 0 else bound.left), ball(bound.offset))
        for cell in halves(activation(core, layer))
    )


def _is_below(core: Core, layer: Layer, cell: Cell, sign: int, steep: arb, offset: arb) -> bool:
    """Whether sign·g ≤ steep·|x| + offset on a closed cell of a half-line."""
    (term,), on = cell.terms, between(cell.low, cell.high, inside=False)
    known = of_state(core, layer, term, on)
    if _signed(known.range, sign)[1] <= steep * abs(ball(cell.near)) + offset:
        return True
    line = _line(core, layer, term, on)
    if line is not None and line[0] <= steep and line[1] <= offset:
        return True
    if not known.lipschitz:
        return False
    # The difference of both sides, seen from 0, has the slope steep - side·sign·g'.
    least, most = _signed(of_state(core, layer, slope(core, layer, term), on).range, sign * cell.side)
    place = cell.near if most <= steep else cell.far if least >= steep else None
    if place is None:
        return False
    at = of_state(core, layer, term, between(place, place, inside=False)).range
    return bool(_signed(at, sign)[1] <= steep * abs(ball(place)) + offset)


def _signed(of: Range, sign: int) -> tuple[arb, arb]:
    """Return the ends of sign·u."""
    return (of.low[0], of.high[0]) if sign > 0 else (-of.high[0], -of.low[0])


def _line(core: Core, layer: Layer, term: Term, on: Range) -> tuple[arb, arb] | None:
    """Return a and c with |u| ≤ a|x| + c for the value u of a term, or None."""
    known = _size(core, layer, term, on)
    if known is not None:
        return arb(0), known
    if not isinstance(term, Apply):
        return (arb(1), arb(0)) if term == Variable(STATE) else None
    parts = [_line(core, layer, each, on) for each in term.arguments]
    first, *rest = parts
    if term.function == "negate":
        return first
    if term.function in ("add", "subtract") and first is not None and rest[0] is not None:
        return first[0] + rest[0][0], first[1] + rest[0][1]
    if term.function == "multiply":
        for factor, other in ((term.arguments[0], rest[0]), (term.arguments[1], first)):
            size = _size(core, layer, factor, on)
            if size is not None and other is not None:
                return size * other[0], size * other[1]
    if term.function == "divide" and isinstance(term.arguments[1], Number) and first is not None:
        return first[0] / abs(ball(term.arguments[1].value)), first[1] / abs(ball(term.arguments[1].value))
    return None


def _size(core: Core, layer: Layer, term: Term, on: Range) -> arb | None:
    """Return a bound of |u|, if it is finite."""
    largest = of_state(core, layer, term, on).range.size
    return largest if largest < INF else None
