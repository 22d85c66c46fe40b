"""Identity: two terms are the same function, wherever both have values.

Terms of one neuron are compared on each cell between their kinks. Terms with vectors are compared in all coordinates at
once: the form of a vector is that of its entry i, for whatever i, in atoms that move with i (x_i, entries of arrays,
functions of them) and atoms that do not (numbers, and sums over all i). Sums and matrices are linear: what does not
move is taken out of them. A matrix known exactly is named by its entries, so that A = Bᵀ of two arrays, and W = Wᵀ, are
seen; one known up to a spread is named by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache, partial

from hopverify.kernel import language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.cells import cells
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.definitions import expanded
from hopverify.kernel.derive import gradient
from hopverify.kernel.normal_form import Form, Forms, Monomial
from hopverify.kernel.normal_functions import OF_NUMBERS, pi, root
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import STATE, Apply, Number, Place, Shape, Term, Variable


def same_gradient(core: Core, layer: Layer, L: Term, g: Term) -> bool:
    """Return whether ∇L and g are the same function of a layer's state, on each cell if of one neuron's."""
    places = core.places_of(layer)
    pairs = [cell.terms for cell in cells(L, g)] if layer.elementwise else [(L, g)]
    return all(same(gradient(first, STATE, places), second, places, core.arrays) for first, second in pairs)


def same(left: Term, right: Term, places: Mapping[Place, Shape], arrays: Mapping[str, Array]) -> bool:
    """Return whether two terms have one normal form; False decides nothing. Refuse functions that have none."""
    forms = Forms()
    return forms.same(*(_Reader(forms, expanded(each), places, arrays).form for each in (left, right)))


class _Reader:
    """The normal form of a term, a number or each entry of a vector, over a table of atoms."""

    def __init__(self, forms: Forms, term: Term, places: Mapping[Place, Shape], arrays: Mapping[str, Array]) -> None:
        self.forms, self.arrays = forms, arrays
        self.shapes = language.shapes(term, places, "identity")
        self.known: dict[int, Form] = {}
        for node in terms.walk(term):
            # Matrices are read where they are applied.
            if len(self.shapes[id(node)]) < 2:
                self.known[id(node)] = self._of_node(node)
        self.form = self.known[id(term)]

    def given(self, node: Apply) -> list[Form]:
        """Return the forms of a function's arguments."""
        return [self.known[id(each)] for each in node.arguments]

    def size(self, vector: Term) -> int:
        """Return how many entries a vector has."""
        return self.shapes[id(vector)][0]

    def _of_node(self, node: Term) -> Form:
        if isinstance(node, Number):
            return self.forms.number(node.value)
        if isinstance(node, Variable):
            return self._of_variable(node.place, self.shapes[id(node)])
        name = node.function
        if name in OF_NUMBERS:
            return OF_NUMBERS[name](self.forms, *self.given(node))
        if name in language.ELEMENTWISE:
            return self.forms.opaque(name, *self.given(node))
        need(name in _FORMS, "identity", f"{name} has no normal form")
        return _FORMS[name](self, node)

    def _of_variable(self, place: Place, shape: Shape) -> Form:
        if place[0] != "array":
            return self.forms.variable(place, bool(shape))
        held = self.arrays[place[1]]
        first = held.fraction(0)
        if held.within is None and all(entry == first for entry in held.entries):
            return self.forms.number(first)
        return self.forms.variable(self.name_of(place[1], False), bool(shape))

    def name_of(self, array: str, transposed: bool) -> Hashable:
        """Return what is equal for arrays that are equal."""
        held = self.arrays[array]
        if held.within is not None:
            return (array, transposed and not held.within.symmetric)
        return _digest_of_transpose(held) if transposed else held.digest

    def matrix(self, term: Term, transposed: bool) -> list[Hashable] | None:
        """Return a matrix as the product of its factors, the first one first; None for 0."""
        if isinstance(term, Variable):
            held = self.arrays[term.place[1]]
            zero = held.within is None and not any(held.entries)
            return None if zero else [self.name_of(term.place[1], transposed)]
        if isinstance(term, Apply) and term.function == "transpose":
            return self.matrix(term.arguments[0], not transposed)
        if isinstance(term, Apply) and term.function == "matmul":
            parts = [self.matrix(each, transposed) for each in term.arguments]
            left, right = parts[::-1] if transposed else parts
            return None if left is None or right is None else left + right
        raise Rejected("identity: a matrix is an array, a transpose, or a product of such")

    def mapped(self, names: Sequence[Hashable], u: Form) -> Form:
        """Return a product of linear maps, the last one first, applied to a vector."""
        for name in reversed(names):
            u = linear(self.forms, u, partial(self._of_moving, name))
        return u

    def _of_moving(self, name: Hashable, moving: Monomial) -> Form:
        return self.forms.variable((name, moving), True)


