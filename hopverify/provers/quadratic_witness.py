"""Quadratic witness: a direction of negative curvature of a quadratic Lagrangian, by exact elimination on its Hessian.

However slightly the Hessian is indefinite, elimination in rationals meets a negative pivot (or a zero it leaves open).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.errors import ExpressionError
from hopverify.expr.rational import NORMAL_FORMS, NoNormalForm, Ratio, variable
from hopverify.networks import LayerFunction
from hopverify.numerics.elimination import negative_pivot
from hopverify.obligations import Convex
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import NEARLY
from hopverify.provers.curvature_witness import not_convex

MAX_SIZE = 60


def constant_hessian(function: LayerFunction, size: int) -> np.ndarray[Any, Any] | None:
    """Return the Hessian of a quadratic Lagrangian as Fractions, or None if it is not evidently quadratic."""
    if function.potential is None or function.elementwise or size > MAX_SIZE:
        return None
    x = np.array([variable(f"x{i}") for i in range(size)], dtype=object)
    try:
        value = function.lagrangian(x, NORMAL_FORMS)
    except (NoNormalForm, ExpressionError, AttributeError):
        return None
    polynomial = value.polynomial() if isinstance(value, Ratio) else None
    if polynomial is None:
        return None
    H = np.full((size, size), Fraction(0), dtype=object)
    position = {("variable", f"x{i}"): i for i in range(size)}
    for monomial, coefficient in polynomial.items():
        atoms = [position.get(atom) for atom, exponent in monomial for _ in range(int(exponent))]
        if (
            any(exponent.denominator != 1 or exponent < 0 for _, exponent in monomial)
            or None in atoms
            or len(atoms) > 2
        ):
            return None
        if len(atoms) == 2:
            i, j = (int(atom) for atom in atoms if atom is not None)
            H[i, j] += coefficient
            H[j, i] += coefficient
    return H


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
