"""When a pattern is stored, and when it is retrieved (M4): an obligation, and what those about patterns share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hopverify.networks import Model
from hopverify.spec import ExactArray


@dataclass(frozen=True, eq=False)
class StoredPatterns:
    """At least ``at_least`` patterns are stored (M4): each has an asymptotically stable equilibrium of its own.

    The rows of ``patterns`` are states of one ``layer``.
    """

    model: Model
    memory: str
    layer: str
    patterns: ExactArray
    labels: tuple[str, ...]
    at_least: int
    errors: int = 0

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        share = share_of(self.at_least, len(self.labels), f"patterns of {self.memory}")
        return (
            f"{share} is stored: beside it there is an equilibrium, which is asymptotically stable, "
            f"{its_own(self.patterns, self.errors)}"
        )


def amplitude(patterns: ExactArray) -> Fraction | None:
    """Return a > 0 where every entry of the patterns is a or -a, so that signs are what they say; else None."""
    sizes = np.abs(patterns.values)
    first = sizes.flat[0] if sizes.size else 0
    return Fraction(first) if first > 0 and bool((sizes == first).all()) else None


def share_of(at_least: int, count: int, what: str) -> str:
    """Return how many of the patterns, or of ``what`` the words name, are asked for.

    >>> share_of(2, 3, "patterns of m"), share_of(3, 3, "patterns of m")
    ('at least 2 of the 3 patterns of m', 'each of the 3 patterns of m')
    """
    return f"each of the {count} {what}" if at_least == count else f"at least {at_least} of the {count} {what}"


def its_own(patterns: ExactArray, errors: int) -> str:
    """Return in words when an equilibrium is a pattern's own."""
    said = (
        "whose activation is nearer to that of the pattern than half the way from there to that of any other pattern, "
        "and of the layer without synapses"
    )
    if amplitude(patterns) is None:
        return said
    where = f"in all but {errors} neurons" if errors else "in every neuron"
    return f"{said}, and {where} on the same side of the activation at 0 as that of the pattern"


def are_enough(found: Sequence[bool], firsts: Sequence[int], at_least: int) -> bool:
    """Whether enough patterns were found; copies, which share a number in ``firsts``, are one, and all are enough."""
    different = {first for first, here in zip(firsts, found, strict=True) if here}
    return len(different) >= at_least or all(found)
