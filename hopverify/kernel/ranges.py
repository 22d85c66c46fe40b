"""Ranges: intervals that hold every entry of a term's value, wherever the term is defined.

They do not see that two terms are about the same state, but for the squares u·u. A node's range follows from those of
its arguments; :mod:`~hopverify.kernel.composition` goes from node to node.

>>> from hopverify.kernel.language import read
>>> print(of_function(read(["exp", ["state"]], ""), [between(None, Fraction(0))]))
(0, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt

from flint import arb

from hopverify.kernel import functions, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.derive import apply
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import (
    ANY,
    INF,
    End,
    Range,
    added,
    between,
    closed,
    enclosed,
    exactly,
    higher,
    hull,
    inverse,
    largest,
    lower,
    multiplied,
    negated,
    only,
    smallest,
    total,
)
from hopverify.kernel.properties import TABLE, Properties, of_power
from hopverify.kernel.sums import multiple, summands
from hopverify.kernel.terms import Apply, Number, Shape, Term


def side(signs: str, u: Range) -> str:
    """Return the sign of a property of the table on a range: of one side of 0, or of both if they agree."""
    if u.nonnegative:
        return signs[1]
    return signs[0] if u.nonpositive or signs[0] == signs[1] else "?"


def _of_number(name: str, u: Range) -> Range:
    if name == "relu":
        return largest(u, only(arb(0)))
    if name == "kink":
        return only(arb(0)) if u.nonzero else ANY
    if name in ("sign", "step"):
        low = -1 if name == "sign" else 0
        return closed(1 if u.positive else low, low if u.negative else 1)
    known = TABLE[name]
    if known.above is not None:
        u = Range(higher(u.low, (arb(known.above), name != "sqrt"), open_wins=True), u.high)
    return _mapped(functions.OF_NUMBERS[name], known, u)


def _mapped(function: Callable[[arb], arb], known: Properties, u: Range) -> Range:
    """Return the range of a function that is strictly monotone on each side of 0, from its values at the ends."""
    first, last = _at(function, known, u.low, 0), _at(function, known, u.high, 1)
    slope = side(known.slope, u)
    if known.turn is None:
        return enclosed(first, last) if slope == "+" else enclosed(last, first)
    found, turn = hull([enclosed(first, first), enclosed(last, last)]), (arb(known.turn), u.nonzero)
    if known.slope == "-+":
        return Range(turn if slope == "?" else higher(found.low, turn, open_wins=True), found.high)
    return Range(found.low, turn if slope == "?" else lower(found.high, turn, open_wins=True))


def _at(function: Callable[[arb], arb], known: Properties, end: End, place: int) -> End:
    if abs(end[0]) < INF:
        return function(end[0]), end[1]
    text = known.limits[place]
    return (INF if text == "inf" else -INF if text == "-inf" else ball(Fraction(text))), True


def _wave(function: Callable[[arb], arb], u: Range) -> Range:
    """Return the range of sin or cos."""
    bounds = closed(-1, 1)
    if abs(u.low[0]) == INF or abs(u.high[0]) == INF:
        return bounds
    found = only(function(u.low[0].union(u.high[0])))
    return Range(higher(found.low, bounds.low), lower(found.high, bounds.high))


def _power(u: Range, exponent: Fraction) -> Range:
    if exponent < 0:
        return inverse(_power(u, -exponent))
    if exponent == 0:
        return closed(1, 1)
    if exponent.denominator != 1:
        u = Range(higher(u.low, (arb(0), False), open_wins=True), u.high)
    return _mapped(lambda end: functions.power(end, exponent), of_power(exponent), u)


def _product(node: Apply, u: Range, v: Range) -> Range:
    first, second = node.arguments
    if first == second:
        return _power(u, Fraction(2))
    if isinstance(first, Apply) and first.function == "divide":
        # (c/norm(u, e))·u, as gradients are written.
        found = _normalised(apply("multiply", first.arguments[0], second), first.arguments[1], ())
        return multiplied(u, v) if found is None else found
    return multiplied(u, v)


def _at_least(end: End) -> Range:
    return Range(end, (INF, True))


def _norm(u: Range, offset: Range) -> Range:
    """√(|u|² + e) is at least √e, and at least 0."""
    return _at_least(_of_number("sqrt", offset).low)


_SHARES = Range((arb(0), True), (arb(1), False))
_ZERO_TO_ONE = closed(0, 1)

_OF_VALUES: Mapping[str, Callable[..., Range]] = {
    "add": added,
    "subtract": lambda u, v: added(u, negated(v)),
    "max": largest,
    "min": smallest,
    "pi": lambda: only(arb.pi()),
    "sum": total,
    "mean": lambda u: u,
    "variance": lambda u: _at_least((arb(0), False)),
    "norm": _norm,
    "size": lambda u: _at_least((arb(1), False)),
    # max u ≤ logsumexp(u), and the same of the conjugates: they are the largest value of ⟨u, p⟩ + something ≥ 0.
    "logsumexp": lambda u: _at_least(u.low),
    "entmax_conjugate": lambda u, parameter: _at_least(u.low),
    "normmax_conjugate": lambda u, parameter: _at_least(u.low),
    "ghost_logsumexp": lambda u: _at_least(higher(u.low, (arb(0), True), open_wins=True)),
    "softmax": lambda u: _SHARES,
    "ghostmax": lambda u: _SHARES,
    "entmax": lambda u, parameter: _ZERO_TO_ONE,
    "normmax": lambda u, parameter: _ZERO_TO_ONE,
    "masked_softmax": lambda mask, u: _ZERO_TO_ONE,
    "ones": lambda u: closed(1, 1),
    "unit": lambda u, place: _ZERO_TO_ONE,
    "matmul": lambda M, u: total(multiplied(M, u)),
    "transpose": lambda u: u,
    "index": lambda u, place: u,
    "slice": lambda u, start, stop: u,
    "stack": lambda *parts: hull(list(parts)),
    "concatenate": lambda *parts: hull(list(parts)),
    "column_squares": lambda M: total(_power(M, Fraction(2))),
}


def _normalised(u: Term, v: Term, shapes: Sequence[Shape]) -> Range | None:
    """c·u/norm(u, e) and c·(u - mean u)/√(variance u + e), e ≥ 0 and c numbers, have bounds: |u_i|² ≤ Σ u²."""
    (factor, u), root = multiple(u), 0
    if isinstance(v, Apply) and v.function == "norm" and v.arguments[0] == u and _is_offset(v.arguments[1]):
        root = 1
    if isinstance(v, Apply) and v.function == "sqrt" and shapes and u == _centred(v.arguments[0]):
        root = isqrt(shapes[0][0] - 1) + 1
    return multiplied(exactly(factor), closed(-root, root)) if root else None


def _share(u: Term, v: Term, of_u: Range) -> Range | None:
    """Bounds of au/(c + kw), for numbers a and c ≥ 0: 1/|k| times |a|, where kw ≥ |k||u|."""
    (factor, inner), *others = summands(u)
    parts = list(summands(v))
    constants = [own * term.value for own, term in parts if isinstance(term, Number)]
    moving = [(k, term) for k, term in parts if not isinstance(term, Number) and k != 0]
    if others or factor == 0 or len(moving) != 1 or sum(constants) < 0:
        return None
    (k, w), size = moving[0], Apply("abs", (inner,))
    # The sign of the inner u is that of au, or the other one.
    rises, falls = (of_u.nonnegative, of_u.nonpositive)[:: 1 if factor > 0 else -1]
    large = [size, Apply("sum", (size,)), *([inner, Apply("sum", (inner,))] if rises else [])]
    if not (w in large if k > 0 else w == inner and falls):
        return None
    most = exactly(abs(factor / k))
    low, high = only(arb(0)) if of_u.nonnegative else negated(most), only(arb(0)) if of_u.nonpositive else most
    return hull([low, high])


def _is_offset(term: Term) -> bool:
    return isinstance(term, Number) and term.value >= 0


def _centred(spread: Term) -> Term | None:
    """Return u - mean u for variance u, or variance u + a number ≥ 0."""
    if isinstance(spread, Apply) and spread.function == "add" and _is_offset(spread.arguments[1]):
        spread = spread.arguments[0]
    if isinstance(spread, Apply) and spread.function == "variance":
        return Apply("subtract", (spread.arguments[0], Apply("mean", spread.arguments)))
    return None


def of_function(node: Apply, given: list[Range], shapes: Sequence[Shape] = ()) -> Range:
    """Return the range of a function of the table, from those of its arguments, and their shapes if they are known."""
    name = node.function
    if name == "divide":
        first, second = node.arguments
        found = _normalised(first, second, shapes) or multiplied(given[0], inverse(given[1]))
        share = _share(first, second, given[0])
        if share is None:
            return found
        low, high = higher(found.low, share.low, open_wins=True), lower(found.high, share.high, open_wins=True)
        return Range(low, high)
    if name == "negate":
        return negated(given[0])
    if name in ("sin", "cos"):
        return _wave(functions.OF_NUMBERS[name], given[0])
    if name in TABLE:
        return _of_number(name, given[0])
    if name == "multiply":
        return _product(node, *given)
    if name == "dot":
        return total(_product(node, *given))
    if name == "power":
        return _power(given[0], terms.constant(node.arguments[1]))
    return _OF_VALUES[name](*given) if name in _OF_VALUES else ANY


def of_array(held: Array) -> Range:
    """Return the range of the entries of an array; of one that is known up to a spread nothing is told."""
    if held.within is not None:
        return ANY
    return between(Fraction(min(held.entries)), Fraction(max(held.entries)), inside=False)
