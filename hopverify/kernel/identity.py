"""Identity: two terms are the same function, wherever both have values.

Terms of one neuron are compared on each cell between their kinks. Terms with vectors are compared in all coordinates at
once: the form of a vector is that of its entry i, for whatever i, in atoms that move with i (x_i, entries of arrays,
functions of them) and atoms that do not (numbers, and sums over all i). Sums and matrices are linear: what does not
move is taken out of them. A matrix known exactly is named by its entries, so that A = Bᵀ of two arrays, and W = Wᵀ, are
seen; one known up to a spread is named by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial

from hopverify.kernel import language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.cells import cells
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import gradient
from hopverify.kernel.normal_form import Form, Forms, Monomial
from hopverify.kernel.normal_functions import exp, function, log, pi, root
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import Apply, Number, Place, Shape, Term, Variable

STATE: Place = ("state", "")


def same_gradient(core: Core, layer: Layer, L: Term, g: Term) -> bool:
    """Return whether ∇L and g are the same function of a layer's state, on each cell if of one neuron's."""
    places = {**core.places, STATE: () if layer.elementwise else (layer.size,)}
    pairs = [cell.terms for cell in cells(L, g)] if layer.elementwise else [(L, g)]
    return all(same(gradient(first, STATE, places), second, places, core.arrays) for first, second in pairs)


def same(left: Term, right: Term, places: Mapping[Place, Shape], arrays: Mapping[str, Array]) -> bool:
    """Return whether two terms have one normal form; False decides nothing. Refuse functions that have none."""
    reader = _Reader(places, arrays)
    return reader.forms.same(reader.form(left), reader.form(right))


class _Reader:
    """Normal forms of terms, over one table of atoms."""

    def __init__(self, places: Mapping[Place, Shape], arrays: Mapping[str, Array]) -> None:
        self.forms, self.places, self.arrays = Forms(), places, arrays

    def form(self, term: Term) -> Form:
        """Return the normal form of a number, or of each entry of a vector."""
        shapes = language.shapes(term, self.places, "identity")
        known: dict[int, Form] = {}
        for node in terms.walk(term):
            # Matrices are read where they are applied.
            if len(shapes[id(node)]) < 2:
                known[id(node)] = self._of_node(node, known, shapes)
        return known[id(term)]

    def _of_node(self, node: Term, known: Mapping[int, Form], shapes: Mapping[int, Shape]) -> Form:
        if isinstance(node, Number):
            return self.forms.number(node.value)
        if isinstance(node, Variable):
            return self._of_variable(node.place, shapes[id(node)])
        if node.function in _LINEAR:
            return _LINEAR[node.function](self, node, known, shapes)
        if node.function in language.ELEMENTWISE:
            return function(self.forms, node.function, known[id(node.arguments[0])])
        size = shapes[id(node.arguments[0])][0] if node.arguments and shapes[id(node.arguments[0])] else 1
        if node.function in _WITH_CONSTANT:
            given = known[id(node.arguments[0])], terms.constant(node.arguments[1])
            return _WITH_CONSTANT[node.function](self.forms, size, *given)
        need(node.function in _FORMS, "identity", f"{node.function} has no normal form")
        return _FORMS[node.function](self.forms, size, *(known[id(each)] for each in node.arguments))

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


def _mean(forms: Forms, size: int, u: Form) -> Form:
    return forms.scale(total(forms, size, u), Fraction(1, size))


def _variance(forms: Forms, size: int, u: Form) -> Form:
    mean = _mean(forms, size, u)
    return forms.subtract(_mean(forms, size, forms.product(u, u)), forms.product(mean, mean))


def _norm(forms: Forms, size: int, u: Form, offset: Form) -> Form:
    return root(forms, forms.add(total(forms, size, forms.product(u, u)), offset), Fraction(1, 2))


def _shares(forms: Forms, size: int, u: Form, ghost: int) -> Form:
    e = exp(forms, u)
    return forms.quotient(e, forms.add(forms.number(ghost), total(forms, size, e)))


def _power(forms: Forms, size: int, u: Form, exponent: Fraction) -> Form:
    return forms.power(u, int(exponent)) if exponent.denominator == 1 else root(forms, u, exponent)


def _primitive(name: str) -> Callable[[Forms, int, Form, Fraction], Form]:
    """Return a vector of which nothing is known but its argument, of so many entries."""
    return lambda forms, size, u, parameter: forms.variable((name, parameter, size, frozenset(u.items())), True)


def _chosen(forms: Forms, sign: int, u: Form, v: Form) -> Form:
    """max(u, v) = v + relu(u - v), min(u, v) = v - relu(v - u)."""
    ahead = function(forms, "relu", forms.scale(forms.subtract(u, v), sign))
    return forms.add(v, forms.scale(ahead, sign))


_FORMS: Mapping[str, Callable[..., Form]] = {
    "add": lambda forms, size, u, v: forms.add(u, v),
    "subtract": lambda forms, size, u, v: forms.subtract(u, v),
    "multiply": lambda forms, size, u, v: forms.product(u, v),
    "divide": lambda forms, size, u, v: forms.quotient(u, v),
    "max": lambda forms, size, u, v: _chosen(forms, 1, u, v),
    "min": lambda forms, size, u, v: _chosen(forms, -1, u, v),
    "pi": lambda forms, size: pi(forms),
    "sum": total,
    "mean": _mean,
    "variance": _variance,
    "size": lambda forms, size, u: forms.number(size),
    "ones": lambda forms, size, u: forms.number(1),
    "norm": _norm,
    "dot": lambda forms, size, u, v: total(forms, size, forms.product(u, v)),
    "softmax": lambda forms, size, u: _shares(forms, size, u, 0),
    "ghostmax": lambda forms, size, u: _shares(forms, size, u, 1),
    "logsumexp": lambda forms, size, u: log(forms, total(forms, size, exp(forms, u))),
    "ghost_logsumexp": lambda forms, size, u: log(forms, forms.add(forms.number(1), total(forms, size, exp(forms, u)))),
}
"""Functions of forms, after the size of their first argument."""

_WITH_CONSTANT: Mapping[str, Callable[[Forms, int, Form, Fraction], Form]] = {
    "power": _power,
    "entmax": _primitive("entmax"),
    "normmax": _primitive("normmax"),
}


def _of_matmul(reader: _Reader, node: Apply, known: Mapping[int, Form], shapes: Mapping[int, Shape]) -> Form:
    names = reader.matrix(node.arguments[0], False)
    return reader.forms.number(0) if names is None else reader.mapped(names, known[id(node.arguments[1])])


def _of_slice(reader: _Reader, node: Apply, known: Mapping[int, Form], shapes: Mapping[int, Shape]) -> Form:
    vector, *ends = node.arguments
    start, stop = map(terms.whole, ends)
    if (start, stop) == (0, *shapes[id(vector)]):
        return known[id(vector)]
    return reader.mapped([("slice", start, stop)], known[id(vector)])


def _of_concatenate(reader: _Reader, node: Apply, known: Mapping[int, Form], shapes: Mapping[int, Shape]) -> Form:
    """The sum of the vectors, each with zeros before and after it."""
    forms, (size,) = reader.forms, shapes[id(node)]
    whole, start = forms.number(0), 0
    for each in node.arguments:
        stop = start + shapes[id(each)][0]
        # Of equal entries nothing but the place says how many there are.
        whole = forms.add(whole, reader.mapped([("between zeros", start, stop, size)], known[id(each)]))
        start = stop
    return whole


def _of_column_squares(reader: _Reader, node: Apply, known: Mapping[int, Form], shapes: Mapping[int, Shape]) -> Form:
    names = reader.matrix(node.arguments[0], False)
    return reader.forms.number(0) if names is None else reader.forms.variable(("column squares", *names), True)


_LINEAR: Mapping[str, Callable[[_Reader, Apply, Mapping[int, Form], Mapping[int, Shape]], Form]] = {
    "matmul": _of_matmul,
    "slice": _of_slice,
    "concatenate": _of_concatenate,
    "column_squares": _of_column_squares,
}
