"""Energies that are sums of functions of one activation each, and parabolas below such functions (T10).

S is Σ c·f(γ_i), as a tree of sums, of multiples by numbers, of `sum` and `dot` of functions of one layer's entries, and
of functions of single entries. On each cell between kinks f is a polynomial p, and other summands, each at least a
number, or at most a|x| + c in absolute value. Then f(x) - f(0) ≥ κx²/2 - k, where a polynomial has no root.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, fmpq_poly

from hopverify.kernel import terms
from hopverify.kernel.cells import Cell, halves, polynomial
from hopverify.kernel.composition import judge
from hopverify.kernel.derive import apply, gradient, number
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, exact, exactly
from hopverify.kernel.intervals import between
from hopverify.kernel.language import BESIDE, ELEMENTWISE
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.sums import summands
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable

Place = tuple[str, int | None]
"""A layer, and one of its neurons, or None for each of them."""


def functions_of(S: Term) -> dict[Place, Term]:
    """Return the functions f in ["state"] that S is the sum of, without its constants; refuse another S."""
    found: dict[Place, Term] = {}
    for factor, term in summands(S):
        place, f = _function(term)
        if place is not None:
            own = apply("multiply", number(factor), f)
            found[place] = apply("add", found[place], own) if place in found else own
    return found


def _function(term: Term) -> tuple[Place | None, Term]:
    """Return the f of `sum` f(γ), of `dot` of two such, or of a function of one entry; no place for a constant."""
    whole = isinstance(term, Apply) and term.function in ("sum", "dot")
    if whole and isinstance(term, Apply):
        term = term.arguments[0] if term.function == "sum" else Apply("multiply", term.arguments)
    places: set[Place] = set()
    f = _in_one_entry(term, places, whole)
    need(len(places) <= 1, "synapse", "S is not a sum of functions of one activation each")
    return next(iter(places), None), f


def _in_one_entry(term: Term, places: set[Place], whole: bool) -> Term:
    """Return a term with ["state"] in the place of entries of activations, which are gathered."""
    if isinstance(term, Number):
        return term
    if whole and isinstance(term, Variable) and term.place[0] == "activation":
        places.add((term.place[1], None))
        return Variable(STATE)
    if not whole and isinstance(term, Apply) and term.function == "index":
        held = term.arguments[0]
        need(isinstance(held, Variable) and held.place[0] == "activation", "synapse", "an entry of no activation")
        assert isinstance(held, Variable)
        places.add((held.place[1], int(terms.constant(term.arguments[1]))))
        return Variable(STATE)
    plain = isinstance(term, Apply) and term.function in (*ELEMENTWISE, *BESIDE, "power")
    need(plain, "synapse", "S is not a sum of functions of one activation each")
    assert isinstance(term, Apply)
    return Apply(term.function, tuple(_in_one_entry(each, places, whole) for each in term.arguments))


def lies_above(f: Term, curvature: Fraction, depth: Fraction) -> bool:
    """Whether f(x) - f(0) ≥ κx²/2 - k for all numbers x, for an f that is continuous."""
    start = evaluate(f, {STATE: arb(0)})
    if not start.is_finite():
        return False
    above = fmpq_poly([exactly(depth - exact(start.upper())), 0, exactly(-curvature / 2)])
    return all(_is_above(cell, above) for cell in halves(f))


def _is_above(cell: Cell, total: fmpq_poly) -> bool:
    """Whether the term of a cell and a polynomial are together > 0 on the cell, its ends included."""
    for factor, term in summands(cell.terms[0]):
        try:
            total += polynomial(term) * exactly(factor)
        except Rejected:
            below = _line_below(apply("multiply", number(factor), term), cell)
            if below is None:
                return False
            total += fmpq_poly([exactly(-below[1]), exactly(-cell.side * below[0])])
    return _is_positive(total, cell)


def _line_below(u: Term, cell: Cell) -> tuple[Fraction, Fraction] | None:
    """Return a and c with u ≥ -a|x| - c on a cell: by the range of u, or by that of its slope from the end near 0."""
    on = {STATE: between(cell.low, cell.high, inside=False)}
    known = judge(u, {STATE: ()}, on)
    low = known.range.low[0]
    if low.is_finite():
        return Fraction(0), exact((-low).upper())
    steep = judge(gradient(u, STATE, {STATE: ()}), {STATE: ()}, on).range.size
    if not (known.lipschitz and steep.is_finite()):
        return None
    start = evaluate(u, {STATE: ball(cell.near)})
    return (exact(steep.upper()), exact((-start).upper())) if start.is_finite() else None


def _is_positive(q: fmpq_poly, cell: Cell) -> bool:
    """Whether a polynomial is > 0 on a closed cell: it has no root there, and is > 0 inside."""
    if not q(exactly(cell.inside)) > 0:
        return False
    roots: Any = q.numer().complex_roots() if q.degree() > 0 else ()
    return all(
        root.imag != 0
        or (cell.low is not None and root.real < ball(cell.low))
        or (cell.high is not None and root.real > ball(cell.high))
        for root, _ in roots
    )
