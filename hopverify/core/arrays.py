"""The arrays of a core: each under one name, however often a spec states it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.derive import apply
from hopverify.kernel.terms import Term, Variable
from hopverify.spec.exact_array import ExactArray


@dataclass
class Arrays:
    """The arrays of a core by name. Equal arrays are one, under the name that came first."""

    found: dict[str, Array] = field(default_factory=dict)
    _names: dict[tuple[str, bool], str] = field(default_factory=dict)

    def __call__(self, name: str, held: ExactArray, *, symmetric: bool = False) -> Term:
        """Return the array as a term; ``symmetric``: of those near an uncertain one only symmetric ones are meant."""
        key = held.digest, symmetric
        if key not in self._names:
            while name in self.found:
                name += "'"
            self._names[key] = name
            self.found[name] = array_of(held, symmetric)
        return Variable(("array", self._names[key]))

    def either_way(self, name: str, held: ExactArray) -> Term:
        """Return an uncertain array that may be the transpose of one that is known."""
        turned = self._names.get((held.transpose().digest, False))
        if turned is None or (held.digest, False) in self._names:
            return self(name, held)
        return apply("transpose", Variable(("array", turned)))


def array_of(held: ExactArray, symmetric: bool = False) -> Array:
    """Return an array in the kernel's form."""
    spread = held.spread
    within = None if spread is None else Within(spread.absolute, spread.relative, symmetric)
    return Array(held.shape, held.values.ravel().tolist(), within)
