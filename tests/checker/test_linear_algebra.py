"""Exact linear algebra against independent elimination in Fractions, and at the edge between definite and not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import linear_algebra
from hopverify.checker.linear_algebra import (
    inertia,
    inverse,
    is_positive_definite,
    is_positive_semidefinite,
    is_symmetric,
    nullspace,
    rank,
    solve,
)
from tests.rationals import exact

Matrix = np.ndarray[Any, Any]


def random_matrix(generator: np.random.Generator, rows: int, columns: int) -> Matrix:
    return exact(generator.integers(-6, 7, size=(rows, columns)).tolist()) / Fraction(int(generator.integers(1, 9)))


def pivots(A: Matrix) -> list[Fraction] | None:
    """Return the pivots of symmetric elimination, None where one is 0 beside a row that is not."""
    A, found = A.copy(), []
    for k in range(len(A)):
        found.append(Fraction(A[k, k]))
        if A[k, k] == 0:
            if any(A[k, k + 1 :] != 0):
                return None
            continue
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :]) / A[k, k]
    return found


@pytest.mark.parametrize("seed", range(40))
def test_inertia_is_that_of_the_pivots(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 7))
    factor = random_matrix(generator, int(generator.integers(1, n + 1)), n)
    signs = generator.choice([-1, 1], size=len(factor))
    A = factor.T @ (factor * signs[:, None])
    found = pivots(A)
    if found is None:
        assert inertia(A)[2] > 0
        return
    assert inertia(A) == (sum(p > 0 for p in found), sum(p == 0 for p in found), sum(p < 0 for p in found))
    assert is_positive_semidefinite(A) == all(p >= 0 for p in found)
    assert is_positive_definite(A) == all(p > 0 for p in found)


@pytest.mark.parametrize("seed", range(20))
def test_solutions_solve_and_kernels_vanish(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 6))
    A = random_matrix(generator, n, n)
    if seed % 2:
        A[-1] = A[0]
    b = random_matrix(generator, 1, n)[0]
    x, kernel = solve(A, b), nullspace(A)
    assert len(kernel) == n - rank(A)
    assert all(not (A @ v).any() and v.any() for v in kernel)
    assert (x is None) == bool(kernel) == (inverse(A) is None)
    if x is not None:
        assert (A @ x == b).all()


@pytest.mark.parametrize("n", [4, 40])
@pytest.mark.parametrize("change", [Fraction(1, 10**40), Fraction(0), Fraction(-1, 10**40)])
def test_definiteness_is_told_at_the_edge(n: int, change: Fraction) -> None:
    """The all-ones matrix plus (change)·I - e eᵀ parts: definite exactly if the change is positive, in any size."""
    A = np.full((n, n), Fraction(1), dtype=object)
    for i in range(n - 1):
        A[i, i] += 1
    A[-1, -1] += Fraction(1)
    # The Schur complement of the last entry is 2 - (n - 1)/n·…: made 0 by subtracting it, exactly.
    rest = A[-1, -1] - A[-1, :-1] @ solve(A[:-1, :-1], A[:-1, -1])
    A[-1, -1] += change - rest
    assert is_positive_definite(A) == (change > 0)
    assert is_positive_semidefinite(A) == (change >= 0)


def test_the_floating_guess_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 40
    A = np.full((n, n), Fraction(0), dtype=object)
    np.fill_diagonal(A, Fraction(1))
    A[0, 1] = A[1, 0] = Fraction(1) + Fraction(1, 10**30)
    monkeypatch.setattr(np.linalg, "eigvalsh", lambda matrix: np.ones(len(matrix)))
    monkeypatch.setattr(np.linalg, "cholesky", lambda matrix: np.eye(len(matrix)))
    assert not linear_algebra._has_factor(A)
    assert not is_positive_definite(A)


def test_definiteness_is_asked_of_symmetric_matrices_only() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        is_positive_definite(exact([[1, 1], [0, 1]]))


def test_matrices_without_rows_and_rows_that_are_no_matrix() -> None:
    empty: Any = np.empty((0, 0), dtype=object)
    assert (rank(empty), inertia(empty)) == (0, (0, 0, 0))
    assert is_symmetric(exact([[1, 1], [1, 1]]))
    assert not is_symmetric(exact([[1, 1]]))


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([[1, 0], [0, 1]], True),
        ([[2, 1], [1, 2]], True),
        ([[2, 2], [2, 2]], False),
        ([[1, 2], [2, 1]], False),
        ([[1, 1, 0], [1, 1, 0], [0, 0, 1]], False),
    ],
)
def test_a_guess_shows_only_what_the_rest_shows(monkeypatch: pytest.MonkeyPatch, rows: Any, shown: bool) -> None:
    """With a factor of 0 the rest is the matrix itself: strict dominance by rows has to hold."""
    monkeypatch.setattr(np.linalg, "eigvalsh", lambda A: np.ones(len(A)))
    monkeypatch.setattr(np.linalg, "cholesky", np.zeros_like)
    assert linear_algebra._has_factor(exact(rows)) is shown
