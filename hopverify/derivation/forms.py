"""Other forms of a function of one neuron, in which its sign may be evident.

A function is a quotient of polynomials in atoms: x, exponentials, roots, other functions
(:mod:`hopverify.expr.rational`). What the two have in common is taken out, and both are factored over the rationals;
where √(ax² + b) is an atom, also with x² = (√(ax² + b)² - b)/a. Of a polynomial there are a completed square and
Horner's form, too. Each product of functions with kinks has a coefficient, which is treated on its own. Whether a form
is the same function is for the kernel to decide.

>>> from hopverify.expr.parser import parse
>>> print(next(other_forms(parse("1/sqrt(1 + x^2) - x^2/sqrt(1 + x^2)^3"))))
sqrt(x^2 + 1)/(x^2 + 1)^2
>>> print(next(other_forms(parse("exp(x)/(1 + exp(x)) - exp(2*x)/(1 + exp(x))^2"))))
exp(x)/(exp(x) + 1)^2
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import lcm
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from hopverify.expr import nodes
from hopverify.expr.nodes import Apply, Expression, Symbol
from hopverify.expr.rational import Atom, Monomial, NoNormalForm, Polynomial, Ratio, normal_form

MAX_TERMS, MAX_ATOMS, MAX_DEGREE = 300, 6, 60
"""What is larger is left alone: it could take long to factor."""
KINKED = frozenset({"relu", "abs", "sign", "step", "kink"})
X: Atom = ("variable", "x")
Way = Callable[[Ratio, "_Writer"], Iterator[Expression]]


def other_forms(expression: Expression) -> Iterator[Expression]:
    """Yield different forms of a function of x, the likeliest to have an evident sign first."""
    yield from _different(expression, (_factored, _completed, _nested))


def factored_forms(expression: Expression) -> Iterator[Expression]:
    """Yield different forms of a function of x as a quotient of products."""
    yield from _different(expression, (_factored, _squarefree))


def _different(expression: Expression, ways: Iterable[Way]) -> Iterator[Expression]:
    seen = {str(expression)}
    try:
        value, writer = normal_form(expression), _Writer(_named_atoms(expression))
        for form in chain.from_iterable(way(value, writer) for way in ways):
            if str(form) not in seen:
                seen.add(str(form))
                yield form
    except NoNormalForm:
        return


def _named_atoms(expression: Expression) -> dict[Atom, Expression]:
    """Return the atoms that have a function of their own: logcosh(u) for log((e^u + e^-u)/2)."""
    found: dict[Atom, Expression] = {}
    for node in nodes.walk(expression):
        if isinstance(node, Apply) and node.function in ("logcosh", "softplus", "log1p"):
            ((monomial, _),) = normal_form(node).numerator.items()
            ((atom, _),) = monomial
            found[atom] = node
    return found


def _factored(value: Ratio, writer: _Writer) -> Iterator[Expression]:
    """Yield the factored quotient, and those with x² by the square of a root."""
    parts = _by_kinks(value.numerator)
    yield _sum(_quotient(smooth, value.denominator, writer) * writer.monomial(kinked) for kinked, smooth in parts)
    for root in sorted(_atoms(value.numerator) | _atoms(value.denominator), key=repr):
        if _square_in(root) is not None:
            quotients = ((_quotient(smooth, value.denominator, writer, root), kinked) for kinked, smooth in parts)
            yield _sum(quotient * writer.monomial(kinked) for quotient, kinked in quotients)


def _squarefree(value: Ratio, writer: _Writer) -> Iterator[Expression]:
    """Yield the quotient with factors of one power in one piece: 1 + x³ may be evidently > 0, x² - x + 1 is not."""
    parts = _by_kinks(value.numerator)
    quotients = ((_quotient(smooth, value.denominator, writer, whole=True), kinked) for kinked, smooth in parts)
    yield _sum(quotient * writer.monomial(kinked) for quotient, kinked in quotients)


def _nested(value: Ratio, writer: _Writer) -> Iterator[Expression]:
    """Yield Horner's form of a polynomial."""
    coefficients = _coefficients(value)
    if coefficients is not None:
        yield reduce(lambda inner, c: inner * Symbol("x") + nodes.lift(c), reversed(coefficients), nodes.lift(0))


def _sum(terms: Iterable[Expression]) -> Expression:
    return reduce(lambda a, b: a + b, terms, nodes.lift(0))


def _atoms(polynomial: Polynomial) -> set[Atom]:
    return {atom for monomial in polynomial for atom, _ in monomial}


