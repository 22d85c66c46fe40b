"""Intervals of activations over all states or over a box, and of the drives that they make, neuron by neuron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.arithmetic import Arithmetic, Value, mapped
from hopverify.kernel.arrays import Array
from hopverify.kernel.cells import cells_or_line
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import ANY, Range, added, between, closed, exactly, hull, multiplied, only
from hopverify.kernel.network import activation, drives
from hopverify.kernel.ranges import of_function
from hopverify.kernel.terms import Apply, Number, Place, Shape, Term, Variable
from hopverify.kernel.vectors import matrix_product

Bounds = tuple[Fraction | None, Fraction | None]
"""A closed interval of states; None where it has no end."""

EVERYWHERE: Bounds = (None, None)


def activations(core: Core, layer: Layer, box: Sequence[Bounds]) -> list[Range]:
    """Return intervals of a layer's activations over a box of its states; of a layer as a whole, over all states."""
    g = activation(core, layer)
    if not layer.elementwise:
        return [of_state(core, layer, g).range] * layer.size
    known = {on: _on(core, layer, g, on) for on in set(box)}
    return [known[on] for on in box]


def _on(core: Core, layer: Layer, g: Term, on: Bounds) -> Range:
    """Return an interval of a term of one neuron, from the forms that it has between its kinks."""
    parts = []
    for cell in cells_or_line(g):
        lows = [end for end in (cell.low, on[0]) if end is not None]
        highs = [end for end in (cell.high, on[1]) if end is not None]
        low, high = max(lows, default=None), min(highs, default=None)
        if low is None or high is None or low <= high:
            parts.append(of_state(core, layer, cell.terms[0], between(low, high, inside=False)).range)
    return hull(parts)


def drive(core: Core, layer: Layer, gamma: Mapping[str, Sequence[Range]]) -> list[Range]:
    """Return intervals of drive + bias of each neuron of a layer, for activations in intervals and all arrays meant."""
    total: list[Range] = array_ranges(layer.bias)
    for term in drives(core, layer.name):
        total = [added(*pair) for pair in zip(total, of_term(core, term, gamma), strict=True)]
    return total


def of_term(core: Core, term: Term, gamma: Mapping[str, Sequence[Range]]) -> Value:
    """Return intervals of a term for activations in intervals and all arrays meant, entry by entry."""
    values: dict[Place, Value] = {("activation", name): list(each) for name, each in gamma.items()}
    arrays: dict[Place, Value] = {("array", name): array_ranges(core.arrays[name]) for name in terms.arrays(term)}
    return evaluate(_squared(term), {**arrays, **values}, RANGES)


def _squared(term: Term) -> Term:
    """Return a term with squares, which are ≥ 0, for products of equal arguments, and for |a|² - 2a·u + |u|²."""
    known: dict[int, Term] = {}
    for node in terms.walk(term):
        known[id(node)] = node
        if isinstance(node, Apply):
            arguments = tuple(known[id(each)] for each in node.arguments)
            known[id(node)] = Apply(node.function, arguments)
            if node.function in ("multiply", "dot") and arguments[0] == arguments[1]:
                square = Apply("power", (arguments[0], Number(Fraction(2))))
                known[id(node)] = square if node.function == "multiply" else Apply("sum", (square,))
            if node.function == "add":
                known[id(node)] = _distances(*node.arguments) or known[id(node)]
    return known[id(term)]


def _distances(left: Term, right: Term) -> Term | None:
    """Return |a - u|² for the rows a of a matrix, where it is written as |a|² - 2a·u + |u|²."""
    if not (isinstance(left, Apply) and isinstance(right, Apply) and left.function == "subtract"):
        return None
    twice, u = left.arguments[1], right.arguments[0]
    inner = twice.arguments[-1] if isinstance(twice, Apply) else twice
    matrix = inner.arguments[0] if isinstance(inner, Apply) else inner
    squares = Apply("column_squares", (Apply("transpose", (matrix,)),))
    products = Apply("multiply", (Number(Fraction(2)), Apply("matmul", (matrix, u))))
    if left != Apply("subtract", (squares, products)) or right != Apply("dot", (u, u)):
        return None
    return Apply("column_squares", (Apply("transpose", (Apply("subtract", (matrix, u)),)),))


