"""Terms by coordinates: each entry of a vector as a number, in the entries ("state", "0"), ("state", "1"), … of x.

>>> from hopverify.kernel import language
>>> turned = language.read(["stack", ["index", ["state"], "1"], ["sum", ["state"]]], "")
>>> for entry in entries(turned, 2, {}):
...     print(language.write(entry))
['state', '1']
['add', ['state', '0'], ['state', '1']]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from hopverify.kernel import language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.derive import ONE, ZERO, apply, number
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Apply, Number, Term, Variable
from hopverify.kernel.vectors import beside, mapped

Entries = Any
"""A term, a list of terms, or a list of rows."""


def entries(term: Term, size: int, arrays: Mapping[str, Array]) -> list[Term]:
    """Return the entries of a vector that is a function of a layer's state; refuse functions without coordinates."""
    known: dict[int, Entries] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = node
        elif isinstance(node, Variable):
            state = [Variable(("state", str(k))) for k in range(size)]
            known[id(node)] = state if node.place[0] == "state" else _of_array(arrays[node.place[1]])
        else:
            known[id(node)] = _applied(node, [known[id(each)] for each in node.arguments])
    return list(known[id(term)])


def _of_array(held: Array) -> Entries:
    need(held.within is None and len(held.shape) == 1, "coordinates", "an array is no exact vector")
    return [number(held.fraction(place)) for place in range(held.shape[0])]


def _applied(node: Apply, given: list[Entries]) -> Entries:
    name = node.function
    if name in language.ELEMENTWISE:
        return mapped(lambda u: apply(name, u), given[0])
    if name in ("add", "subtract", "multiply", "divide", "max", "min"):
        return beside(lambda u, v: apply(name, u, v), *given)
    if name == "power":
        return mapped(lambda u: apply(name, u, node.arguments[1]), given[0])
    if name in ("index", "unit", "slice"):
        u, (place, *stop) = given[0], [terms.whole(each) for each in node.arguments[1:]]
        if name == "unit":
            return [ONE if k == place else ZERO for k in range(len(u))]
        return u[place : stop[0]] if stop else u[place]
    need(name in _OF_VECTORS, "coordinates", f"{name} has none")
    return _OF_VECTORS[name](*given)


def _total(u: Sequence[Term]) -> Term:
    return reduce(lambda left, right: apply("add", left, right), u)


def _mean(u: Sequence[Term]) -> Term:
    return apply("multiply", number(Fraction(1, len(u))), _total(u))


def _dot(u: Sequence[Term], v: Sequence[Term]) -> Term:
    return _total([apply("multiply", *pair) for pair in zip(u, v, strict=True)])


def _variance(u: Sequence[Term]) -> Term:
    mean = _mean(u)
    return _mean([apply("power", apply("subtract", each, mean), number(2)) for each in u])


def _norm(u: Sequence[Term], offset: Term) -> Term:
    return apply("sqrt", apply("add", _dot(u, u), offset))


def _weights(u: Sequence[Term]) -> list[Term]:
    return [apply("exp", each) for each in u]


def _softmax(u: Sequence[Term], ghost: int = 0) -> list[Term]:
    e = _weights(u)
    whole = apply("add", number(ghost), _total(e))
    return [apply("divide", each, whole) for each in e]


_OF_VECTORS: Mapping[str, Callable[..., Entries]] = {
    "pi": lambda: Apply("pi", ()),
    "sum": _total,
    "mean": _mean,
    "variance": _variance,
    "size": lambda u: number(len(u)),
    "ones": lambda u: [ONE] * len(u),
    "dot": _dot,
    "norm": _norm,
    "softmax": _softmax,
    "ghostmax": lambda u: _softmax(u, 1),
    "logsumexp": lambda u: apply("log", _total(_weights(u))),
    "ghost_logsumexp": lambda u: apply("log", apply("add", ONE, _total(_weights(u)))),
    "stack": lambda *each: list(each),
    "concatenate": lambda *each: [entry for vector in each for entry in vector],
}
