"""The inequality on which each proof in floating point rests, in rationals, and how little more is asked for."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest

from hopverify.checker.definiteness import ball_ldl, check_definite, cholesky, dominance, integer_cholesky, low_rank
from hopverify.checker.definiteness.integer_cholesky import balancing_exponents, check_products_exact
from hopverify.checker.definiteness.low_rank import schur_complement
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected

U = Fraction(1, 2**53)
TINY = Fraction(1, 2**1020)


def gamma(k: int) -> Fraction:
    return k * U / (1 - k * U)


# ------------------------------------------------------------------ cholesky


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("slack", [Fraction(0), Fraction(1, 3), Fraction(-1, 3), Fraction(-(2**70))])
@pytest.mark.parametrize("scale", [1.0, 2.0**900, 2.0**-900, 2.0**-1010])
def test_the_diagonal_is_lowered_by_what_rounding_may_lose(n: int, slack: Fraction, scale: float) -> None:
    """Whatever LAPACK loses, nα of ã_i and ν, is below what the diagonal was lowered by beyond the slack."""
    diagonal = scale * (1.0 + np.arange(n) / 7)
    slack *= Fraction(scale) / 2
    lowered = cholesky.lowered_diagonal(diagonal, slack)
    alpha = gamma(n + 3) / (1 - gamma(n + 3))
    rest = [Fraction(entry) - slack for entry in diagonal.tolist()]
    underflow = n * (4 * n + 16) * (1 + max(rest)) * TINY
    for exact, low in zip(rest, map(Fraction, lowered.tolist()), strict=True):
        assert low * (1 + n * alpha) + underflow <= exact
        widest = n * alpha * (1 + Fraction(1, 2**20)) + 12 * U
        assert low >= exact * (1 - widest) - underflow * (1 + 64 * U) - TINY / 2**40


@pytest.mark.parametrize("wrong", [[1.0, 0.0], [1.0, -1.0], [1.0, np.inf], [np.nan, 1.0], [1.0, 0.25]])
def test_a_diagonal_without_anything_left_is_refused(wrong: list[float]) -> None:
    cholesky.lowered_diagonal(np.array([1.0, 0.5]), Fraction(1, 4))
    with pytest.raises(EvidenceRejected, match="not positive, or not finite"):
        cholesky.lowered_diagonal(np.array(wrong), Fraction(1, 4))


def test_a_small_diagonal_is_taken() -> None:
    check_definite(DenseForm.of(np.diag([2.0**-900, 0.5])), {"method": "cholesky"})


def test_a_factor_has_a_positive_finite_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy's own factorisation never gives these; the proof asks for more than that it did not fail."""
    assert cholesky.has_floating_factor(np.eye(2))
    for wrong in ([1.0, 0.0], [1.0, -1.0], [np.inf, 1.0], [1.0, np.nan]):
        made = np.diag(wrong)
        monkeypatch.setattr(cholesky, "_IN_COLUMNS", lambda A, out, made=made: made)
        assert not cholesky.has_floating_factor(np.eye(2))
        monkeypatch.setattr(cholesky, "_IN_COLUMNS", None)
        monkeypatch.setattr(cholesky.np.linalg, "cholesky", lambda A, made=made: made)
        assert not cholesky.has_floating_factor(np.eye(2))
        monkeypatch.undo()


