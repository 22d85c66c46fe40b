"""Exact inertia: a quadratic Lagrangian is convex exactly if its constant Hessian is positive semidefinite.

The potential must be, by normal form, a polynomial of degree ≤ 2 in the components of the state. Its Hessian is then a
rational matrix, and the signs of its eigenvalues are counted exactly (:mod:`hopverify.checker.linear_algebra`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected, ExpressionError
from hopverify.expr.rational import NORMAL_FORMS, NoNormalForm, Ratio, variable
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import LayerFunction
from hopverify.obligations import Convex, Outcome

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


def _judge(obligation: Convex, payload: Mapping[str, Any]) -> Judgement:
    function = obligation.function
    H = constant_hessian(function, obligation.layer.size)
    if H is None or function.potential is None:
        raise EvidenceRejected("the Lagrangian is not evidently quadratic")
    # The normal form of (√u)² is u, also where u < 0.
    if not is_locally_lipschitz(function.potential):
        raise EvidenceRejected("the Lagrangian is not, by structure, defined everywhere")
    if not is_positive_semidefinite(H):
        raise EvidenceRejected("the Hessian is not positive semidefinite")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="exact_inertia",
    summary="a quadratic Lagrangian's Hessian is positive semidefinite by its exact inertia",
    obligations=(Convex,),
    judge=_judge,
    reach=Reach.ANY,
)
