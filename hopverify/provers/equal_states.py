"""Equal states: pairs x, 2x (and centred pairs) whose activations are rational, for Lagrangians flat along rays.

A layer that is flat on one side of 0 only is flat along one of two opposite rays.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.obligations import NowhereFlat
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import found_by_kernel, gradient_premises


def _search(obligation: NowhereFlat, budget: Budget) -> Iterator[Evidence]:
    n = obligation.layer.size
    if obligation.function.elementwise:
        return
    name = obligation.layer.name
    for way in ("composition", "quadratic"):
        convex = {"claim": {"claim": "convex", "layer": name}, "proof": {"by": way}}
        premises = {"premises": [convex, *gradient_premises(obligation.layer)]}
        for base in _candidates(n):
            for sign in (1, -1):
                states = [texts_of([share * entry for entry in base]) for share in (sign, 2 * sign)]
                yield found_by_kernel(
                    premises, "states", "constant on a segment", layer=name, kind="singular", states=states
                )


def _candidates(n: int) -> Iterator[list[Fraction]]:
    """Yield states of rational norm, and states whose variance is a rational square."""
    unit = [Fraction(int(i == 0)) for i in range(n)]
    yield unit
    if n >= 2:
        yield [Fraction(3), Fraction(4), *[Fraction(0)] * (n - 2)]
        # ±1 in equal numbers: mean 0 and variance 1; for odd n, k times m and m times -k with k + m = n.
        half = n // 2
        k = np.array([1] * half + [-1] * half) if n % 2 == 0 else np.array([half + 1] * half + [-half] * (half + 1))
        yield [Fraction(int(entry)) for entry in k]


PROVER = Prover(
    name="equal_states",
    summary="two states on a ray with exactly equal activations",
    search=_search,
)
