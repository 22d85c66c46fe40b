"""No method passes a matrix that is singular or indefinite, however close to definite it is; the oracle is exact."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.checker.definiteness import METHODS, check_definite, cholesky, integer_cholesky
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, Form, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected
from tests.rationals import exact

ON_DENSE: list[dict[str, Any]] = [
    {"method": "cholesky"},
    {"method": "exact"},
    {"method": "ball_ldl"},
    {"method": "dominance"},
    *({"method": "integer_cholesky", "shift": shift} for shift in ("0", "1/1125899906842624", "1/1048576", "1/16")),
]
SCALES = [1.0, 2.0**-500, 2.0**480, 2.0**-1060, 3.0, 1e-7]


def passes(form: Form, evidence: dict[str, Any]) -> bool:
    try:
        check_definite(form, evidence)
    except EvidenceRejected:
        return False
    return True


def near_singular(seed: int) -> np.ndarray[Any, Any]:
    """Return a singular integer Gram matrix, at one of many scales, with at most one diagonal entry moved one ulp."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 9))
    rank = int(generator.integers(max(n - 1, 0), n)) if n > 1 else 0
    B = generator.integers(-9, 10, size=(rank, n)).astype(np.float64)
    A = B.T @ B * SCALES[seed % len(SCALES)]
    i = int(generator.integers(n))
    move = seed // len(SCALES) % 3 - 1
    if move:
        A[i, i] = np.nextafter(A[i, i], move * np.inf)
    if seed % 2:
        # Rows of very different scale: powers of two keep the matrix what it is.
        powers = 2.0 ** generator.integers(-12, 13, size=n)
        A = A * np.outer(powers, powers)
    return A


@pytest.mark.parametrize("block", range(10))
def test_one_unit_in_the_last_place_of_a_singular_matrix(block: int) -> None:
    definite = 0
    for seed in range(60 * block, 60 * (block + 1)):
        A = near_singular(seed)
        truth = is_positive_definite(exact(A))
        definite += truth
        form = DenseForm.of(A)
        for evidence in ON_DENSE:
            assert truth or not passes(form, evidence), (seed, evidence)
        assert passes(form, {"method": "exact"}) == truth
    assert 0 < definite < 60


@pytest.mark.parametrize("n", [30, 75, 100])
def test_singular_matrices_of_medium_size(n: int) -> None:
    """Integer Gram matrices of rank n - 1, and with one diagonal entry a last bit smaller: none is definite."""
    generator = np.random.default_rng(n)
    evidence = [entry for entry in ON_DENSE if entry["method"] in {"cholesky", "integer_cholesky", "dominance"}]
    for trial in range(15):
        B = generator.integers(-5, 6, size=(n - 1, n)).astype(np.float64)
        A = B.T @ B * SCALES[trial % 3]
        i = int(generator.integers(n))
        for form in (DenseForm.of(A), DenseForm.of(_lowered(A, i))):
            assert not any(passes(form, entry) for entry in evidence)
        A[np.diag_indices(n)] *= 1 + 1e-7
        assert passes(DenseForm.of(A), {"method": "cholesky"})


def noisy(n: int, seed: int) -> np.ndarray[Any, Any]:
    """Return an integer Gram matrix of rank n - 1, all entries of similar size: most pivots are noise."""
    generator = np.random.default_rng(seed)
    B = 2.0**18 + generator.integers(-(2**10), 2**10, size=(n - 1, n))
    A = B.T @ B
    assert A.max() < 2.0**53
    return A


@pytest.mark.parametrize("n", [10, 25, 50])
def test_rounding_errors_do_not_pass(n: int) -> None:
    """None is definite, also with each diagonal entry a unit in the last place smaller; rounding makes some look so."""
    fooled = 0
    for seed in range(100):
        A = noisy(n, seed)
        lower = A.copy()
        lower[np.diag_indices(n)] = np.nextafter(np.diag(A), 0)
        fooled += cholesky.has_floating_factor(lower)
        for form in (DenseForm.of(A), DenseForm.of(lower)):
            for evidence in ON_DENSE:
                if evidence["method"] in {"cholesky", "integer_cholesky", "dominance"}:
                    assert not passes(form, evidence)
        assert passes(DenseForm.of(A + np.diag(A.diagonal() * 1e-9)), {"method": "cholesky"})
    assert fooled > 0


