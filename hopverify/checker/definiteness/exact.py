"""Exact: A ≻ 0 in rationals, by the signs of the characteristic polynomial or an integer factor; decides every case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.definiteness import Method
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.checker.quadratic_forms import DenseForm, Form, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected

MAX_SIZE = 200


def _verify(form: Form, payload: Mapping[str, Any]) -> None:
    if form.size > MAX_SIZE:
        raise EvidenceRejected(f"exact: the limit is n = {MAX_SIZE}, and n = {form.size}; use cholesky")
    if not is_positive_definite(form.fractions()):
        raise EvidenceRejected("exact: the matrix is not positive definite")


METHOD = Method(
    name="exact",
    summary="rational arithmetic; decides every matrix of up to 200 rows",
    forms=(DenseForm, SparseForm, LowRankForm),
    verify=_verify,
)
