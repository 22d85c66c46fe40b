"""Composition: what the structure of a term tells of it as a function of a variable, from the bottom up.

What is told stands in :mod:`~hopverify.kernel.known`: ranges, regularity, curvature, growth; each has its rules in a
file of that name. Of a vector or matrix each entry has the property. What the rules do not see is not told.
docs/claims.md has the rules in words.

The derivative of |x| - log(1 + |x|) is x/(1 + |x|), but its parts sign(x) and sign(x)/(1 + |x|) jump. ``extended`` asks
for the continuous extension of a term that exists almost everywhere, as the gradient of a locally Lipschitz function
does: a function f(u) of one number, entry by entry, is locally Lipschitz if f is so on each closed cell between its
kinks, and has one value where two cells meet.

>>> from hopverify.kernel import language
>>> term = language.read(["divide", ["logsumexp", ["multiply", "4", ["state"]]], "4"], "")
>>> found = judge(term, {("state", ""): (3,)})
>>> found.convex, found.lipschitz, found.analytic, found.strict
(True, True, True, False)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from hopverify.kernel import language, terms
from hopverify.kernel import ranges as of_ranges
from hopverify.kernel.cells import Cell, cells
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.curvature import bent
from hopverify.kernel.derive import ONE, apply
from hopverify.kernel.growth import degree_of, shift_of
from hopverify.kernel.identity import same
from hopverify.kernel.intervals import ANY, Range, between, exactly
from hopverify.kernel.known import ALIKE, Known, constant
from hopverify.kernel.language import ELEMENTWISE
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.properties import JUMPING
from hopverify.kernel.regularity import regularity
from hopverify.kernel.terms import STATE, Apply, Number, Place, Shape, Term, Variable


def judge(
    term: Term, places: Mapping[Place, Shape], given: Mapping[Place, Range] | None = None, extended: bool = False
) -> Known:
    """Return what is known of a term; arrays are constants, every other place is a variable.

    ``places`` has the shapes, ``given`` the ranges of variables and arrays that are known.
    """
    given = given or {}
    shapes = language.shapes(term, places, "composition")
    known: dict[int, Known] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = constant(exactly(node.value))
        elif not isinstance(node, Variable):
            arguments = [known[id(each)] for each in node.arguments]
            found = _applied(node, arguments, [shapes[id(each)] for each in node.arguments])
            if extended and not found.lipschitz and node.function in _ENTRYWISE and _joins(node, known):
                found = replace(found, lipschitz=True)
            known[id(node)] = found
        elif node.place[0] == "array":
            known[id(node)] = constant(given.get(node.place, ANY))
        else:
            own = given.get(node.place, ANY)
            known[id(node)] = Known(own, convex=True, concave=True, injective=True, degree=1, shift=ALIKE)
    return known[id(term)]


_OF_SHAPE = ("ones", "unit", "size")
"""Functions of an argument's shape alone."""


def _applied(node: Apply, given: list[Known], shapes: list[Shape]) -> Known:
    own = of_ranges.of_function(node, [each.range for each in given], shapes)
    lipschitz, analytic = regularity(node, given)
    lipschitz = lipschitz and all(each.lipschitz for each in given)
    analytic = analytic and all(each.analytic for each in given)
    if node.function in _OF_SHAPE or not any(each.moving for each in given):
        return constant(own, lipschitz, analytic)
    found = bent(node, given)
    degree, shift = degree_of(node, given), shift_of(node, given, shapes)
    return replace(found, range=own, lipschitz=lipschitz, analytic=analytic, degree=degree, shift=shift)


# -------------------------------------------------------------------------------------------------------------- joints

_ENTRYWISE = (*ELEMENTWISE, "add", "subtract", "multiply", "divide", "max", "min", "power")