def test_products_that_might_round_are_refused() -> None:
    small = np.full((2, 4), 2.0**24)
    integer_cholesky.check_products_exact(small, small)
    with pytest.raises(EvidenceRejected, match="without rounding"):
        integer_cholesky.check_products_exact(4 * small, small)
    with pytest.raises(EvidenceRejected, match="without rounding"):
        integer_cholesky.check_products_exact(small, small * 2.0**3)
    with pytest.raises(EvidenceRejected, match="without rounding"):
        integer_cholesky.check_products_exact(small * np.nan, small)


def _lowered(A: np.ndarray[Any, Any], i: int) -> np.ndarray[Any, Any]:
    result = A.copy()
    result[i, i] = np.nextafter(A[i, i], 0)
    return result


def test_floating_point_alone_would_pass_some() -> None:
    """The matrices are hard: plain Cholesky accepts some that are not definite."""
    wrong = 0
    for seed in range(600):
        A = near_singular(seed)
        try:
            np.linalg.cholesky(A)
        except np.linalg.LinAlgError:
            continue
        wrong += not is_positive_definite(exact(A))
    assert wrong > 5


@pytest.mark.parametrize("scale", SCALES[:3] + SCALES[4:])
@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_what_is_safely_definite_passes(scale: float, n: int) -> None:
    generator = np.random.default_rng(n)
    B = generator.integers(-3, 4, size=(n, n)).astype(np.float64)
    A = (B.T @ B + n * np.eye(n)) * scale
    form = DenseForm.of(A)
    assert passes(form, {"method": "cholesky"})
    assert passes(form, {"method": "exact"})
    assert passes(form, {"method": "ball_ldl"})
    assert passes(form, {"method": "integer_cholesky", "shift": "1/64"})
    # One eigenvalue less than 0, far away from rounding: all refuse.
    x = generator.choice([-1.0, 1.0], size=n)
    B = DenseForm.of(A - np.outer(x, x) * (A.sum() * n))
    assert not any(passes(B, evidence) for evidence in ON_DENSE)


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.integers(-1060, 1000), st.booleans())
def test_passes_are_theorems(n: int, seed: int, exponent: int, shifted: bool) -> None:
    generator = np.random.default_rng(seed)
    A = np.ldexp(np.round(generator.normal(size=(n, n)) * 2.0 ** generator.integers(1, 40)), exponent - 40)
    A = np.tril(A) + np.tril(A, -1).T
    rows = np.abs(A).sum(axis=1) * generator.choice([0.0, 0.5, 1.0, 1.1])
    A[np.diag_indices(n)] += rows
    if not np.isfinite(A).all():
        return
    mu = Fraction(A[0, 0]) / int(generator.integers(1, 9)) if shifted else Fraction(0)
    form = DenseForm.of(A).shifted(mu)
    B = exact(A)
    B[np.diag_indices(n)] -= mu
    truth = is_positive_definite(B)
    for evidence in ON_DENSE:
        assert truth or not passes(form, evidence), evidence
    assert passes(form, {"method": "exact"}) == truth


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 2.0**-30, 0.125]))
def test_low_rank_passes_are_theorems(n: int, K: int, seed: int, radius: float) -> None:
    """Patterns within the radius of those given: any of them must give a definite matrix."""
    generator = np.random.default_rng(seed)
    Xi = generator.integers(-4, 5, size=(K, n)).astype(np.float64)
    scale = Fraction(int(generator.integers(1, 9)), int(generator.integers(1, 40)))
    # Exactly singular for one row of the diagonal, if the row sums say so; otherwise near.
    d = (
        np.abs(float(scale) * (np.abs(Xi).T @ np.abs(Xi))).sum(axis=1) * generator.choice([0.3, 0.6, 1.0, 1.2])
        + 2.0**-40
    )
    form = LowRankForm(d, Midpoint(Xi, radius), scale)
    evidence = {"method": "low_rank", "complement": {"method": "cholesky"}}
    exactly = {"method": "low_rank", "complement": {"method": "exact"}}
    for _ in range(3):
        moved = exact(Xi) + Fraction(radius) * generator.choice([-1, 0, 1], size=Xi.shape).astype(object)
        A = -scale * (moved.T @ moved)
        A[np.diag_indices(n)] += exact(d)
        truth = is_positive_definite(A)
        assert truth or not passes(form, evidence)
        assert truth or not passes(form, exactly)


