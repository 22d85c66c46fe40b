"""Formulas as people write them: products and powers, components of arrays, and sums over an index.

Formulas are what is printed of a model. They hold no mathematics beyond arithmetic: what SymPy derives becomes a
formula (:mod:`hopverify.derivation.symbolic.conversion`), is kept as text, and is read from there without SymPy
(:mod:`hopverify.derivation.language`).

>>> x = Symbol("x")
>>> print(substituted(2 * x / Symbol("beta") + x, {"beta": Number(Fraction(1))}))
3*x
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeGuard

from hopverify.errors import HopverifyError


class NoFormula(HopverifyError):
    """There is no formula of it."""


class Formula:
    """A number, a symbol, or a node; the operators fold numbers and collect equal terms and factors."""

    def __add__(self, other: Formula | int) -> Formula:
        return add(self, formula(other))

    def __sub__(self, other: Formula | int) -> Formula:
        return add(self, -formula(other))

    def __mul__(self, other: Formula | int | Fraction) -> Formula:
        return multiply(self, formula(other))

    def __rmul__(self, other: int | Fraction) -> Formula:
        return multiply(formula(other), self)

    def __truediv__(self, other: Formula | int) -> Formula:
        return multiply(self, power(formula(other), formula(-1)))

    def __neg__(self) -> Formula:
        return multiply(formula(-1), self)

    def __pow__(self, exponent: Formula | int | Fraction) -> Formula:
        return power(self, formula(exponent))

    def __getitem__(self, indices: Formula | tuple[Formula, ...]) -> Formula:
        return Node("[]", (self, *(indices if isinstance(indices, tuple) else (indices,))))

    def __str__(self) -> str:
        from hopverify.derivation.language import written

        return written(self)

    def nodes(self) -> Iterator[Formula]:
        """Yield this formula and all its parts."""
        yield self
        for part in getattr(self, "parts", ()):
            yield from part.nodes()

    def has(self, part: Formula) -> bool:
        """Whether a symbol or a formula occurs."""
        return any(node == part for node in self.nodes())

    @property
    def is_negative(self) -> bool:
        """Whether it is written with a minus sign in front."""
        return split(self)[0] < 0


@dataclass(frozen=True)
class Number(Formula):
    """An exact rational."""

    value: Fraction


@dataclass(frozen=True)
class Symbol(Formula):
    """A letter, or a name with its layer after an underscore."""

    name: str


@dataclass(frozen=True)
class Node(Formula):
    """``head`` is ``+``, ``*``, ``^``, ``[]`` (array, indices), ``Sum`` or ``Integral`` (body, index, from, to),
    or the name of a function.
    """

    head: str
    parts: tuple[Formula, ...]


ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def formula(value: Formula | int | Fraction) -> Formula:
    """Return a number as a formula."""
    return value if isinstance(value, Formula) else Number(Fraction(value))


def call(function: str, *arguments: Formula) -> Formula:
    """Return a function of its arguments, numbers folded where the value is a number."""
    fold = _FOLDED.get(function)
    if fold is not None and all(isinstance(each, Number) for each in arguments):
        value = fold(*(each.value for each in arguments if isinstance(each, Number)))
        if value is not None:
            return Number(Fraction(value))
    return Node(function, arguments)


_FOLDED: dict[str, Callable[..., Fraction | int | None]] = {
    "KroneckerDelta": lambda i, j: int(i == j),
    "exp": lambda u: 1 if u == 0 else None,
    "log": lambda u: 0 if u == 1 else None,
    "relu": lambda u: max(u, 0),
    "step": lambda u: int(u > 0) if u != 0 else None,
    "abs": abs,
    "sign": lambda u: (1 if u > 0 else -1) if u != 0 else None,
    "max": max,
    "min": min,
}


def total(body: Formula, *limits: tuple[Formula, Formula]) -> Formula:
    """Return the sum of ``body`` over indices from 1 to their last values."""
    return Node("Sum", (body, *(part for index, last in limits for part in (index, ONE, last))))


def split(term: Formula) -> tuple[Fraction, tuple[Formula, ...]]:
    """Return the numeric coefficient of a term and its other factors."""
    if isinstance(term, Number):
        return term.value, ()
    if not isinstance(term, Node) or term.head != "*":
        return Fraction(1), (term,)
    first, *others = term.parts
    return (first.value, tuple(others)) if isinstance(first, Number) else (Fraction(1), term.parts)


def _product(coefficient: Fraction, factors: tuple[Formula, ...]) -> Formula:
    if coefficient == 0 or not factors:
        return Number(coefficient)
    parts = factors if coefficient == 1 else (Number(coefficient), *factors)
    return parts[0] if len(parts) == 1 else Node("*", parts)


def add(*terms: Formula) -> Formula:
    """Return a sum; terms that differ by a number only become one, where the first of them stands."""
    collected: dict[frozenset[Formula], tuple[Fraction, tuple[Formula, ...]]] = {}
    for term in terms:
        for part in term.parts if isinstance(term, Node) and term.head == "+" else (term,):
            coefficient, factors = split(part)
            known, kept = collected.get(frozenset(factors), (Fraction(0), factors))
            collected[frozenset(factors)] = known + coefficient, kept
    parts = tuple(_product(*part) for part in collected.values() if part[0] != 0)
    return ZERO if not parts else parts[0] if len(parts) == 1 else Node("+", parts)


def multiply(*factors: Formula) -> Formula:
    """Return a product, with powers of one base as one."""
    coefficient, powers = Fraction(1), dict[Formula, Formula]()
    for factor in factors:
        scale, others = split(factor)
        coefficient *= scale
        for other in others:
            base, exponent = _base(other)
            powers[base] = add(powers[base], exponent) if base in powers else exponent
    raised = [power(base, exponent) for base, exponent in powers.items()]
    if any(isinstance(part, Number) or _is(part, "*") for part in raised if part != ONE):
        return multiply(Number(coefficient), *raised)
    return _product(coefficient, tuple(part for part in raised if part != ONE))


def _is(part: Formula, head: str) -> TypeGuard[Node]:
    return isinstance(part, Node) and part.head == head


def _base(factor: Formula) -> tuple[Formula, Formula]:
    if isinstance(factor, Node) and factor.head == "^":
        return factor.parts[0], factor.parts[1]
    return factor, ONE


def power(base: Formula, exponent: Formula) -> Formula:
    """Return a power; a whole exponent is given to each factor of a product."""
    if exponent in (ZERO, ONE) or base == ONE:
        return base if exponent == ONE else ONE
    if isinstance(exponent, Number):
        root = _root(base, exponent.value)
        if root is not None:
            return root
        if exponent.value.denominator == 1 and isinstance(base, Node):
            if base.head == "^":
                return power(base.parts[0], base.parts[1] * exponent)
            if base.head == "*":
                return multiply(*(power(part, exponent) for part in base.parts))
    return Node("^", (base, exponent))


def _root(base: Formula, exponent: Fraction) -> Formula | None:
    """Return a rational power of a number where it is rational."""
    if not isinstance(base, Number) or (base.value == 0 and exponent < 0):
        return None
    value = base.value
    if exponent.denominator == 2 and value >= 0:
        value = Fraction(isqrt(value.numerator), isqrt(value.denominator))
        if value**2 != base.value:
            return None
    elif exponent.denominator != 1:
        return None
    return Number(value**exponent.numerator)


def rebuilt(node: Node, parts: tuple[Formula, ...]) -> Formula:
    """Return a node with other parts, folded."""
    if node.head in _BUILD:
        return _BUILD[node.head](*parts)
    if node.head in ("[]", "Sum") and (parts[0] == ZERO or (node.head == "[]" and isinstance(parts[0], Number))):
        # All entries of an array that is a number are that number; a sum of nothing is nothing.
        return parts[0]
    return Node(node.head, parts) if node.head in ("[]", "Sum", "Integral") else call(node.head, *parts)


_BUILD: dict[str, Callable[..., Formula]] = {"+": add, "*": multiply, "^": power}


def substituted(value: Formula, names: Mapping[str, Formula]) -> Formula:
    """Return a formula with other symbols for some; names of arrays are symbols too."""
    if isinstance(value, Symbol):
        return names.get(value.name, value)
    if not isinstance(value, Node):
        return value
    return rebuilt(value, tuple(substituted(part, names) for part in value.parts))


def expanded(value: Formula) -> Formula:
    """Return a formula with products of sums, and whole powers of sums up to the fourth, multiplied out."""
    if not isinstance(value, Node):
        return value
    value = rebuilt(value, tuple(map(expanded, value.parts)))
    if _is(value, "^") and _is(value.parts[0], "+") and value.parts[1] in map(formula, (2, 3, 4)):
        base, exponent = value.parts
        return expanded(Node("*", (base, expanded(power(base, exponent - 1)))))
    if not _is(value, "*"):
        return value
    terms: list[Formula] = [ONE]
    for factor in value.parts:
        terms = [term * part for term in terms for part in (factor.parts if _is(factor, "+") else (factor,))]
    return add(*terms)


def numerator_and_denominator(term: Formula) -> tuple[list[Formula], list[Formula]]:
    """Return the factors above and below the bar, the coefficient's size among them; sums stand last."""
    coefficient, factors = split(term)
    above, below = list[Formula](), list[Formula]()
    for factor in sorted(factors, key=lambda part: isinstance(part, Node) and part.head == "Sum"):
        base, exponent = _base(factor)
        if isinstance(exponent, Number) and exponent.value < 0:
            below.append(power(base, Number(-exponent.value)))
        else:
            above.append(factor)
    if abs(coefficient.numerator) != 1 or not above:
        above.insert(0, Number(Fraction(abs(coefficient.numerator))))
    if coefficient.denominator != 1:
        below.insert(0, Number(Fraction(coefficient.denominator)))
    return above, below


def is_below(value: Formula) -> bool:
    """Whether a formula is a power with a negative exponent, which stands below a bar."""
    if not isinstance(value, Node) or value.head != "^":
        return False
    exponent = value.parts[1]
    return isinstance(exponent, Number) and exponent.value < 0