def test_the_public_factorisation_serves_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cholesky, "_IN_COLUMNS", None)
    assert cholesky.has_floating_factor(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert not cholesky.has_floating_factor(np.array([[1.0, 2.0], [2.0, 1.0]]))


# ------------------------------------------------------------------ dominance


@pytest.mark.parametrize("exponent", [-1074, -1063, -1061, -1060, -1059, -1057, -1056, -1050, -500, 0, 900])
@pytest.mark.parametrize("n", [1, 2, 3, 9, 17])
def test_singular_matrices_are_not_dominant_at_any_scale(exponent: int, n: int) -> None:
    """Each row of (n - 1) on the diagonal and -1 beside it adds up to 0; for n = 1 that is the matrix 0."""
    A = np.ldexp(n * np.eye(n) - 1.0, exponent) if n > 1 else np.zeros((1, 1))
    row, column = np.tril_indices(n, -1)
    sparse = SparseForm(np.diag(A).copy(), row, column, A[row, column])
    for form in (DenseForm.of(A), sparse):
        for weights in ({}, {"weights": ["1"] * n}, {"weights": [str(Fraction(1, 2**399))] * n}):
            with pytest.raises(EvidenceRejected, match="dominance"):
                check_definite(form, {"method": "dominance"} | weights)
        if exponent > -1040:
            lifted = form.shifted(-Fraction(np.ldexp(1.0, exponent)) / 2**20)
            check_definite(lifted, {"method": "dominance"})


def test_the_slack_counts_once_and_in_full() -> None:
    A = np.array([[2.0, -1.0], [-1.0, 2.0]])
    check_definite(DenseForm(A, Fraction(1) - Fraction(1, 2**40)), {"method": "dominance"})
    with pytest.raises(EvidenceRejected, match="dominance"):
        check_definite(DenseForm(A, Fraction(1)), {"method": "dominance"})


def test_weights_multiply_columns() -> None:
    """[[1, -2], [-2, 9]] is dominant for weights (3, 1), in this order."""
    A = np.array([[1.0, -2.0], [-2.0, 9.0]])
    sparse = SparseForm(np.array([1.0, 9.0]), np.array([1]), np.array([0]), np.array([-2.0]))
    for form in (DenseForm.of(A), sparse):
        check_definite(form, {"method": "dominance", "weights": ["3", "1"]})
        for wrong in (["1", "3"], ["1", "1"], ["2", "1"], ["9", "2"]):
            with pytest.raises(EvidenceRejected, match="exceed"):
                check_definite(form, {"method": "dominance", "weights": wrong})


@pytest.mark.parametrize(
    ("weight", "taken"),
    [
        (Fraction(1, 2**400), False), (Fraction(1, 2**399), True),
        (Fraction(2**400), False), (Fraction(2**400) - 1, True), (Fraction(0), False), (Fraction(-1), False),
    ],
)  # fmt: skip
def test_weights_have_limits(weight: Fraction, taken: bool) -> None:
    form, evidence = DenseForm.of(np.eye(2)), {"method": "dominance", "weights": [str(weight)] * 2}
    if taken:
        check_definite(form, evidence)
    else:
        with pytest.raises(EvidenceRejected, match="between 2\\^-400 and 2\\^400"):
            check_definite(form, evidence)


def test_rows_beyond_one_pass_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one entry that spoils dominance may stand in any block of rows."""
    monkeypatch.setattr(dominance, "ROWS", 2)
    for place in [(i, j) for i in range(5) for j in range(i)]:
        A = np.eye(5)
        A[place] = A[place[::-1]] = -0.75
        check_definite(DenseForm.of(A), {"method": "dominance"})
        A[place] = A[place[::-1]] = -1.0
        with pytest.raises(EvidenceRejected, match="exceed"):
            check_definite(DenseForm.of(A), {"method": "dominance"})


# ------------------------------------------------------------------ low rank


@pytest.mark.parametrize("d", [1.0, 3.0, 2.0**800, 2.0**-890, np.inf])
@pytest.mark.parametrize("scale", [Fraction(1), Fraction(1, 3), Fraction(1, 2**600), Fraction(2**60, 7)])
@pytest.mark.parametrize("size", [1.0, 0.1, 2.0**-80, 2.0**70])
def test_the_complement_is_known_to_its_slack(d: float, scale: Fraction, size: float) -> None:
    """One pattern: 1 - s Σ ξ²/d in rationals, at scales where products underflow too."""
    n = 5
    Xi = size * (1.0 + np.arange(n) / 3)
    form = LowRankForm(np.full(n, d), Midpoint(Xi[None, :], 0.0), scale)
    if d < 1 and scale * Fraction(size) ** 2 / Fraction(d) > 2**1000:
        with pytest.raises(EvidenceRejected, match="too large"):
            schur_complement(form)
        return
    found = schur_complement(form)
    sum_of_squares = sum((Fraction(entry) ** 2 for entry in Xi.tolist()), Fraction(0))
    G = Fraction(0) if np.isinf(d) else scale * sum_of_squares / Fraction(d)
    assert abs(Fraction(found.values[0, 0]) - (1 - G)) <= found.slack
    assert found.slack >= gamma(n + 8) * G + U * (1 + G)
    assert found.slack <= gamma(n + 8) * G * (1 + Fraction(1, 2**17)) + 3 * U * (1 + G) + Fraction(1, 2**800)


@pytest.mark.parametrize("radius", [2.0**-30, 0.125, 2.0])
@pytest.mark.parametrize("d", [1.0, 2.0**20])
def test_a_radius_of_patterns_is_in_the_slack(radius: float, d: float) -> None:
    """φ = K r² s Σ 1/d bounds what the radius adds, with 2√(φ tr G): what the proof wants, and little more."""
    Xi, n, K, scale = np.array([[1.0, -2.0, 3.0], [2.0, 2.0, -1.0]]), 3, 2, Fraction(1, 2)
    exact = schur_complement(LowRankForm(np.full(n, d), Midpoint(Xi, 0.0), scale)).slack
    found = schur_complement(LowRankForm(np.full(n, d), Midpoint(Xi, radius), scale)).slack
    phi, trace = K * Fraction(radius) ** 2 * scale * n / Fraction(d), scale * 23 / Fraction(d)
    root = Fraction(isqrt(int(phi * trace * 2**240)), 2**120)
    wanted = 2 * root + phi
    assert wanted <= found - exact <= wanted * (1 + Fraction(1, 2**18))


@pytest.mark.parametrize(("d", "taken"), [(2.0**-899, True), (2.0**-900, False), (0.0, False), (-1.0, False)])
def test_a_diagonal_has_something_left(d: float, taken: bool) -> None:
    form = LowRankForm(np.array([1.0, d]), Midpoint(np.zeros((1, 2)), 0.0), Fraction(1))
    if taken:
        assert schur_complement(form).values.tolist() == [[1.0]]
    else:
        with pytest.raises(EvidenceRejected, match="d - σ is not positive"):
            schur_complement(form)


def test_the_slack_of_the_diagonal_is_taken_from_it() -> None:
    form = LowRankForm(np.full(1, 2.0), Midpoint(np.ones((1, 1)), 0.0), Fraction(1), Fraction(1, 2))
    assert Fraction(schur_complement(form).values[0, 0]) < Fraction(1, 3)
    assert Fraction(schur_complement(form.shifted(Fraction(-1))).values[0, 0]) > Fraction(1, 2)


def test_patterns_are_gone_through_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    Xi = np.arange(1.0, 15.0).reshape(2, 7)
    form = LowRankForm(np.full(7, 2.0**12), Midpoint(Xi, 0.0), Fraction(1))
    whole = np.eye(2) - Xi @ Xi.T / 2.0**12
    for entries in (1, 2, 4, 6, 100):
        monkeypatch.setattr(low_rank, "BLOCK_ENTRIES", entries)
        assert np.abs(schur_complement(form).values - whole).max() < 1e-12


# ------------------------------------------------------------------ integers


def test_exponents_bring_a_diagonal_near_one() -> None:
    diagonal = np.array([1.0, 2.0, 3.0, 0.25, 2.0**-1074, 2.0**1000, 1.7e308, 0.7])
    exponents = balancing_exponents(diagonal)
    scaled = [Fraction(entry) * Fraction(4) ** int(e) for entry, e in zip(diagonal.tolist(), exponents, strict=True)]
    assert all(Fraction(1, 2) <= entry <= 2 for entry in scaled)
    for wrong in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(EvidenceRejected, match="not positive, or not finite"):
            balancing_exponents(np.array([1.0, wrong]))


def test_products_are_exact_up_to_a_sum_of_squares() -> None:
    """Rows with Σ L₁² = 2⁵² exactly, and Σ L₁²·Σ L₀² = 2¹⁰³; the next larger integer is refused."""
    full = np.array([[2.0**26, 0.0], [0.0, 1.0]])
    rest = np.array([[2.0**25, 2.0**25], [0.0, 0.0]])
    check_products_exact(full, rest)
    with pytest.raises(EvidenceRejected, match="without rounding"):
        check_products_exact(np.array([[2.0**26, 1.0]]), rest)
    with pytest.raises(EvidenceRejected, match="without rounding"):
        check_products_exact(full, np.array([[2.0**25, 2.0**25 + 1]]))
    check_products_exact(np.zeros((0, 0)), np.zeros((0, 0)))


def test_the_slack_of_an_integer_factor_is_scaled_with_its_row() -> None:
    """diag(4^k): the slack that is a quarter of the smallest entry is taken, the whole is not."""
    evidence = {"method": "integer_cholesky", "shift": "1/2"}
    form = DenseForm.of(np.diag([2.0**-40, 1.0, 2.0**40]))
    check_definite(form.shifted(Fraction(1, 2**42)), evidence)
    with pytest.raises(EvidenceRejected, match="dominant"):
        check_definite(form.shifted(Fraction(1, 2**40)), evidence)


# ------------------------------------------------------------------ sums and sizes of whole matrices


def test_sums_over_many_rows_are_those_of_all_entries() -> None:
    """More rows than are taken at a time; whole numbers, so that every sum is exact."""
    n = 2 * dominance.ROWS + 3
    A = np.random.default_rng(0).integers(-9, 10, size=(n, n)).astype(np.float64)
    w = np.random.default_rng(1).integers(1, 5, size=n).astype(np.float64)
    symmetric = np.tril(A, -1) + np.tril(A, -1).T
    assert (dominance._dense_sums(DenseForm(np.tril(A)), w) == np.abs(symmetric) @ w).all()
    assert (integer_cholesky._row_sums(np.array([[0.0, 3.0], [0.0, 1.0]])) == [3.0, 4.0]).all()


def test_products_are_exact_up_to_the_last_unit() -> None:
    none = np.zeros((1, 2))
    check_products_exact(np.array([[2.0**26, 0.0]]), none)
    with pytest.raises(EvidenceRejected, match="too large for products"):
        check_products_exact(np.array([[2.0**26, 1.0]]), none)


def test_balls_take_as_many_bits_as_are_asked_for() -> None:
    """The second pivot is 2⁻¹³⁹ about, below what the 128 bits of the default resolve beside 1."""
    almost = 1 - Fraction(1, 2**140)
    form = DenseForm.of_exact(np.array([[Fraction(1), almost], [almost, Fraction(1)]], dtype=object))
    with pytest.raises(EvidenceRejected, match="not certainly positive"):
        ball_ldl._verify(form, {})
    ball_ldl._verify(form, {"bits": 200})


def test_a_diagonal_that_rounding_brings_to_0_is_refused() -> None:
    for least in (2.0**-1074, 0.0, -1.0):
        with pytest.raises(EvidenceRejected, match="a diagonal entry is not positive, or not finite"):
            cholesky.lowered_diagonal(np.array([1.0, least]), Fraction(0))
    assert cholesky.lowered_diagonal(np.array([1.0, 2.0**-1073]), Fraction(0)).shape == (2,)