@lru_cache(maxsize=16)
def _digest_of_transpose(held: Array) -> str:
    """Return the digest of Aᵀ; kept, since several proofs about one core ask for it."""
    (rows, columns), entries = held.shape, list(held.entries)
    return Array((columns, rows), [entry for j in range(columns) for entry in entries[j::columns]]).digest


def linear(forms: Forms, u: Form, of_moving: Callable[[Monomial], Form]) -> Form:
    """Return a linear function of a vector, from what it makes of a monomial of atoms that move."""
    whole = forms.number(0)
    for monomial, coefficient in u.items():
        moving = tuple(pair for pair in monomial if pair[0] in forms.moving)
        still = tuple(pair for pair in monomial if pair[0] not in forms.moving)
        whole = forms.add(whole, forms.product({still: coefficient}, of_moving(moving)))
    return whole


def total(forms: Forms, size: int, u: Form) -> Form:
    """Return Σ_i u_i."""
    return linear(forms, u, lambda moving: forms.variable(("sum", moving)) if moving else forms.number(size))


def _power(reader: _Reader, node: Apply) -> Form:
    u, exponent = reader.known[id(node.arguments[0])], terms.constant(node.arguments[1])
    whole = exponent.denominator == 1
    return reader.forms.power(u, int(exponent)) if whole else root(reader.forms, u, exponent)


def _primitive(reader: _Reader, node: Apply) -> Form:
    """Return a vector of which nothing is known but its argument, of so many entries."""
    vector, parameter = node.arguments
    argument = frozenset(reader.known[id(vector)].items())
    return reader.forms.variable((node.function, terms.constant(parameter), reader.size(vector), argument), True)


def _matmul(reader: _Reader, node: Apply) -> Form:
    names = reader.matrix(node.arguments[0], False)
    return reader.forms.number(0) if names is None else reader.mapped(names, reader.known[id(node.arguments[1])])


def _slice(reader: _Reader, node: Apply) -> Form:
    vector, *ends = node.arguments
    start, stop = map(terms.whole, ends)
    u = reader.known[id(vector)]
    return u if (start, stop) == (0, reader.size(vector)) else reader.mapped([("slice", start, stop)], u)


def _concatenate(reader: _Reader, node: Apply) -> Form:
    """The sum of the vectors, each with zeros before and after it."""
    forms, size = reader.forms, reader.size(node)
    whole, start = forms.number(0), 0
    for each in node.arguments:
        stop = start + reader.size(each)
        # Of equal entries nothing but the place says how many there are.
        whole = forms.add(whole, reader.mapped([("between zeros", start, stop, size)], reader.known[id(each)]))
        start = stop
    return whole


def _column_squares(reader: _Reader, node: Apply) -> Form:
    names = reader.matrix(node.arguments[0], False)
    return reader.forms.number(0) if names is None else reader.forms.variable(("column squares", *names), True)


_FORMS: Mapping[str, Callable[[_Reader, Apply], Form]] = {
    "add": lambda reader, node: reader.forms.add(*reader.given(node)),
    "multiply": lambda reader, node: reader.forms.product(*reader.given(node)),
    "divide": lambda reader, node: reader.forms.quotient(*reader.given(node)),
    "power": _power,
    "pi": lambda reader, node: pi(reader.forms),
    "sum": lambda reader, node: total(reader.forms, reader.size(node.arguments[0]), *reader.given(node)),
    "size": lambda reader, node: reader.forms.number(reader.size(node.arguments[0])),
    "ones": lambda reader, node: reader.forms.number(1),
    "entmax": _primitive,
    "normmax": _primitive,
    "matmul": _matmul,
    "slice": _slice,
    "concatenate": _concatenate,
    "column_squares": _column_squares,
}
