"""Cells: the line cut at the kinks of terms in ["state"], and on each open cell what the terms are there.

relu, abs, sign, step, kink, max and min change their form where their argument, or the difference of their two, changes
its sign. Such an argument has to be a polynomial with rational coefficients, all of whose real roots are rational; the
roots are the kinks. Within a cell it has one sign, and each of these functions is one of its arguments, or a number.

>>> from hopverify.kernel import language
>>> for cell in cells(language.read(["relu", ["subtract", ["state"], "1"]], "")):
...     print(cell.low, cell.high, *map(language.write, cell.terms))
None 1 0
1 None ['subtract', ['state'], '1']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_poly

from hopverify.kernel import terms
from hopverify.kernel.derive import ZERO, apply, number
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import Apply, Number, Term, Variable

MAX_CELLS, MAX_DEGREE = 200, 64


@dataclass(frozen=True)
class Cell:
    """The open interval (low, high), None where it has no end, and the terms as they are on it, without kinks."""

    low: Fraction | None
    high: Fraction | None
    terms: tuple[Term, ...]

    @property
    def inside(self) -> Fraction:
        """A point of the cell."""
        if self.low is None or self.high is None:
            return self.low + 1 if self.low is not None else self.high - 1 if self.high is not None else Fraction(0)
        return (self.low + self.high) / 2

    @property
    def side(self) -> int:
        """The sign of all points, of a cell that does not have 0 inside."""
        return 1 if self.inside > 0 else -1

    @property
    def near(self) -> Fraction:
        """The end near to 0, of a cell that does not have 0 inside."""
        end = self.low if self.side > 0 else self.high
        assert end is not None
        return end

    @property
    def far(self) -> Fraction | None:
        """The other end."""
        return self.high if self.side > 0 else self.low

    def holds(self, x: Fraction) -> bool:
        """Return whether a point lies in the cell."""
        return (self.low is None or self.low < x) and (self.high is None or x < self.high)


def cells(*of: Term) -> tuple[Cell, ...]:
    """Return the cells between the kinks of all terms, from left to right."""
    found: list[Cell] = []
    pending = [Cell(None, None, of)]
    while pending:
        need(len(found) + len(pending) <= MAX_CELLS, "cells", f"there are more than {MAX_CELLS} cells")
        cell = pending.pop()
        resolved = _resolved(cell)
        if isinstance(resolved, Cell):
            found.append(resolved)
        else:
            ends = [cell.low, *resolved, cell.high]
            pending += [Cell(low, high, of) for low, high in pairwise(ends)][::-1]
    return tuple(found)


def cells_or_line(*of: Term) -> tuple[Cell, ...]:
    """Return the cells, or, where kinks cannot be located, the line as the one cell, with the terms as they are."""
    try:
        return cells(*of)
    except Rejected:
        return (Cell(None, None, of),)


def halves(term: Term) -> Iterator[Cell]:
    """Yield the cells of a term, or of the line; one that has 0 inside is two."""
    for cell in cells_or_line(term):
        if cell.holds(Fraction(0)):
            yield Cell(cell.low, Fraction(0), cell.terms)
            yield Cell(Fraction(0), cell.high, cell.terms)
        else:
            yield cell


def _resolved(cell: Cell) -> Cell | list[Fraction]:
    """Return the cell with its terms as they are on it, or kinks inside it."""
    known: dict[int, Term | None] = {}
    kinks: set[Fraction] = set()
    for node in (node for term in cell.terms for node in terms.walk(term)):
        known[id(node)] = node
        if not isinstance(node, Apply) or not node.arguments:
            continue
        arguments = tuple(each for each in (known[id(each)] for each in node.arguments) if each is not None)
        if len(arguments) < len(node.arguments):
            known[id(node)] = None
        elif node.function not in _ON_ONE_SIDE:
            known[id(node)] = apply(node.function, *arguments)
        else:
            u = polynomial(apply("subtract", *arguments) if len(arguments) == 2 else arguments[0])
            inside = [root for root in roots(u) if cell.holds(root)]
            kinks.update(inside)
            known[id(node)] = None if inside else _on_one_side(node.function, arguments, u, cell)
    resolved = [known[id(term)] for term in cell.terms]
    return sorted(kinks) or Cell(cell.low, cell.high, tuple(each for each in resolved if each is not None))


def _on_one_side(name: str, arguments: tuple[Term, ...], u: fmpq_poly, cell: Cell) -> Term:
    sample = cell.inside
    value = u(fmpq(sample.numerator, sample.denominator))
    need(value != 0 or name not in ("sign", "step", "kink"), "cells", f"{name} of 0 has no single value")
    return _ON_ONE_SIDE[name](value > 0, arguments)


_ON_ONE_SIDE: Mapping[str, Callable[[bool, tuple[Term, ...]], Term]] = {
    "relu": lambda positive, u: u[0] if positive else ZERO,
    "abs": lambda positive, u: u[0] if positive else apply("negate", u[0]),
    "sign": lambda positive, u: number(1 if positive else -1),
    "step": lambda positive, u: number(1 if positive else 0),
    "kink": lambda positive, u: ZERO,
    "max": lambda positive, u: u[0] if positive else u[1],
    "min": lambda positive, u: u[1] if positive else u[0],
}
"""What the functions with kinks are where their argument, or the first less the second, is > 0, or < 0."""


def polynomial(term: Term) -> fmpq_poly:
    """Return a term in ["state"] as a polynomial with rational coefficients, or refuse it."""
    if isinstance(term, Number):
        return fmpq_poly([fmpq(term.value.numerator, term.value.denominator)])
    if isinstance(term, Variable):
        need(term.place == ("state", ""), "cells", "the argument of a function with a kink has an array in it")
        return fmpq_poly([0, 1])
    name, (first, *rest) = term.function, term.arguments or (ZERO,)
    if name == "negate":
        return -polynomial(first)
    if name == "power":
        return _power(polynomial(first), terms.constant(rest[0]))
    need(name in ("add", "subtract", "multiply", "divide"), "cells", f"the argument of a kink is a {name}")
    u, v = polynomial(first), polynomial(rest[0])
    need(u.degree() + v.degree() <= MAX_DEGREE, "cells", f"polynomials have degree at most {MAX_DEGREE}")
    if name == "divide":
        need(v.degree() == 0, "cells", "the argument of a kink is a quotient")
        return u * (1 / v[0])
    return u + v if name == "add" else u - v if name == "subtract" else u * v


def line(term: Term) -> tuple[Fraction, Fraction] | None:
    """Return α and β of a term αx + β with rational numbers, None for others."""
    try:
        u = polynomial(term)
    except Rejected:
        return None
    rate, constant = (Fraction(int(u[k].p), int(u[k].q)) for k in (1, 0))
    return (rate, constant) if u.degree() <= 1 else None


def _power(u: fmpq_poly, exponent: Fraction) -> fmpq_poly:
    whole = exponent.denominator == 1 and 0 <= exponent <= MAX_DEGREE
    need(whole and u.degree() * exponent <= MAX_DEGREE, "cells", f"polynomials have degree at most {MAX_DEGREE}")
    return u ** int(exponent)


def roots(u: fmpq_poly) -> list[Fraction]:
    """Return the real roots of a polynomial, none of 0; refuse it where one of them is not rational."""
    found: list[Fraction] = []
    for factor, _ in u.numer().factor()[1] if u.degree() > 0 else ():
        others: Any = factor.complex_roots() if factor.degree() > 1 else ()
        if factor.degree() == 1:
            found.append(Fraction(-int(factor[0]), int(factor[1])))
        need(all(root.imag != 0 for root, _ in others), "cells", "a kink lies at an irrational place")
    return sorted(found)
