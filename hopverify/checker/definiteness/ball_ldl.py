"""Balls: A = LDLᵀ by elimination in ball arithmetic (Arb); all pivots certainly positive exactly if A ≻ 0 is shown.

Each ball encloses the exact pivot, and A ≻ 0 iff all pivots are positive (Sylvester). No order of elimination is needed
for a positive definite matrix. ``bits`` is the working precision; rational entries need no rounding beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hopverify.checker.definiteness import Method
from hopverify.checker.payload import index
from hopverify.checker.quadratic_forms import DenseForm, Form, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import DEFAULT_BITS, ball, precision

MAX_SIZE, MAX_BITS = 200, 4097


def _verify(form: Form, payload: Mapping[str, Any]) -> None:
    if form.size > MAX_SIZE:
        raise EvidenceRejected(f"ball_ldl: the limit is n = {MAX_SIZE}, and n = {form.size}; use cholesky")
    with precision(max(2, index(payload.get("bits", DEFAULT_BITS), MAX_BITS))):
        A = np.array([[ball(value) for value in row] for row in form.fractions()], dtype=object)
        if not has_positive_pivots(A):
            raise EvidenceRejected("ball_ldl: a pivot is not certainly positive; give more bits, or use exact")


def has_positive_pivots(A: np.ndarray[Any, Any]) -> bool:
    """Whether elimination on a symmetric array of balls, which it overwrites, meets certainly positive pivots only."""
    for k in range(len(A)):
        if not A[k, k] > 0:
            return False
        rest = A[k + 1 :, k]
        A[k + 1 :, k + 1 :] -= np.outer(rest, rest / A[k, k])
    return True


METHOD = Method(
    name="ball_ldl",
    summary="elimination in ball arithmetic, for up to 200 rows",
    forms=(DenseForm, SparseForm, LowRankForm),
    verify=_verify,
    optional=frozenset({"bits"}),
)
