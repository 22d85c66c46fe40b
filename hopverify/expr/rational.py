"""Normal forms: expressions as quotients of polynomials in *atoms*, with exact rational coefficients.

Atoms are the variables, exponentials of monomials, roots of normal forms, and every other function of a normal form.
Hyperbolic functions and the sigmoid are rewritten in exponentials, logcosh and softplus in log; ``exp(a + b) =
exp(a)·exp(b)``, ``(u^(1/q))^q = u`` and, for a rational c > 0, ``(c·u)^(1/q) = c^(1/q)·u^(1/q)`` are built in. Two
expressions with equal normal forms are identical wherever both are defined; unequal forms prove nothing, since atoms
may be related.

>>> from hopverify.expr.parser import parse
>>> identical(parse("(cosh(x)^2 - sinh(x)^2)/cosh(x)"), parse("sech(x)"))
True
>>> identical(parse("1/sqrt(1 + x^2) - x^2/sqrt(1 + x^2)^3"), parse("(1 + x^2)^(-3/2)"))
True
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np

from hopverify.errors import ExpressionError, HopverifyError
from hopverify.expr.evaluate import Arithmetic, Value, evaluate, scalar_operation
from hopverify.expr.nodes import Expression, symbols

MAX_TERMS = 4_000
MAX_ROOT = 16

Atom = tuple[Any, ...]
Monomial = tuple[tuple[Atom, Fraction], ...]
Polynomial = dict[Monomial, Fraction]


class NoNormalForm(HopverifyError):
    """The expression has no normal form of bounded size."""


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    if len(a) * len(b) > MAX_TERMS:
        raise NoNormalForm(f"the normal form has more than {MAX_TERMS} terms")
    product: Polynomial = {}
    for left, x in a.items():
        for right, y in b.items():
            for monomial, z in _reduced(_joined(left, right)).items():
                _accumulate(product, monomial, x * y * z)
    return product


def _reduced(monomial: Monomial) -> Polynomial:
    """Return a monomial with (u^(1/q))^q written as u, for polynomials u."""
    for atom, exponent in monomial:
        if atom[0] == "root" and exponent >= atom[1]:
            whole, left = divmod(exponent, atom[1])
            radicand: Polynomial = dict(atom[2])
            rest = tuple((other, e) for other, e in monomial if other != atom)
            product = {_joined(rest, ((atom, left),)): Fraction(1)}
            for _ in range(int(whole)):
                product = _times(product, radicand)
            return product
    return {monomial: Fraction(1)}


def _joined(a: Monomial, b: Monomial) -> Monomial:
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = exponents.get(atom, Fraction(0)) + exponent
    return tuple(sorted(((atom, e) for atom, e in exponents.items() if e != 0), key=repr))


def _accumulate(total: Polynomial, monomial: Monomial, coefficient: Fraction) -> None:
    value = total.get(monomial, Fraction(0)) + coefficient
    if value:
        total[monomial] = value
    else:
        total.pop(monomial, None)


@dataclass(frozen=True)
class Ratio:
    """numerator/denominator; the denominator is never the zero polynomial."""

    numerator: Polynomial
    denominator: Polynomial

    @scalar_operation
    def __add__(self, other: Any) -> Ratio:
        other = as_ratio(other)
        if self.denominator == other.denominator:
            total, denominator = dict(self.numerator), self.denominator
            for monomial, coefficient in other.numerator.items():
                _accumulate(total, monomial, coefficient)
            return Ratio(total, denominator)
        left = Ratio(_times(self.numerator, other.denominator), _times(self.denominator, other.denominator))
        return left + Ratio(_times(other.numerator, self.denominator), left.denominator)

    __radd__ = __add__

    def __neg__(self) -> Ratio:
        return Ratio({monomial: -coefficient for monomial, coefficient in self.numerator.items()}, self.denominator)

    @scalar_operation
    def __sub__(self, other: Any) -> Ratio:
        return self + -as_ratio(other)

    @scalar_operation
    def __rsub__(self, other: Any) -> Ratio:
        return as_ratio(other) + -self

    @scalar_operation
    def __mul__(self, other: Any) -> Ratio:
        other = as_ratio(other)
        return Ratio(_times(self.numerator, other.numerator), _times(self.denominator, other.denominator))

    __rmul__ = __mul__

    @scalar_operation
    def __truediv__(self, other: Any) -> Ratio:
        other = as_ratio(other)
        if not other.numerator:
            raise NoNormalForm("division by an expression that is identically 0")
        return self * Ratio(other.denominator, other.numerator)

    @scalar_operation
    def __rtruediv__(self, other: Any) -> Ratio:
        return as_ratio(other) / self

    def __pow__(self, exponent: int) -> Ratio:
        if exponent < 0:
            return 1 / self**-exponent
        result = as_ratio(1)
        for _ in range(exponent):
            result = result * self
        return result

    @property
    def is_zero(self) -> bool:
        """Whether this is 0 identically."""
        return not self.numerator

    def polynomial(self) -> Polynomial | None:
        """Return this as a polynomial, where the denominator is a constant."""
        if set(self.denominator) != {()}:
            return None
        scale = self.denominator[()]
        return {monomial: coefficient / scale for monomial, coefficient in self.numerator.items()}


def _constant(value: Fraction) -> Polynomial:
    return {(): value} if value else {}


def as_ratio(value: Any) -> Ratio:
    """Return a number or a ratio as a ratio."""
    return value if isinstance(value, Ratio) else Ratio(_constant(Fraction(value)), _constant(Fraction(1)))


def variable(name: str) -> Ratio:
    """Return a variable."""
    return Ratio({((("variable", name), Fraction(1)),): Fraction(1)}, _constant(Fraction(1)))


def _key(value: Ratio) -> Atom:
    def frozen(polynomial: Polynomial) -> Atom:
        return tuple(sorted(polynomial.items(), key=repr))

    return (frozen(value.numerator), frozen(value.denominator))


def _atom(name: str, argument: Ratio) -> Ratio:
    return Ratio({(((name, _key(argument)), Fraction(1)),): Fraction(1)}, _constant(Fraction(1)))


def _exp(u: Ratio) -> Ratio:
    polynomial = u.polynomial()
    if polynomial is None:
        return _atom("exp", u)
    exponents: Monomial = ()
    for monomial, coefficient in polynomial.items():
        exponents = _joined(exponents, ((("exponential", monomial), coefficient),))
    return Ratio({exponents: Fraction(1)}, _constant(Fraction(1)))


def _root(u: Ratio, degree: int) -> Ratio:
    """Return u^(1/q), the positive rational content of a polynomial u taken out."""
    polynomial = u.polynomial()
    if not polynomial:
        return _atom(f"root {degree}", u)
    content = _content(polynomial)
    primitive = {monomial: coefficient / content for monomial, coefficient in polynomial.items()}
    return _root_of_number(content, degree) * _root_atom(primitive, degree)


def _root_atom(radicand: Polynomial, degree: int) -> Ratio:
    if radicand == _constant(Fraction(1)):
        return as_ratio(1)
    atom = ("root", degree, tuple(sorted(radicand.items(), key=repr)))
    return Ratio({((atom, Fraction(1)),): Fraction(1)}, _constant(Fraction(1)))


def _content(polynomial: Polynomial) -> Fraction:
    """Return the positive rational c for which polynomial/c has whole coefficients without a common factor."""
    values = polynomial.values()
    return Fraction(gcd(*(value.numerator for value in values)), lcm(*(value.denominator for value in values)))


def _root_of_number(value: Fraction, degree: int) -> Ratio:
    """Return value^(1/q) for value > 0 as a product of roots of its small prime factors and of what is left."""
    result = as_ratio(1)
    for part, direction in ((value.numerator, 1), (value.denominator, -1)):
        for factor, multiplicity in _factors(part):
            whole, left = divmod(direction * multiplicity, degree)
            result = result * Fraction(factor) ** whole * _root_atom(_constant(Fraction(factor)), degree) ** left
    return result


def _factors(value: int) -> list[tuple[int, int]]:
    """Return factors with their multiplicities: primes below 100, and the rest in one piece."""
    found = []
    for prime in range(2, 100):
        multiplicity = 0
        while value % prime == 0:
            value, multiplicity = value // prime, multiplicity + 1
        if multiplicity:
            found.append((prime, multiplicity))
    return [*found, (value, 1)] if value > 1 else found


_REWRITTEN = {
    "exp": _exp,
    "sqrt": lambda u: _root(u, 2),
    "log1p": lambda u: _atom("log", 1 + u),
    "logcosh": lambda u: _atom("log", (_exp(u) + _exp(-u)) / 2),
    "softplus": lambda u: _atom("log", 1 + _exp(u)),
    "expm1": lambda u: _exp(u) - 1,
    "cosh": lambda u: (_exp(u) + _exp(-u)) / 2,
    "sinh": lambda u: (_exp(u) - _exp(-u)) / 2,
    "tanh": lambda u: (_exp(2 * u) - 1) / (_exp(2 * u) + 1),
    "sech": lambda u: 2 * _exp(u) / (_exp(2 * u) + 1),
    "sigmoid": lambda u: _exp(u) / (_exp(u) + 1),
}


class NormalForms(Arithmetic):
    """Normal forms as a number system; vectors are object arrays of :class:`Ratio`."""

    def number(self, value: Fraction) -> Value:
        return as_ratio(value)

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        return np.frompyfunc(lambda entry: as_ratio(Fraction(entry)), 1, 1)(values)

    def elementary(self, name: str, *argument: Value) -> Value:
        if not argument:
            return variable(name)
        rewritten = _REWRITTEN.get(name)
        function = rewritten if rewritten else lambda u: _atom(name, u)
        return np.frompyfunc(function, 1, 1)(*argument)

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent.denominator == 1 and abs(exponent) <= 64:
            return base ** int(exponent)
        if exponent.denominator > MAX_ROOT or abs(exponent) > 64:
            return np.frompyfunc(lambda u: _atom(f"power {exponent}", u), 1, 1)(base)
        return np.frompyfunc(lambda u: _root(u, exponent.denominator) ** exponent.numerator, 1, 1)(base)

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        raise NoNormalForm("entmax and normmax have no normal form")

    def shift(self, vector: Value) -> Value:
        return as_ratio(0)


NORMAL_FORMS = NormalForms()


def normal_form(expression: Expression) -> Ratio:
    """Return the normal form of an expression in scalar variables; raise :class:`NoNormalForm` if there is none."""
    try:
        value = evaluate(expression, {name: variable(name) for name in symbols(expression)}, NORMAL_FORMS)
    except (ExpressionError, AttributeError, TypeError, ValueError) as error:
        raise NoNormalForm(str(error)) from error
    # Evidence may hold any expression: ghostmax makes an array even of a single number.
    if not isinstance(value, Ratio):
        raise NoNormalForm("not an expression of single numbers")
    return value


def identical(a: Expression, b: Expression) -> bool:
    """Return True if both have the same normal form; False decides nothing."""
    try:
        return (normal_form(a) - normal_form(b)).is_zero
    except NoNormalForm:
        return False
