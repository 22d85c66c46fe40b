"""Terms by coordinates: each entry of a vector as a number, in the entries ("state", "0"), ("state", "1"), … of x.

>>> from hopverify.kernel import language
>>> turned = language.read(["stack", ["index", ["state"], "1"], ["sum", ["state"]]], "")
>>> for entry in entries(turned, 2, {}):
...     print(language.write(entry))
['state', '1']
['add', ['state', '0'], ['state', '1']]
"""

from __future__ import annotations

from collections.abc import Mapping

from hopverify.kernel.arithmetic import Arithmetic
from hopverify.kernel.arrays import Array
from hopverify.kernel.derive import apply, number
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Apply, Place, Term, Variable
from hopverify.kernel.terms import arrays as names_of_arrays

TERMS = Arithmetic(
    number=number,
    apply=apply,
    power=lambda u, exponent: apply("power", u, number(exponent)),
    own={"pi": lambda: Apply("pi", ())},
)
"""Terms as numbers."""


def entries(term: Term, size: int, arrays: Mapping[str, Array]) -> list[Term]:
    """Return the entries of a vector that is a function of a layer's state; refuse functions without coordinates."""
    values: dict[Place, list[Term]] = {("state", ""): [Variable(("state", str(k))) for k in range(size)]}
    for name in names_of_arrays(term):
        held = arrays[name]
        need(held.within is None and len(held.shape) == 1, "coordinates", "an array is no exact vector")
        values["array", name] = values_of(held, TERMS)
    return list(evaluate(term, values, TERMS))