def test_low_rank_at_the_edge() -> None:
    """diag(d) - ξξᵀ with d = n is singular; the next double above is definite by less than rounding."""
    Xi = np.ones((1, 4))
    evidence = {"method": "low_rank", "complement": {"method": "exact"}}
    for d, expected in ((4.0, False), (np.nextafter(4.0, 0), False), (8.0, True), (4.0001, True)):
        form = LowRankForm(np.full(4, d), Midpoint(Xi, 0.0), Fraction(1))
        assert passes(form, evidence) == expected
    assert passes(LowRankForm(np.full(4, np.nextafter(4.0, 9)), Midpoint(Xi, 0.0), Fraction(1)), {"method": "exact"})
    # A neuron that is taken out asks for nothing.
    form = LowRankForm(np.array([3.5, 3.5, 3.5, np.inf]), Midpoint(Xi, 0.0), Fraction(1))
    assert passes(form, evidence)
    assert not passes(LowRankForm(np.array([3.5, 3.5, 3.5, 1e9]), Midpoint(2 * Xi, 0.0), Fraction(1)), evidence)
    assert not passes(LowRankForm(np.array([3.5, -1.0, 3.5, np.inf]), Midpoint(Xi, 0.0), Fraction(1)), evidence)


def tridiagonal(n: int, diagonal: float) -> SparseForm:
    places = np.arange(n - 1)
    return SparseForm(np.full(n, diagonal), places + 1, places, np.full(n - 1, -1.0))


@pytest.mark.parametrize("n", [2, 5, 9])
def test_sparse_against_exact(n: int) -> None:
    """The path's Laplacian: λ_min(tridiag(-1, t, -1)) = t - 2cos(π/(n + 1)), so definite iff t is above that."""
    edge = 2 * np.cos(np.pi / (n + 1))
    windows = {"method": "windows", "order": list(range(n)), "block": 2, "share": "1/1099511627776"}
    for t in (edge * (1 - 1e-15), np.nextafter(edge, 0), edge, np.nextafter(edge, 9), edge * (1 + 1e-15), edge + 1e-9):
        form = tridiagonal(n, float(t))
        truth = is_positive_definite(form.fractions())
        for evidence in (windows, {"method": "dominance"}, {"method": "exact"}):
            assert truth or not passes(form, evidence)
    assert passes(tridiagonal(n, edge + 1e-9), windows)
    assert passes(tridiagonal(n, 2.1), {"method": "dominance"})


@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_sparse_passes_are_theorems(n: int, seed: int, block: int) -> None:
    generator = np.random.default_rng(seed)
    dense = np.tril(generator.integers(-4, 5, size=(n, n)) * (generator.random((n, n)) < 0.4), -1).astype(np.float64)
    row, column = np.nonzero(dense)
    sums = np.abs(dense + dense.T).sum(axis=1) * generator.choice([0.5, 0.7, 1.0])
    form = SparseForm(sums + generator.choice([0.0, 2.0**-45, 0.5]), row, column, dense[row, column])
    form = form.shifted(Fraction(int(generator.integers(-4, 5)), 4))
    truth = is_positive_definite(form.fractions())
    order = generator.permutation(n).tolist()
    weights = [str(Fraction(int(w), 8)) for w in generator.integers(1, 30, size=n)]
    for evidence in (
        {"method": "windows", "order": order, "block": block, "share": "1/1024"},
        {"method": "dominance", "weights": weights},
        {"method": "dominance"},
    ):
        assert truth or not passes(form, evidence)


def test_every_method_is_attacked_here() -> None:
    attacked = {"cholesky", "exact", "ball_ldl", "dominance", "integer_cholesky", "low_rank", "windows"}
    assert {method.name for method in METHODS} == attacked
