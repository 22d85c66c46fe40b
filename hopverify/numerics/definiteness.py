"""Proposals for definiteness: the method by kind and size, the weights and orders it needs, and bounds of λ_min.

Nothing here proves anything: each proposal is tried with :func:`hopverify.checker.definiteness.check_definite`.
SciPy, which takes longer to load than a small model to verify, is imported where it is used.

>>> from hopverify.checker.quadratic_forms import DenseForm
>>> form = DenseForm.of(np.array([[2.0, 1.0], [1.0, 2.0]]))
>>> propose(form)
{'method': 'exact'}
>>> bound, evidence = lower_bound(form)
>>> 1 - 1e-9 < bound < 1
True
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.definiteness import check_definite
from hopverify.checker.definiteness.integer_cholesky import balancing_exponents
from hopverify.checker.definiteness.low_rank import schur_complement
from hopverify.checker.quadratic_forms import DenseForm, Form, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]
Proposal = dict[str, Any]
SMALL, EXACT_LIMIT, DENSE_EIGENVALUES = 32, 200, 1500
WIDENINGS, REFINEMENTS = 11, 4
LEAST_SCALE = 2.0**-900


def propose(form: Form, *, trust_lapack: bool = True) -> Proposal | None:
    """Return evidence that A ≻ 0 which the checker accepts, or None.

    ``trust_lapack=False`` asks for evidence that rests on no property of LAPACK's rounding: a large dense matrix then
    gets ``integer_cholesky``, which costs some ten times a Cholesky factorisation.
    """
    for evidence in _candidates(form, trust_lapack):
        try:
            check_definite(form, evidence)
        except EvidenceRejected:
            continue
        return evidence
    return None


def lower_bound(form: Form) -> tuple[Fraction, Proposal] | None:
    """Return a dyadic μ a little below λ_min(A) with evidence that λ_min(A) > μ, or None if none is found.

    The floating λ_min is a guess: the shift goes down from it until the checker accepts, and up again by bisection.
    """
    guess = least_eigenvalue(form)
    if guess is None or form.size == 0:
        return None
    # Of a matrix that is 0, or nearly, any gap is wide.
    scale = max(abs(guess), _size(form), LEAST_SCALE) * 2.0**-48
    rejected, gap, found = 0.0, scale, None
    for _ in range(WIDENINGS):
        found = _at(form, guess - gap)
        if found is not None:
            break
        rejected, gap = gap, gap * 16
    if found is None:
        return None
    for _ in range(REFINEMENTS):
        middle = (rejected + gap) / 2
        better = _at(form, guess - middle)
        rejected, gap, found = (rejected, middle, better) if better is not None else (middle, gap, found)
    return found


def _at(form: Form, mu: float) -> tuple[Fraction, Proposal] | None:
    bound = Fraction(mu)
    evidence = propose(form.shifted(bound))
    return None if evidence is None else (bound, evidence)


def least_eigenvalue(form: Form) -> float | None:
    """Return λ_min of the form without its slack in floating point, or None if it was not found; it proves nothing."""
    from scipy import linalg
    from scipy.sparse.linalg import ArpackError, eigsh

    operator, n = _operator(form)
    try:
        if n <= DENSE_EIGENVALUES:
            whole = form.values if isinstance(form, DenseForm) else operator @ np.eye(n)
            value = float(linalg.eigvalsh(whole, subset_by_index=(0, 0))[0]) if n else np.inf
        else:
            start = np.random.default_rng(0).normal(size=n)
            value = float(eigsh(operator, k=1, which="SA", v0=start, tol=1e-12, return_eigenvectors=False)[0])
    except (ArpackError, linalg.LinAlgError, ValueError):
        return None
    return value - float(form.slack) if np.isfinite(value) else None


def _operator(form: Form) -> tuple[Any, int]:
    if isinstance(form, DenseForm):
        return form.values, form.size
    if isinstance(form, SparseForm):
        return _scipy(form), form.size
    from scipy.sparse.linalg import LinearOperator

    alive = np.isfinite(form.diagonal)
    d, Xi, s = form.diagonal[alive], form.patterns.values[:, alive], float(form.scale)

    def times(x: Floats) -> Floats:
        product: Floats = d.reshape(-1, *[1] * (x.ndim - 1)) * x - s * (Xi.T @ (Xi @ x))
        return product

    n = len(d)
    return LinearOperator((n, n), matvec=times, matmat=times, dtype=np.float64), n


def _scipy(form: SparseForm) -> Any:
    from scipy import sparse

    places = np.arange(form.size)
    row = np.concatenate([places, form.row, form.column])
    column = np.concatenate([places, form.column, form.row])
    return sparse.csr_array((np.concatenate([form.diagonal, form.values, form.values]), (row, column)))


def _size(form: Form) -> float:
    diagonal = np.diag(form.values) if isinstance(form, DenseForm) else form.diagonal
    return float(np.max(np.abs(diagonal[np.isfinite(diagonal)]), initial=0.0))


def _candidates(form: Form, trust_lapack: bool) -> Iterator[Proposal]:
    if isinstance(form, LowRankForm):
        yield from _low_rank(form, trust_lapack)
    elif isinstance(form, SparseForm):
        yield from _sparse(form, trust_lapack)
    elif form.size > SMALL:
        yield from _dense(form, trust_lapack)
    if form.size <= EXACT_LIMIT and not (isinstance(form, LowRankForm) and form.patterns.radius):
        yield {"method": "exact"}


def _dense(form: DenseForm, trust_lapack: bool) -> Iterator[Proposal]:
    if trust_lapack:
        yield {"method": "cholesky"}
        return
    try:
        exponents = balancing_exponents(np.diag(form.values))
    except EvidenceRejected:
        return
    scaled = DenseForm(np.ldexp(form.values, exponents[:, None] + exponents[None, :]))
    least = least_eigenvalue(scaled)
    if least is not None and least > 0:
        yield {"method": "integer_cholesky", "shift": str(Fraction(float(few_digits(np.array(least / 2)))))}


def _low_rank(form: LowRankForm, trust_lapack: bool) -> Iterator[Proposal]:
    try:
        complement = propose(schur_complement(form), trust_lapack=trust_lapack)
    except EvidenceRejected:
        return
    if complement is not None:
        yield {"method": "low_rank", "complement": complement}


def _sparse(form: SparseForm, trust_lapack: bool) -> Iterator[Proposal]:
    yield {"method": "dominance"}
    weights = _weights(form)
    if weights is not None:
        yield {"method": "dominance", "weights": weights}
    if not trust_lapack:
        return
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    A = _scipy(form)
    order = reverse_cuthill_mckee(A, symmetric_mode=True)
    place = np.empty(form.size, dtype=np.int64)
    place[order] = np.arange(form.size)
    block = int(np.abs(place[form.row] - place[form.column]).max(initial=1))
    least = least_eigenvalue(form)
    if least is not None and least > 0:
        share = str(Fraction(float(few_digits(np.array(least / 4)))))
        yield {"method": "windows", "order": order.tolist(), "block": block, "share": share}


def _weights(form: SparseForm) -> list[str] | None:
    """Return w = M⁻¹1 for the comparison matrix M, rounded to a few digits, if it is positive."""
    from scipy.sparse.linalg import spsolve

    comparison = SparseForm(form.diagonal - float(form.slack), form.row, form.column, -np.abs(form.values))
    w = np.asarray(spsolve(_scipy(comparison).tocsc(), np.ones(form.size)))
    if not (np.isfinite(w).all() and (w > 0).all()):
        return None
    return [str(Fraction(entry)) for entry in few_digits(w / w.max()).tolist()]


def few_digits(x: Floats, bits: int = 16) -> Floats:
    """Return x rounded to so many bits, each entry relative to itself: short to write, exact to read, never 0."""
    mantissa, exponent = np.frexp(x)
    rounded: Floats = np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits)
    return rounded