def _by_kinks(numerator: Polynomial) -> list[tuple[Monomial, Polynomial]]:
    """Return products of functions with kinks, and the coefficient of each."""
    parts: dict[Monomial, Polynomial] = {}
    for monomial, coefficient in numerator.items():
        kinked = tuple(pair for pair in monomial if pair[0][0] in KINKED)
        smooth = tuple(pair for pair in monomial if pair[0][0] not in KINKED)
        parts.setdefault(kinked, {})[smooth] = coefficient
    return list(parts.items())


def _coefficients(value: Ratio) -> list[Fraction] | None:
    """Return the coefficients of a polynomial in x, the constant first; None for other functions."""
    polynomial = value.polynomial()
    if polynomial is None or _atoms(polynomial) != {X}:
        return None
    degrees = {int(dict(monomial).get(X, 0)): coefficient for monomial, coefficient in polynomial.items()}
    return None if max(degrees) > MAX_DEGREE else [degrees.get(k, Fraction(0)) for k in range(max(degrees) + 1)]


def _completed(value: Ratio, writer: _Writer) -> Iterator[Expression]:
    """Yield a(x + b)² + c for a quadratic polynomial, a(x² + b)² + c for a biquadratic one."""
    coefficients = _coefficients(value) or []
    step = 1 if len(coefficients) == 3 else 2
    if len(coefficients) == 2 * step + 1 and not any(coefficients[k] for k in range(2 * step) if k % step):
        c, b, a = coefficients[::step]
        yield nodes.lift(a) * (Symbol("x") ** step + nodes.lift(b / (2 * a))) ** 2 + nodes.lift(c - b**2 / (4 * a))


def _square_in(atom: Atom) -> tuple[Fraction, Fraction] | None:
    """Return (a, b) of a square root of ax² + b; None for any other atom."""
    if atom[0] != "root" or atom[1] != 2:
        return None
    radicand: Polynomial = dict(atom[2])
    square: Monomial = ((X, Fraction(2)),)
    return (radicand[square], radicand.get((), Fraction(0))) if {square} <= set(radicand) <= {square, ()} else None


def _quotient(
    above: Polynomial, below: Polynomial, writer: _Writer, root: Atom | None = None, whole: bool = False
) -> Expression:
    """Return a quotient, its parts factored; with a ``root``, x² is written by the root's square.

    Factors that stand with one power are left ``whole``, or taken apart.
    """
    ring = _Ring(above, below, root)
    over, under = ring.polynomial(above), ring.polynomial(below)
    common = over.gcd(under)
    scale, factors = Fraction(1), list[tuple[Any, int]]()
    for polynomial, sign in ((over / common, 1), (under / common, -1)):
        content, found = polynomial.factor_squarefree() if whole else polynomial.factor()
        scale *= _fraction(content) ** sign
        factors += [(factor, sign * power) for factor, power in found]
    terms = [
        ({ring.monomial(e): _fraction(c) for e, c in factor.to_dict().items()}, power) for factor, power in factors
    ]
    sign = -1 if scale < 0 else 1
    # As few minus signs as can be: first of each factor, then of the whole.
    for place, (value, power) in enumerate(terms):
        minus = sum(coefficient < 0 for coefficient in value.values())
        if 2 * minus > len(value) or (2 * minus == len(value) and power % 2 and sign < 0):
            terms[place] = {monomial: -coefficient for monomial, coefficient in value.items()}, power
            sign = -sign if power % 2 else sign
    top, bottom = (
        reduce(
            lambda a, b: a * b,
            (writer.polynomial(each, side * power) for each, power in terms if side * power > 0),
            number,
        )
        for side, number in ((1, nodes.lift(abs(scale.numerator))), (-1, nodes.lift(scale.denominator)))
    )
    return -top / bottom if sign < 0 else top / bottom


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.numer()), int(value.denom()))


