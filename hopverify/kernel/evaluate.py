"""Values of terms, in any arithmetic; a function that an arithmetic does not have is refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from hopverify.kernel import terms
from hopverify.kernel.arithmetic import Arithmetic, Value, beside, mapped
from hopverify.kernel.arrays import Array
from hopverify.kernel.balls import BALLS
from hopverify.kernel.core import Core
from hopverify.kernel.language import BESIDE, ELEMENTWISE
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Apply, Number, Place, Term, Variable
from hopverify.kernel.vectors import OF_VECTORS


def evaluate(term: Term, values: Mapping[Place, Value], arithmetic: Arithmetic = BALLS) -> Value:
    """Return the value of a term."""
    known: dict[int, Value] = {}
    for node in terms.walk(term):
        if isinstance(node, Number):
            known[id(node)] = arithmetic.number(node.value)
        elif isinstance(node, Variable):
            known[id(node)] = values[node.place]
        else:
            known[id(node)] = _applied(node, [known[id(each)] for each in node.arguments], arithmetic)
    return known[id(term)]


# Which arguments are numbers of the term, not values.
_CONSTANTS: Mapping[str, slice] = {
    **dict.fromkeys(("power", "index", "unit", "slice"), slice(1, None)),
    **dict.fromkeys(("entmax", "entmax_conjugate", "normmax", "normmax_conjugate"), slice(1, None)),
    **dict.fromkeys(("convolve", "convolve_back"), slice(2, None)),
    "contract": slice(1, 2),
}


def _applied(node: Apply, given: list[Value], arithmetic: Arithmetic) -> Value:
    name = node.function
    if name in ELEMENTWISE:
        return mapped(partial(arithmetic.apply, name), given[0])
    if name in BESIDE:
        return beside(partial(arithmetic.apply, name), *given)
    if name in _CONSTANTS:
        given[_CONSTANTS[name]] = [terms.constant(each) for each in node.arguments[_CONSTANTS[name]]]
    if name in arithmetic.own:
        return arithmetic.own[name](*given)
    need(name in OF_VECTORS, "value", f"{name} has no values here that are known")
    return OF_VECTORS[name](arithmetic, *given)


def values_of(held: Array, arithmetic: Arithmetic = BALLS) -> Value:
    """Return an array as a value."""
    entries: list[Value] = [arithmetic.number(held.entries[place]) for place in range(len(held.entries))]
    for length in reversed(held.shape[1:]):
        entries = [entries[start : start + length] for start in range(0, len(entries), length)]
    return entries if held.shape else entries[0]


def arrays_of(core: Core, *of: Term, arithmetic: Arithmetic = BALLS, every: bool = True) -> dict[Place, Value]:
    """Return the arrays that stand in terms, as values; refuse those within a spread if ``every`` array is meant."""
    found: dict[Place, Value] = {}
    for name in terms.arrays(*of):
        need(not every or core.arrays[name].within is None, "value", f"the array {name} is known up to a spread")
        found["array", name] = values_of(core.arrays[name], arithmetic)
    return found
