"""Quadratic witness: a direction of negative curvature of a quadratic Lagrangian, by exact elimination on its Hessian.

However slightly the Hessian is indefinite, elimination in rationals meets a negative pivot (or a zero it leaves open).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hopverify.certificate import Evidence
from hopverify.checker.elimination import negative_pivot
from hopverify.checker.rules.exact_inertia import constant_hessian
from hopverify.obligations import Convex
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import NEARLY
from hopverify.provers.curvature_witness import not_convex


def _search(obligation: Convex, budget: Budget) -> Iterator[Evidence]:
    n = obligation.layer.size
    H = constant_hessian(obligation.function, n)
    if H is None:
        return
    _, direction = negative_pivot(H)
    if direction is not None:
        bends = Fraction(direction @ H @ direction)
        # In balls the curvature may be a little higher.
        for bound in (bends, bends * NEARLY):
            yield not_convex(obligation.layer, [0] * n, direction.tolist(), str(bound))


PROVER = Prover(
    name="quadratic_witness",
    summary="a direction of negative curvature of a quadratic Lagrangian, by elimination in rationals",
    search=_search,
)