def _joins(node: Apply, known: Mapping[int, Known]) -> bool:
    """Whether a node is f(u), entry by entry, with a locally Lipschitz u and an f whose pieces join.

    It may also be a product of f(u) with what is locally Lipschitz. Signs and factors that are numbers do not matter.
    """
    jumping, leaves = _jumping(node), list[Term]()
    _in_one_number(jumping or node, leaves, None)
    candidates = leaves[:1] if jumping is None else [*leaves[:1], jumping]
    return any(known[id(u)].lipschitz and _joins_in(node, u, known) for u in candidates)


def _joins_in(node: Apply, u: Term, known: Mapping[int, Known]) -> bool:
    f: Term = ONE
    for factor in _factors(node):
        arguments: list[Term] = []
        own = _in_one_number(factor, arguments, u)
        if all(each == u for each in arguments):
            f = apply("multiply", f, own)
        elif factor is node or not known[id(factor)].lipschitz:
            return False
    try:
        return pieces_join(f)
    except Rejected:
        return False


def _factors(node: Term) -> Iterator[Term]:
    """Yield the factors of a product, but for its sign and divisors that are numbers."""
    if not isinstance(node, Apply):
        yield node
    elif node.function == "multiply":
        for each in node.arguments:
            yield from _factors(each)
    elif node.function == "negate" or (node.function == "divide" and _is_divisor(node.arguments[1])):
        yield from _factors(node.arguments[0])
    else:
        yield node


def _is_divisor(term: Term) -> bool:
    return isinstance(term, Number) and term.value != 0


def _jumping(node: Term) -> Term | None:
    """Return the argument of the first function that jumps, among what the node is entry by entry."""
    if not isinstance(node, Apply) or node.function not in _ENTRYWISE:
        return None
    if node.function in JUMPING:
        return node.arguments[0]
    return next((found for found in map(_jumping, node.arguments) if found is not None), None)


def _in_one_number(node: Term, arguments: list[Term], u: Term | None) -> Term:
    """Return a term with ["state"] in the place of what it is a function of, entry by entry, and gather that."""
    if isinstance(node, Apply) and node.function in _ENTRYWISE and node != u:
        return Apply(node.function, tuple(_in_one_number(each, arguments, u) for each in node.arguments))
    if isinstance(node, Apply) and node.function == "ones":
        return ONE
    if isinstance(node, Number):
        return node
    arguments.append(node)
    return Variable(STATE)


def pieces_join(f: Term) -> bool:
    """Whether a function of one number is locally Lipschitz on each closed cell, and has one value where two meet."""
    found = cells(f)
    return all(map(_is_regular, found)) and all(_meet(left, right) for left, right in pairwise(found))


def _is_regular(cell: Cell) -> bool:
    return judge(cell.terms[0], {STATE: ()}, {STATE: between(cell.low, cell.high, inside=False)}).lipschitz


def _meet(left: Cell, right: Cell) -> bool:
    """Whether two neighbours have one value at their common end."""
    assert right.low is not None
    before, after = (terms.substituted(cell.terms[0], {STATE: Number(right.low)}) for cell in (left, right))
    return same(before, after, {}, {})


# ------------------------------------------------------------------------------------------------------ terms of a core


def of_state(core: Core, layer: Layer, term: Term, on: Range = ANY, extended: bool = False) -> Known:
    """Return what is known of a term in the state of a layer, or of one neuron in a range."""
    return _in_core(core, term, core.places_of(layer), {STATE: on}, extended)


def of_activations(core: Core, term: Term, extended: bool = False) -> Known:
    """Return what is known of a term in the activations."""
    return _in_core(core, term, core.places, {}, extended)


def _in_core(
    core: Core, term: Term, places: Mapping[Place, Shape], given: Mapping[Place, Range], extended: bool
) -> Known:
    used = terms.arrays(term) & core.arrays.keys()
    arrays: dict[Place, Range] = {("array", name): of_ranges.of_array(core.arrays[name]) for name in used}
    return judge(term, places, {**arrays, **given}, extended)
