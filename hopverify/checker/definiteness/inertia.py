"""Inertia: A ⪰ 0 in rationals, singular or not, by the number of negative roots of the characteristic polynomial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.definiteness import Method
from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.quadratic_forms import DenseForm, Form, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected

MAX_SIZE = 200


def _verify(form: Form, payload: Mapping[str, Any]) -> None:
    if form.size > MAX_SIZE:
        raise EvidenceRejected(f"inertia: the limit is n = {MAX_SIZE}, and n = {form.size}")
    if not is_positive_semidefinite(form.fractions()):
        raise EvidenceRejected("inertia: the matrix has a negative eigenvalue")


METHOD = Method(
    name="inertia",
    summary="exact inertia, for matrices that may be singular: shows A ⪰ 0",
    forms=(DenseForm, SparseForm, LowRankForm),
    verify=_verify,
    strict=False,
)