class _Ring:
    """Polynomials of flint in the atoms of two polynomials: whole exponents ≥ 0, by finer units and a common shift."""

    def __init__(self, above: Polynomial, below: Polynomial, root: Atom | None) -> None:
        exponents: dict[Atom, list[Fraction]] = {X: [], root: []} if root else {}
        for monomial in (*above, *below):
            for atom, exponent in monomial:
                exponents.setdefault(atom, []).append(exponent)
        self.atoms = sorted(exponents, key=repr)
        self.units = [lcm(*(each.denominator for each in exponents[atom])) for atom in self.atoms]
        self.lowest = [min(Fraction(0), *exponents[atom], Fraction(0)) for atom in self.atoms]
        highest = [max(Fraction(0), *exponents[atom], Fraction(0)) for atom in self.atoms]
        degrees = [(high - low) * unit for high, low, unit in zip(highest, self.lowest, self.units, strict=True)]
        if len(above) + len(below) > MAX_TERMS or len(self.atoms) > MAX_ATOMS or sum(degrees) > MAX_DEGREE:
            raise NoNormalForm("too large to be factored")
        self.context = fmpq_mpoly_ctx.get([f"a{k}" for k in range(len(self.atoms))], Ordering.lex)
        self.root = root

    def polynomial(self, value: Polynomial) -> fmpq_mpoly:
        """Return a polynomial, times the common shift."""
        terms = {}
        for monomial, coefficient in value.items():
            found = dict(monomial)
            pairs = zip(self.atoms, self.units, self.lowest, strict=True)
            exponents = tuple(int((found.get(atom, Fraction(0)) - low) * unit) for atom, unit, low in pairs)
            terms[exponents] = fmpq(coefficient.numerator, coefficient.denominator)
        given = self.context.from_dict(terms)
        return given if self.root is None else self._by_root(given, self.root)

    def _by_root(self, given: fmpq_mpoly, root: Atom) -> fmpq_mpoly:
        """Return a polynomial with (r² - b)/a for x²."""
        square = _square_in(root)
        assert square is not None
        a, b = (fmpq(each.numerator, each.denominator) for each in square)
        place, gens = self.atoms.index(X), self.context.gens()
        instead = (gens[self.atoms.index(root)] ** 2 - b) / a
        whole = self.context.from_dict({})
        for exponents, coefficient in given.to_dict().items():
            twice, left = divmod(exponents[place], 2)
            kept = (*exponents[:place], left, *exponents[place + 1 :])
            whole += self.context.from_dict({kept: coefficient}) * instead**twice
        return whole

    def monomial(self, exponents: tuple[int, ...]) -> Monomial:
        """Return a product of powers of atoms; the shift has gone, as a common factor."""
        pairs = zip(self.atoms, self.units, exponents, strict=True)
        return tuple((atom, Fraction(int(exponent), unit)) for atom, unit, exponent in pairs if exponent)


class _Writer:
    """Polynomials in atoms as expressions."""

    def __init__(self, names: Mapping[Atom, Expression]) -> None:
        self.names = names

    def polynomial(self, value: Polynomial, power: int = 1) -> Expression:
        """Return a power of a sum, terms with a minus sign last."""
        if len(value) == 1:
            ((monomial, coefficient),) = value.items()
            raised = tuple((atom, exponent * power) for atom, exponent in monomial)
            return nodes.lift(coefficient**power) * self.monomial(raised)
        terms = sorted(value.items(), key=lambda term: (term[1] < 0, -sum(e for _, e in term[0]), repr(term[0])))
        whole = nodes.lift(0)
        for monomial, coefficient in terms:
            size = nodes.lift(abs(coefficient)) * self.monomial(monomial)
            whole = whole + size if coefficient > 0 else whole - size
        return whole if power == 1 else whole**power

    def monomial(self, value: Monomial) -> Expression:
        """Return a product, with one exponential."""
        exponent: Polynomial = {}
        factors = list[Expression]()
        for atom, power in value:
            if atom[0] == "exponential":
                exponent[atom[1]] = exponent.get(atom[1], Fraction(0)) + power
            else:
                factors.append(self._atom(atom) if power == 1 else self._atom(atom) ** power)
        factors.sort(key=lambda factor: not isinstance(factor, Symbol))
        if exponent:
            factors.append(Apply("exp", (self.polynomial(exponent),)))
        return reduce(lambda a, b: a * b, factors, nodes.lift(1))

    def _atom(self, atom: Atom) -> Expression:
        if atom in self.names:
            return self.names[atom]
        if atom[0] == "variable":
            return Apply("pi", ()) if atom[1] == "pi" else Symbol(atom[1])
        if atom[0] == "root":
            radicand = self.polynomial(dict(atom[2]))
            return Apply("sqrt", (radicand,)) if atom[1] == 2 else radicand ** Fraction(1, atom[1])
        name, (above, below) = atom
        argument = self.polynomial(dict(above)) / self.polynomial(dict(below))
        kind, _, number = name.partition(" ")
        if number:
            return argument ** (1 / Fraction(number) if kind == "root" else Fraction(number))
        return Apply(name, (argument,))
