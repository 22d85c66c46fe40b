"""An integer factor L with A - LLᵀ strictly diagonally dominant, compared in products without rounding errors.

Let B = S(Â - σI)S with powers of two S = diag(2^e) that bring the diagonal near 1; B ≻ 0 iff Â - σI ≻ 0. Take integers
L₁ and L₀ (from a floating Cholesky of B - ``shift``·I, which may be wrong) and L = L₁ + 2⁻²⁰L₀. If

    2⁵⁰B - LLᵀ = [2⁵⁰B - L₁L₁ᵀ] - 2⁻²⁰(L₁L₀ᵀ + L₀L₁ᵀ) - 2⁻⁴⁰L₀L₀ᵀ

is strictly diagonally dominant with a positive diagonal it is ≻ 0 (Gershgorin), and so is B, since LLᵀ ⪰ 0.

*The products are exact.* If every row has Σ L₁² ≤ 2⁵² then, by Cauchy and Schwarz, the sizes of the products in one
entry of L₁L₁ᵀ add up to at most 2⁵²: every partial sum, in any order, with or without fused operations, is an integer
below 2⁵³ and held exactly. Likewise L₁L₀ᵀ if Σ L₁²·Σ L₀² ≤ 2¹⁰⁴. No property of LAPACK or of BLAS's order is used.
*The rest* is a difference of doubles: each of its three operations loses at most u times its result, and the terms are
small beside 2⁵⁰. ‖L₀L₀ᵀ‖₂ ≤ Σ L₀² is taken from the diagonal, as are σ4^e 2⁵⁰ and what scaling may underflow.

L is not part of the evidence: whoever checks computes it again, and trusts it no more than one that was handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import Method
from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.checker.payload import rational
from hopverify.checker.quadratic_forms import DenseForm, rounded_up
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
MAX_SIZE = 4096
BITS, REST = 25, 20


def _verify(form: DenseForm, payload: Mapping[str, Any]) -> None:
    assert_rounding()
    if form.size > MAX_SIZE:
        raise EvidenceRejected(f"integer_cholesky: the limit is n = {MAX_SIZE}, and n = {form.size}; use cholesky")
    shift = rounded_up(rational(payload["shift"]))
    exponents = balancing_exponents(np.diag(form.values))
    B = np.ldexp(form.values, exponents[:, None] + exponents[None, :])
    L1, L0 = _integers(B, shift)
    check_products_exact(L1, L0)
    products, cross = L1 @ L1.T, L1 @ L0.T
    # In place: three n × n arrays beside the factors are enough.
    rest = np.ldexp(B, 2 * BITS, out=B)
    rest -= products
    sizes = _row_sums(rest)
    cross = cross + cross.T
    sizes += np.ldexp(_row_sums(cross), -REST)
    rest -= np.ldexp(cross, -REST, out=cross)
    sums = _row_sums(rest)
    lost = upward((L0 * L0).sum() * 2.0 ** (-2 * REST), form.size**2 + 4)
    bound = upward(sums + lost + 8 * roundoff() * (sums + sizes) + form.size * 2.0**-1000, form.size + 16)
    bound = np.nextafter(bound + np.ldexp(rounded_up(form.slack), 2 * exponents + 2 * BITS), np.inf)
    # The diagonal entry is among the sums: 2 r_ii > Σ_j |r_ij| says that it exceeds the others.
    if not (2 * np.diag(rest) > bound).all():
        raise EvidenceRejected("integer_cholesky: the rest A - LLᵀ is not strictly diagonally dominant")


def balancing_exponents(diagonal: Floats) -> NDArray[np.int64]:
    """Return integers e so that 4^e·a_ii lies between 1/2 and 2; refuse a diagonal that is not positive."""
    if not (np.isfinite(diagonal).all() and (diagonal > 0).all()):
        raise EvidenceRejected("integer_cholesky: a diagonal entry is not positive, or not finite")
    return np.asarray(-np.floor_divide(np.frexp(diagonal)[1], 2), dtype=np.int64)


def _integers(B: Floats, shift: float) -> tuple[Floats, Floats]:
    """Return L₁ and L₀ for a floating Cholesky factor of B - shift·I."""
    lowered = B.copy()
    lowered[np.diag_indices(len(B))] -= shift
    try:
        with np.errstate(all="ignore"):
            L = np.ldexp(np.linalg.cholesky(lowered), BITS)
    except np.linalg.LinAlgError:
        raise EvidenceRejected("integer_cholesky: there is no floating factor; give a smaller shift") from None
    L1 = np.rint(L)
    L -= L1
    return L1, np.rint(np.ldexp(L, REST, out=L), out=L)


def check_products_exact(L1: Floats, L0: Floats) -> None:
    """Refuse factors whose products might round; NaN and infinities fail the comparison."""
    first, second = (float(np.einsum("ij,ij->i", L, L).max(initial=0.0)) for L in (L1, L0))
    if not (first <= 2.0**52 and first * second <= 2.0**103):
        raise EvidenceRejected("integer_cholesky: the factor is too large for products without rounding errors")


def _row_sums(A: Floats) -> Floats:
    """Return the larger of the sums of |entries| over each row and column, so that both triangles are covered."""
    size = np.abs(A)
    sums: Floats = np.maximum(size.sum(axis=1), size.sum(axis=0))
    return sums


METHOD = Method(
    name="integer_cholesky",
    summary="an integer factor and a diagonally dominant rest, in products without rounding errors",
    forms=(DenseForm,),
    verify=_verify,
    required=frozenset({"shift"}),
)
