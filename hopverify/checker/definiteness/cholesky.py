"""Verified floating Cholesky: if LAPACK's Cholesky of a slightly smaller matrix runs to its end, A ≻ 0 (Rump 2006).

Let A ⪰ Â - σI, n rows, u = 2⁻⁵³, and Ã = Â with the diagonal replaced by doubles ã_i ≤ t_i = fl(â_ii - σ). Suppose that
Cholesky's algorithm on Ã ends with finite L and l_ii > 0. Then LLᵀ = Ã + Δ ≻ 0, and Δ is small whatever L is:

*Rounding.* Each l_ij (j ≤ i) comes from a sum of j products at most, one division or square root, and ã_ij. In any
order of summation, blocked or recursive, with or without fused operations, and if a division is a product with the
rounded reciprocal, |Δ| ≤ γ|L||L|ᵀ entry by entry with γ = (n + 3)u/(1 - (n + 3)u) (Higham, Accuracy and Stability,
2002, Lemma 8.4 and Theorem 10.3, where it is n + 1; the reciprocal costs one rounding more). So the i-th row's
Σl_ik² = ã_i + Δ_ii is at most ã_i/(1 - γ), and by Cauchy and Schwarz |Δ_ij| ≤ α √(ã_i ã_j), α = γ/(1 - γ) (Demmel
1989). Hence xᵀΔx ≥ -α(Σ√ã_i|x_i|)² ≥ -αn Σ ã_i x_i². Rump takes the trace of Ã for every row; n·ã_i is the same where
the diagonal is constant, and loses nothing to rows of another scale.

*Underflow.* It adds at most 2⁻¹⁰²² to the result of an operation, and in a factor of a product 2⁻¹⁰²²·(1 + M),
M = max t_i (|l_ij| ≤ 1 + M): also where subnormal numbers are flushed to zero. With fewer than 4n + 16 such events in
an entry of Δ, amplified at most twice, xᵀΔx loses n·(4n + 16)(1 + M)·2⁻¹⁰²⁰|x|² at most; call this ν.

*The diagonal.* ã_i = fl(t_i - e_i) with e_i ≥ (nα + 4u)t_i + ν, rounded up, and t_i rounded down from â_ii - σ; ã_i is
off by at most u·t_i. So

    0 ≺ LLᵀ ⪯ Â - σI - diag(e) + diag(u·t) + nα·diag(ã) + νI ⪯ Â - σI ⪯ A.  ∎

What is trusted of LAPACK (``numpy.linalg.cholesky``) is that it computes each entry by the formula above: not by a
method like Strassen's, whose errors are larger. ``integer_cholesky`` needs no such trust.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import Method
from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.checker.quadratic_forms import DenseForm, rounded_up
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
MAX_SIZE, LARGEST_KEPT = 2**16, 4096

_KEPT = threading.local()


def _verify(form: DenseForm, payload: Mapping[str, Any]) -> None:
    assert_rounding()
    n = form.size
    if n > MAX_SIZE:
        raise EvidenceRejected(f"cholesky: the limit is n = {MAX_SIZE}, and n = {n}")
    if n == 0:
        return
    work, factor = _buffers(n)
    # NumPy works in columns: the transpose of a matrix in rows is copied faster, and its other triangle read.
    np.copyto(work, form.values.T if form.values.flags.c_contiguous else form.values)
    np.fill_diagonal(work, lowered_diagonal(np.diag(form.values), form.slack))
    if not has_floating_factor(work, factor):
        raise EvidenceRejected("cholesky: a pivot of the shifted matrix is not positive")


def lowered_diagonal(diagonal: Floats, slack: Fraction) -> Floats:
    """Return ã, so that a floating Cholesky of Â with this diagonal proves Â - σI ≻ 0."""
    n = len(diagonal)
    with np.errstate(over="ignore", invalid="ignore"):
        t = np.nextafter(diagonal - rounded_up(slack), -np.inf)
        M = float(t.max())
        if not (np.isfinite(diagonal).all() and t.min() > 0):
            raise EvidenceRejected("cholesky: a diagonal entry is not positive, or not finite")
        gamma = upward((n + 3) * roundoff(), 4) * (1.0 + 2 * (n + 4) * roundoff())
        alpha = gamma * (1.0 + 2 * gamma)
        underflow = upward(n * (4.0 * n + 16) * 2.0**-1020 * (1.0 + M), 8)
        e = upward(t * (n * alpha + 4 * roundoff()), 8) + underflow
        lowered: Floats = t - upward(e, 2)
    return lowered


def _buffers(n: int) -> tuple[Floats, Floats]:
    """Return two arrays in columns, (n, n), for the matrix and its factor; those of moderate size are kept.

    Whoever factorises one matrix factorises many (a cell for each memory), and touching fresh memory takes as long as a
    fair part of the factorisation.
    """
    kept: tuple[Floats, Floats] | None = getattr(_KEPT, "buffers", None)
    if kept is None or len(kept[0]) != n:
        kept = np.empty((n, n), order="F"), np.empty((n, n), order="F")
        _KEPT.buffers = kept if n <= LARGEST_KEPT else None
    return kept


def has_floating_factor(A: Floats, out: Floats | None = None) -> bool:
    """Whether the floating Cholesky of a matrix ends with finite numbers and a positive diagonal; ``out`` may hold it.

    A number that is not finite anywhere in a row of L makes that row's own diagonal entry not finite or not positive.
    """
    try:
        with np.errstate(all="ignore"):
            L = (
                np.linalg.cholesky(A)
                if _IN_COLUMNS is None
                else _IN_COLUMNS(A, out=np.empty_like(A) if out is None else out)
            )
    except np.linalg.LinAlgError:
        return False
    pivots = np.diag(L)
    return bool(np.isfinite(pivots).all() and (pivots > 0).all())


# What numpy.linalg.cholesky itself calls. Asked directly it writes L in columns, as LAPACK does; the public function
# writes rows, and that transposed copy takes a third of its time. A failure fills L with NaN instead of raising.
_IN_COLUMNS: Any = getattr(getattr(np.linalg, "_umath_linalg", None), "cholesky_lo", None)

METHOD = Method(
    name="cholesky",
    summary="floating Cholesky of a lowered matrix, with a proved bound of its errors",
    forms=(DenseForm,),
    verify=_verify,
)
