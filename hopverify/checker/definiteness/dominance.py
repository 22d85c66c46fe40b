"""Scaled diagonal dominance: A ≻ 0 if a_ii w_i > Σ_j≠i |a_ij| w_j for all i, for some weights w > 0.

diag(w)⁻¹ A diag(w) has the eigenvalues of A, which are real as A is symmetric, and is strictly diagonally dominant by
rows with a positive diagonal: Gershgorin's discs lie right of 0. Such weights exist iff the comparison matrix of A
(a_ii on the diagonal, -|a_ij| elsewhere) is a nonsingular M-matrix; w is then its inverse applied to any positive
vector. It costs one pass over the entries, and sparse matrices of any order of neurons are never filled in.
Without ``weights``, w = 1. The sums are bounded upward, with a factor for their roundings and a term for underflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import Method
from hopverify.checker.floats import assert_rounding, upward
from hopverify.checker.payload import vector
from hopverify.checker.quadratic_forms import DenseForm, SparseForm, rounded_up
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
ROWS = 256


def _verify(form: DenseForm | SparseForm, payload: Mapping[str, Any]) -> None:
    assert_rounding()
    w = _weights(payload, form.size)
    diagonal = form.diagonal if isinstance(form, SparseForm) else np.diag(form.values)
    own = np.nextafter(diagonal - rounded_up(form.slack), -np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        others = _sparse_sums(form, w) if isinstance(form, SparseForm) else _dense_sums(form, w)
        bound = upward(others, form.size + 8) + (form.size + 8) * 2.0**-1060
        # The product is rounded, and a weight is at least 2⁻⁴⁰⁰: what underflow loses lies below the last term.
        left = own * w * (1.0 - 2.0**-50) - 2.0**-1060
    if not (np.isfinite(diagonal).all() and (left > bound).all()):
        raise EvidenceRejected("dominance: a diagonal entry does not exceed the other entries of its row, weighted")


def _weights(payload: Mapping[str, Any], n: int) -> Floats:
    """Return the weights as doubles; rounding them gives other weights, as good as any."""
    if "weights" not in payload:
        return np.ones(n)
    exact = vector(payload["weights"], n)
    if not all(2**-400 < entry < 2**400 for entry in exact):
        raise EvidenceRejected("dominance: expected positive weights between 2^-400 and 2^400")
    return exact.astype(np.float64)


def _sparse_sums(form: SparseForm, w: Floats) -> Floats:
    """Return Σ_j≠i |a_ij| w_j."""
    size, total = np.abs(form.values), np.zeros(form.size)
    np.add.at(total, form.row, size * w[form.column])
    np.add.at(total, form.column, size * w[form.row])
    return total


def _dense_sums(form: DenseForm, w: Floats) -> Floats:
    """Return Σ_j≠i |a_ij| w_j for the triangle below the diagonal and its mirror image, some rows at a time."""
    total = np.zeros(form.size)
    for start in range(0, form.size, ROWS):
        part = np.abs(np.tril(form.values[start : start + ROWS], start - 1))
        total[start : start + ROWS] += part @ w
        total += part.T @ w[start : start + ROWS]
    return total


METHOD = Method(
    name="dominance",
    summary="scaled diagonal dominance, for sparse or nearly diagonal matrices; `weights` w > 0 if not all are 1",
    forms=(DenseForm, SparseForm),
    verify=_verify,
    optional=frozenset({"weights"}),
)
