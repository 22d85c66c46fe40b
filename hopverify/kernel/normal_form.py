"""Normal forms of numbers: polynomials in atoms, with rational coefficients and rational exponents.

An atom is a variable, π, a prime, e^m for a product m of atoms, a function of a polynomial, or a *base*: a polynomial u
that something is divided by, or of which a root is taken. Atoms have relations, by which exponents are lowered:

    prime^1 = the number     base^1 = its polynomial     cos^2 = 1 - sin^2     step^2 = step

What is said of normal forms holds point by point, off kinks: where all parts of a term have values, its normal form has
the same value; u ≥ 0 where a root of u has one, and u ≠ 0 where 1/u has. So terms with one normal form are equal
wherever both have values. Different normal forms say nothing, since atoms may have more relations than these.

>>> forms = Forms()
>>> x = forms.variable("x")
>>> y = forms.add(x, forms.number(1))
>>> forms.same(forms.quotient(forms.product(y, x), y), x)
True
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from math import floor

from hopverify.kernel.numbers import need

MAX_PRODUCTS, MAX_EXPONENT, MAX_BITS = 20_000, 1000, 100_000

Monomial = tuple[tuple[int, Fraction], ...]
"""Atoms by their numbers, ascending, with exponents that are not 0."""
Form = dict[Monomial, Fraction]
"""Coefficients that are not 0."""


def joined(a: Monomial, b: Monomial) -> Monomial:
    """Return the product of two monomials."""
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = exponents.get(atom, Fraction(0)) + exponent
    return tuple(sorted((atom, exponent) for atom, exponent in exponents.items() if exponent))


def raised(monomial: Monomial, exponent: Fraction | int) -> Monomial:
    """Return a power of a monomial."""
    return tuple((atom, each * exponent) for atom, each in monomial) if exponent else ()


def lowest(u: Form) -> Monomial:
    """Return the largest monomial that divides all terms; its exponents may be negative."""
    powers = [dict(monomial) for monomial in u]
    least = {atom: min(each.get(atom, Fraction(0)) for each in powers) for each in powers for atom in each}
    return tuple(sorted((atom, exponent) for atom, exponent in least.items() if exponent))


def divided(u: Form, monomial: Monomial, coefficient: Fraction) -> Form:
    """Return a form divided by one term that divides all of its terms."""
    inverse = raised(monomial, -1)
    return {joined(each, inverse): value / coefficient for each, value in u.items()}


class Forms:
    """The atoms of terms that are compared, and arithmetic with them.

    ``moving`` are the atoms that differ from coordinate to coordinate of a vector (:mod:`hopverify.kernel.identity`),
    ``positive`` those that are > 0 by what they are.
    """

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self.exponentials: dict[int, Monomial] = {}
        self.relations: dict[int, tuple[int, Form]] = {}
        self.positive: set[int] = set()
        self.moving: set[int] = set()
        self.products = 0

    # ------------------------------------------------------------------------------------------------------- atoms

    def atom(self, key: Hashable, moves: bool = False) -> int:
        """Return the number of an atom."""
        found = self.numbers.setdefault(key, len(self.numbers))
        if moves:
            self.moving.add(found)
        return found

    def base(self, u: Form) -> int:
        """Return the atom whose first power is a form."""
        atom = self.atom(("base", frozenset(u.items())), self.moves(u))
        self.relations[atom] = (1, u)
        return atom

    def number(self, value: Fraction | int) -> Form:
        """Return a rational."""
        return {(): Fraction(value)} if value else {}

    def of_atom(self, atom: int) -> Form:
        """Return an atom as a form."""
        return {((atom, Fraction(1)),): Fraction(1)}

    def variable(self, key: Hashable, moves: bool = False) -> Form:
        """Return an atom by its key."""
        return self.of_atom(self.atom(key, moves))

    def opaque(self, name: Hashable, u: Form) -> Form:
        """Return a function of which nothing is known but its argument."""
        return self.variable((name, frozenset(u.items())), self.moves(u))

    def moves(self, u: Form) -> bool:
        """Return whether a form differs from coordinate to coordinate."""
        return any(atom in self.moving for monomial in u for atom, _ in monomial)

    # -------------------------------------------------------------------------------------------------- arithmetic

    def add(self, u: Form, v: Form) -> Form:
        """Return u + v."""
        total = dict(u)
        for monomial, coefficient in v.items():
            total[monomial] = total.get(monomial, Fraction(0)) + coefficient
        return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}

    def scale(self, u: Form, factor: Fraction | int) -> Form:
        """Return a rational multiple."""
        return {monomial: coefficient * factor for monomial, coefficient in u.items()} if factor else {}

    def subtract(self, u: Form, v: Form) -> Form:
        """Return u - v."""
        return self.add(u, self.scale(v, -1))

    def product(self, u: Form, v: Form) -> Form:
        """Return u·v."""
        self.products += len(u) * len(v)
        need(self.products <= MAX_PRODUCTS, "identity", f"normal forms take more than {MAX_PRODUCTS} products")
        total: Form = {}
        for left, x in u.items():
            for right, y in v.items():
                for monomial, z in self._reduced(joined(left, right)).items():
                    total[monomial] = total.get(monomial, Fraction(0)) + x * y * z
        return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}

    def _reduced(self, monomial: Monomial) -> Form:
        """Return a monomial after the relations of its atoms. Negative powers are left, but those of primes."""
        for atom, exponent in monomial:
            degree, u = self.relations.get(atom, (0, {}))
            if degree and (exponent >= degree or (exponent < 0 and set(u) == {()})):
                whole = floor(exponent / degree)
                rest = joined(monomial, ((atom, Fraction(-whole * degree)),))
                return self.product({rest: Fraction(1)}, u if whole == 1 else self.power(u, whole))
        return {monomial: Fraction(1)}

    def quotient(self, u: Form, v: Form) -> Form:
        """Return u/v: of several terms, what they do not share becomes a base."""
        need(bool(v), "identity", "a division by 0")
        shared, scale = lowest(v), v[min(v)]
        rest = divided(v, shared, scale)
        inverse = raised(shared, -1)
        if len(rest) > 1:
            inverse = joined(inverse, ((self.base(rest), Fraction(-1)),))
        return self.product(u, {inverse: 1 / scale})

    def power(self, u: Form, exponent: int) -> Form:
        """Return u^n by squaring."""
        need(abs(exponent) <= MAX_EXPONENT, "identity", f"exponents are at most {MAX_EXPONENT}")
        if exponent < 0:
            return self.power(self.quotient(self.number(1), u), -exponent)
        if len(u) == 1:
            ((monomial, coefficient),) = u.items()
            bits = max(coefficient.numerator.bit_length(), coefficient.denominator.bit_length())
            need(bits * exponent <= MAX_BITS, "identity", f"numbers have at most {MAX_BITS} bits")
            return self.scale(self._reduced(raised(monomial, exponent)), coefficient**exponent)
        result = self.number(1)
        for bit in f"{exponent:b}":
            result = self.product(result, result)
            result = self.product(result, u) if bit == "1" else result
        return result

    def same(self, u: Form, v: Form) -> bool:
        """Return whether two forms are one, after their relations."""
        rest = self.subtract(u, v)
        while missing := self._missing(rest):
            rest = self.product(rest, {missing: Fraction(1)})
        return not rest

    def _missing(self, u: Form) -> Monomial:
        """Return the power of the newest atom with a relation by which no power of it is negative; () if none is.

        The relation brings in none but older atoms, so that the last one comes to an end.
        """
        negative = [pair for monomial in u for pair in monomial if pair[0] in self.relations and pair[1] < 0]
        newest = max((atom for atom, _ in negative), default=None)
        powers = [floor(exponent) for atom, exponent in negative if atom == newest]
        return () if newest is None else ((newest, Fraction(-min(powers))),)
