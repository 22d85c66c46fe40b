"""Ranges: intervals that hold every entry of a term's value, wherever the term is defined. Ends may be infinite.

An end is a ball's exact centre, rounded outward, and open if no value reaches it: that exp(u) > 0, and not only ≥ 0,
is told by the open end 0. Intervals do not see that two terms are about the same state, but for the squares u·u.


>>> from hopverify.kernel import language
>>> x = {("state", ""): between(None, Fraction(0))}
>>> term = language.read(["add", ["exp", ["state"]], ["power", ["state"], "2"]], "")
>>> print(ranges(term, x)[id(term)])
(0, inf)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product

from flint import arb

from hopverify.kernel import functions, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.functions import ball
from hopverify.kernel.properties import TABLE, Properties, of_power
from hopverify.kernel.terms import Apply, Number, Place, Term, Variable

INF = arb("inf")

End = tuple[arb, bool]
"""A number, exact or infinite, and whether no value reaches it."""


@dataclass(frozen=True)
class Range:
    """The interval between two ends."""

    low: End
    high: End

    @property
    def positive(self) -> bool:
        """Whether every value is > 0."""
        return bool(self.low[0] > 0) or (self.nonnegative and self.low[1])

    @property
    def negative(self) -> bool:
        """Whether every value is < 0."""
        return negated(self).positive

    @property
    def nonnegative(self) -> bool:
        """Whether every value is ≥ 0."""
        return bool(self.low[0] >= 0)

    @property
    def nonpositive(self) -> bool:
        """Whether every value is ≤ 0."""
        return bool(self.high[0] <= 0)

    @property
    def nonzero(self) -> bool:
        """Whether no value is 0."""
        return self.positive or self.negative

    def __str__(self) -> str:
        (low, below), (high, above) = self.low, self.high
        return f"{'(' if below else '['}{float(low):g}, {float(high):g}{')' if above else ']'}"


ANY = Range((-INF, True), (INF, True))


def between(low: Fraction | None, high: Fraction | None, inside: bool = True) -> Range:
    """Return an interval with the ends given, None for an infinite one; ``inside``: without its ends."""
    below, above = (None if end is None else ball(end) for end in (low, high))
    return _enclosed((-INF if below is None else below, inside), (INF if above is None else above, inside))


def _enclosed(low: End, high: End) -> Range:
    """Return the interval with ends rounded outward; an end that is no number is infinite."""
    below, above = low[0].lower(), high[0].upper()
    below, above = -INF if below.is_nan() else below, INF if above.is_nan() else above
    return Range((below, low[1] or abs(below) == INF), (above, high[1] or abs(above) == INF))


def _only(value: arb) -> Range:
    return _enclosed((value, False), (value, False))


def of_number(value: Fraction) -> Range:
    """Return the range of a constant."""
    return _only(ball(value))


def _closed(low: int, high: int) -> Range:
    return _enclosed((arb(low), False), (arb(high), False))


# ---------------------------------------------------------------------------------------------------------- arithmetic


def _lower(a: End, b: End, open_wins: bool = False) -> End:
    """Return the lower one of two ends; of equal ones, the one that is reached, or the one that is not."""
    if a[0] == b[0]:
        return a[0], (a[1] or b[1]) if open_wins else (a[1] and b[1])
    return a if a[0] < b[0] else b


def _higher(a: End, b: End, open_wins: bool = False) -> End:
    value, is_open = _lower((-a[0], a[1]), (-b[0], b[1]), open_wins)
    return -value, is_open


def negated(a: Range) -> Range:
    """Return the range of -u."""
    return Range((-a.high[0], a.high[1]), (-a.low[0], a.low[1]))


def added(a: Range, b: Range) -> Range:
    """Return the range of u + v."""
    low, high = (
        (one[0] + other[0], one[1] or other[1]) for one, other in ((a.low, b.low), (a.high, b.high))
    )
    return _enclosed(low, high)


def multiplied(a: Range, b: Range) -> Range:
    """Return the range of u·v: the extremes lie at corners."""
    corners = [_corner(one, other) for one, other in product((a.low, a.high), (b.low, b.high))]
    found = [_enclosed(corner, corner) for corner in corners]
    return _hull(found)


def _corner(a: End, b: End) -> End:
    """Return the product of two ends. 0·∞ is 0, since ∞ is no value; an end 0 that is reached gives 0 with any value."""
    if a[0] == 0 or b[0] == 0:
        reached = (a[0] == 0 and not a[1]) or (b[0] == 0 and not b[1])
        return arb(0), not reached
    return a[0] * b[0], a[1] or b[1]


def _hull(parts: list[Range]) -> Range:
    return reduce(lambda a, b: Range(_lower(a.low, b.low), _higher(a.high, b.high)), parts)


def _inverse(a: Range) -> Range:
    """Return the range of 1/u, of u that are not 0."""
    if not a.nonzero:
        return ANY
    low, high = ((_reciprocal(end[0], 1 if a.positive else -1), end[1]) for end in (a.high, a.low))
    return _enclosed(low, high)


def _reciprocal(value: arb, sign: int) -> arb:
    if value == 0:
        return sign * INF
    return arb(0) if abs(value) == INF else 1 / value


def _largest(a: Range, b: Range) -> Range:
    return Range(_higher(a.low, b.low, open_wins=True), _higher(a.high, b.high))


def _smallest(a: Range, b: Range) -> Range:
    return Range(_lower(a.low, b.low), _lower(a.high, b.high, open_wins=True))


def total(a: Range) -> Range:
    """Return the range of a sum of one entry or more."""
    return multiplied(a, Range((arb(1), False), (INF, True)))


# ----------------------------------------------------------------------------------------------------------- functions


def side(signs: str, u: Range) -> str:
    """Return the sign of a property of the table on a range: of one side of 0, or of both if they agree."""
    if u.nonnegative:
        return signs[1]
    return signs[0] if u.nonpositive or signs[0] == signs[1] else "?"


def _of_number(name: str, u: Range) -> Range:
    if name == "relu":
        return _largest(u, _only(arb(0)))
    if name == "kink":
        return _only(arb(0)) if u.nonzero else ANY
    if name in ("sign", "step"):
        low = -1 if name == "sign" else 0
        return _closed(1 if u.positive else low, low if u.negative else 1)
    known = TABLE[name]
    if known.above is not None:
        u = Range(_higher(u.low, (arb(known.above), name != "sqrt"), open_wins=True), u.high)
    return _mapped(functions.OF_NUMBERS[name], known, u)


def _mapped(function: Callable[[arb], arb], known: Properties, u: Range) -> Range:
    """Return the range of a function that is strictly monotone on each side of 0, from its values at the ends."""
    first, last = _at(function, known, u.low, 0), _at(function, known, u.high, 1)
    slope = side(known.slope, u)
    if known.turn is None:
        return _enclosed(first, last) if slope == "+" else _enclosed(last, first)
    found, turn = _hull([_enclosed(first, first), _enclosed(last, last)]), (arb(known.turn), u.nonzero)
    if known.slope == "-+":
        return Range(turn if slope == "?" else _higher(found.low, turn, open_wins=True), found.high)
    return Range(found.low, turn if slope == "?" else _lower(found.high, turn, open_wins=True))


def _at(function: Callable[[arb], arb], known: Properties, end: End, place: int) -> End:
    if abs(end[0]) < INF:
        return function(end[0]), end[1]
    text = known.limits[place]
    return (INF if text == "inf" else -INF if text == "-inf" else ball(Fraction(text))), True


def _wave(function: Callable[[arb], arb], u: Range) -> Range:
    """Return the range of sin or cos."""
    bounds = _closed(-1, 1)
    if abs(u.low[0]) == INF or abs(u.high[0]) == INF:
        return bounds
    found = _only(function(u.low[0].union(u.high[0])))
    return Range(_higher(found.low, bounds.low), _lower(found.high, bounds.high))


def _power(u: Range, exponent: Fraction) -> Range:
    if exponent < 0:
        return _inverse(_power(u, -exponent))
    if exponent == 0:
        return _closed(1, 1)
    if exponent.denominator != 1:
        u = Range(_higher(u.low, (arb(0), False), open_wins=True), u.high)
    return _mapped(lambda end: functions.power(end, exponent), of_power(exponent), u)


def _product(node: Apply, u: Range, v: Range) -> Range:
    return _power(u, Fraction(2)) if node.arguments[0] == node.arguments[1] else multiplied(u, v)


def _at_least(end: End) -> Range:
    return Range(end, (INF, True))


def _norm(u: Range, offset: Range) -> Range:
    """√(|u|² + e) is at least √e, and at least 0."""
    return _at_least(_of_number("sqrt", offset).low)


_SHARES = Range((arb(0), True), (arb(1), False))
_ZERO_TO_ONE = _closed(0, 1)

_OF_VALUES: Mapping[str, Callable[..., Range]] = {
    "add": added,
    "subtract": lambda u, v: added(u, negated(v)),
    "divide": lambda u, v: multiplied(u, _inverse(v)),
    "max": _largest,
    "min": _smallest,
    "pi": lambda: _only(arb.pi()),
    "sum": total,
    "mean": lambda u: u,
    "variance": lambda u: _at_least((arb(0), False)),
    "norm": _norm,
    "size": lambda u: _at_least((arb(1), False)),
    # max u ≤ logsumexp(u), and the same of the conjugates: they are the largest value of ⟨u, p⟩ + something ≥ 0.
    "logsumexp": lambda u: _at_least(u.low),
    "entmax_conjugate": lambda u, parameter: _at_least(u.low),
    "normmax_conjugate": lambda u, parameter: _at_least(u.low),
    "ghost_logsumexp": lambda u: _at_least(_higher(u.low, (arb(0), True), open_wins=True)),
    "softmax": lambda u: _SHARES,
    "ghostmax": lambda u: _SHARES,
    "entmax": lambda u, parameter: _ZERO_TO_ONE,
    "normmax": lambda u, parameter: _ZERO_TO_ONE,
    "masked_softmax": lambda mask, u: _ZERO_TO_ONE,
    "ones": lambda u: _closed(1, 1),
    "unit": lambda u, place: _ZERO_TO_ONE,
    "matmul": lambda M, u: total(multiplied(M, u)),
    "transpose": lambda u: u,
    "index": lambda u, place: u,
    "slice": lambda u, start, stop: u,
    "stack": lambda *parts: _hull(list(parts)),
    "concatenate": lambda *parts: _hull(list(parts)),
    "column_squares": lambda M: total(_power(M, Fraction(2))),
}


def of_function(node: Apply, given: list[Range]) -> Range:
    """Return the range of a function of the table, from those of its arguments."""
    name = node.function
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


def ranges(term: Term, places: Mapping[Place, Range]) -> dict[int, Range]:
    """Return the range of each node, by its ``id``; what is not among the places may have any value."""
    known: dict[int, Range] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = of_number(node.value)
        elif isinstance(node, Variable):
            known[id(node)] = places.get(node.place, ANY)
        else:
            known[id(node)] = of_function(node, [known[id(each)] for each in node.arguments])
    return known
