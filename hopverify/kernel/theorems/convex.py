"""The Lagrangian is convex: by composition, by its second derivative between kinks, or by its constant Hessian."""

from fractions import Fraction
from itertools import pairwise

from hopverify.kernel import derive
from hopverify.kernel.cells import Cell, cells
from hopverify.kernel.composition import of_state
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.exact import exact
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.identity import same
from hopverify.kernel.intervals import between
from hopverify.kernel.json_values import listed
from hopverify.kernel.known import Known
from hopverify.kernel.language import read, shape
from hopverify.kernel.network import slope
from hopverify.kernel.numbers import rational
from hopverify.kernel.semidefinite import is_semidefinite
from hopverify.kernel.terms import STATE, Number, Term, Variable, substituted

MAX_CUTS, MAX_SIZE = 10_000, 60
_FORMS = ("rewritten", "third")


def by_composition(case: Case) -> Fact:
    """L is, by composition, defined everywhere and locally Lipschitz, and convex."""
    case.keys()
    _, known = potential(case)
    case.need(known.convex, "composition does not show that the Lagrangian is convex")
    return Fact(case.core, case.claim)


def by_slope(case: Case) -> Fact:
    """Of one neuron: L is locally Lipschitz by composition, and on each cell L' is so, too, up to the cell's ends.

    On each of the intervals into which the kinks of L' and the proof's cuts split the line, the range of L'' is ≥ 0;
    at each kink L' does not fall. The proof may have another form of L'', which is the same function on each cell.
    Where the core states no L, it is the integral of g, which is locally Lipschitz by composition, and L' is g.
    """
    case.keys(optional=("cuts", "rewritten"))
    layer = case.layer
    if layer.L is None and layer.g is not None:
        lipschitz = of_state(case.core, layer, layer.g).lipschitz
        case.need(lipschitz, "composition does not show that the activation is locally Lipschitz")
        _check_slope(case, layer.g)
    else:
        _check_slope(case, slope(case.core, layer, potential(case)[0]))
    return Fact(case.core, case.claim)


def weakly_by_slope(case: Case) -> Fact:
    """The same of L + ½μx², with the modulus μ, or by a form of the third derivative that has one sign: then L'' is
    least at an end.
    """
    case.keys(optional=("cuts", "rewritten", "third"))
    modulus = rational(case.claim["modulus"], f"{case.where}.modulus")
    square = derive.apply("multiply", Number(modulus / 2), derive.apply("power", Variable(STATE), Number(Fraction(2))))
    _check_slope(case, slope(case.core, case.layer, derive.apply("add", potential(case)[0], square)))
    return Fact(case.core, case.claim)


def _check_slope(case: Case, first: Term) -> None:
    """Refuse a function of one neuron's state unless it is convex; its derivative is given."""
    case.need(case.layer.elementwise, "the layer acts as a whole")
    cuts = _cuts(case)
    forms = [read(case.proof[key], case.where) if key in case.proof else Number(Fraction(0)) for key in _FORMS]
    found = cells(first, *forms)
    for cell in found:
        closed = between(cell.low, cell.high, inside=False)
        regular = of_state(case.core, case.layer, cell.terms[0], closed).lipschitz
        case.need(regular, f"from {cell.low} to {cell.high} composition does not show that L' is locally Lipschitz")
        _check_second(case, cell, cuts)
    for left, right in pairwise(found):
        case.need(_rises(case, left, right), f"at {right.low} L' is not shown to rise")


def by_quadratic(case: Case) -> Fact:
    """L is a polynomial of degree ≤ 2, of at most 60 neurons; its constant Hessian is ⪰ 0 in rational arithmetic."""
    case.keys()
    layer = case.layer
    case.need(not layer.elementwise and layer.size <= MAX_SIZE, f"expected a layer as a whole, of at most {MAX_SIZE}")
    L, known = potential(case)
    quadratic = known.degree is not None and known.degree <= 2
    case.need(quadratic, "the Lagrangian is not, by its structure, of degree at most 2")
    first = slope(case.core, case.layer, L)
    points = [[Fraction(int(i == j)) for i in range(layer.size)] for j in range(-1, layer.size)]
    origin, *columns = (exact(case.core, first, x) for x in points)
    H = [[a - b for a, b in zip(column, origin, strict=True)] for column in columns]
    case.need(is_semidefinite(H), "the Hessian is not positive semidefinite")
    return Fact(case.core, case.claim)


def potential(case: Case) -> tuple[Term, Known]:
    """Return L, which has to be defined everywhere and locally Lipschitz by composition, and what is known of it."""
    L = case.layer.L
    case.need(L is not None, "the layer has no Lagrangian")
    assert L is not None
    known = of_state(case.core, case.layer, L)
    case.need(known.lipschitz, "composition does not show that L is defined everywhere and locally Lipschitz")
    return L, known


def _cuts(case: Case) -> list[Fraction]:
    cuts = [rational(each, case.where) for each in listed(case.proof.get("cuts", []), case.where)]
    case.need(len(cuts) <= MAX_CUTS and all(a < b for a, b in pairwise(cuts)), f"at most {MAX_CUTS} cuts, ascending")
    return cuts


def _check_second(case: Case, cell: Cell, cuts: list[Fraction]) -> None:
    """Refuse a cell on which L'' is not shown to be ≥ 0 between some neighbouring cuts."""
    second, third = slope(case.core, case.layer, cell.terms[0]), None
    if "rewritten" in case.proof:
        second = _same(case, cell, second, cell.terms[1])
    if "third" in case.proof:
        third = _same(case, cell, slope(case.core, case.layer, second), cell.terms[2])
    ends: list[Fraction | None] = [cell.low, *(cut for cut in cuts if cell.holds(cut)), cell.high]
    for low, high in pairwise(ends):
        on = between(low, high)
        shown = of_state(case.core, case.layer, second, on).range.nonnegative
        if not shown and third is not None:
            bent = of_state(case.core, case.layer, third, on).range
            least = high if bent.nonpositive else low if bent.nonnegative else None
            at = None if least is None else between(least, least, inside=False)
            shown = at is not None and of_state(case.core, case.layer, second, at).range.nonnegative
        case.need(shown, f"between {low} and {high} L'' is not shown to be ≥ 0")


def _same(case: Case, cell: Cell, term: Term, form: Term) -> Term:
    """Return another form of a term, which has to be the same function on the cell, and defined everywhere on it."""
    places = case.core.places_of(case.layer)
    identical = shape(form, places, case.where) == () and same(term, form, places, case.core.arrays)
    case.need(identical, f"from {cell.low} to {cell.high} the other form is not shown to be L'', or its derivative")
    regular = of_state(case.core, case.layer, form, between(cell.low, cell.high)).lipschitz
    case.need(regular, "the other form is not defined everywhere")
    return form


def _rises(case: Case, left: Cell, right: Cell) -> bool:
    """Whether L' has no higher value on the left of a kink than on its right."""
    assert right.low is not None
    before, after = (substituted(cell.terms[0], {STATE: Number(right.low)}) for cell in (left, right))
    if same(before, after, case.core.places, case.core.arrays):
        return True
    low, high = (evaluate(term, arrays_of(case.core, term)) for term in (before, after))
    return bool(low < high)