def array_ranges(held: Array) -> Value:
    """Return an array as intervals that hold the entries of every array that is meant."""
    absolute, relative = (ball(each) for each in _radii(held))

    def entry(place: int) -> Range:
        centre = ball(held.entries[place])
        radius = absolute + relative * abs(centre)
        return closed(centre - radius, centre + radius)

    return _nested(list(map(entry, range(len(held.entries)))), held.shape)


def _nested(entries: list[Any], shape: Shape) -> Value:
    for length in reversed(shape[1:]):
        entries = [entries[start : start + length] for start in range(0, len(entries), length)]
    return entries


def _radii(held: Array) -> tuple[Fraction, Fraction]:
    """Return how far entries may be from those given: absolutely, and in units of them."""
    zero = Fraction(0)
    return (zero, zero) if held.within is None else (held.within.absolute, held.within.relative)


# ---------------------------------------------------------------------------------------------------------- arithmetic

_LEFT, _RIGHT = Variable(("", "left")), Variable(("", "right"))


def _apply(name: str, *given: Range) -> Range:
    return of_function(Apply(name, (_LEFT, _RIGHT)[: len(given)]), list(given))


def _power(u: Range, exponent: Fraction) -> Range:
    return of_function(Apply("power", (_LEFT, Number(exponent))), [u])


def ends_of_product(a: Range, b: Range) -> tuple[arb, arb]:
    """Return the ends of a product: one with an exact number, as most are, takes two products and not four."""
    for number, other in ((a, b), (b, a)):
        factor = number.low[0]
        if factor == number.high[0]:
            if factor == 0:
                return factor, factor
            low, high = factor * other.low[0], factor * other.high[0]
            return (low, high) if factor > 0 else (high, low)
    ends = (a.low[0], a.high[0], b.low[0], b.high[0])
    if not all(end.is_finite() for end in ends):
        found = multiplied(a, b)
        return found.low[0], found.high[0]
    p, q, r, s = ends[0] * ends[2], ends[0] * ends[3], ends[1] * ends[2], ends[1] * ends[3]
    return p.min(q).min(r.min(s)), p.max(q).max(r.max(s))


def _dot(u: Sequence[Range], v: Sequence[Range]) -> Range:
    ends = [ends_of_product(*pair) for pair in zip(u, v, strict=True)]
    low, high = (sum((end[side] for end in ends), arb(0)) for side in (0, 1))
    return closed(low, high)


def _logsumexp(u: Sequence[Range]) -> Range:
    """log Σ e^(u_j) rises with each entry: by ends."""
    low, high = (sum((getattr(each, end)[0].exp() for each in u), arb(0)).log() for end in ("low", "high"))
    return closed(low, high)


def _masked_logsumexp(mask: Value, scores: Value) -> list[Range]:
    rows = [
        [u for m, u in zip(*pair, strict=True) if m.low[0] == m.high[0] == 1] for pair in zip(mask, scores, strict=True)
    ]
    return [_logsumexp(row) if row else exactly(Fraction(0)) for row in rows]


def _shares(u: Value, *parameters: Any) -> Value:
    return mapped(lambda each: closed(0, 1), u)


RANGES = Arithmetic(
    number=lambda value: exactly(Fraction(value)),
    apply=_apply,
    power=_power,
    own={
        "pi": lambda: only(arb.pi()),
        "dot": _dot,
        "matmul": partial(matrix_product, _dot),
        **dict.fromkeys(("softmax", "ghostmax", "entmax", "normmax"), _shares),
        "masked_softmax": lambda mask, u: _shares(u),
        "logsumexp": _logsumexp,
        "ghost_logsumexp": lambda u: _logsumexp([*u, exactly(Fraction(0))]),
        "masked_logsumexp": _masked_logsumexp,
        # Gradients hold `ones` of these.
        **dict.fromkeys(("entmax_conjugate", "normmax_conjugate"), lambda u, parameter: ANY),
    },
)
"""Intervals as numbers. Shares are anything from 0 to 1."""
