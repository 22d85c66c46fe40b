"""Is 3I - W positive definite, W symmetric Gaussian of norm 2, about? Verified in floating point, and otherwise."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from hopverify.benchmarks import Benchmark, Way
from hopverify.checker.definiteness import check_definite
from hopverify.checker.definiteness.ball_ldl import has_positive_pivots
from hopverify.checker.quadratic_forms import DenseForm
from hopverify.expr.balls import ball, precision


def matrix(n: int) -> DenseForm:
    """Return 3I - W with W of norm 2, about, rows of doubles."""
    W = np.random.default_rng(n).normal(size=(n, n)) / np.sqrt(2 * n)
    return DenseForm.of(3 * np.eye(n) - (W + W.T))


def verified(form: DenseForm) -> Callable[[], None]:
    """Return the work of hopverify."""
    return lambda: check_definite(form, {"method": "cholesky"})


def _scipy(form: DenseForm) -> Callable[[], None]:
    def work() -> None:
        linalg.cholesky(form.values)

    return work


def _eigenvalues(form: DenseForm) -> Callable[[], None]:
    def work() -> None:
        assert np.linalg.eigvalsh(form.values)[0] > 0

    return work


def _balls(form: DenseForm) -> Callable[[], None]:
    entries = _array_of_balls(form)

    def work() -> None:
        with precision():
            assert has_positive_pivots(entries.copy())

    return work


def _array_of_balls(form: DenseForm) -> NDArray[Any]:
    with precision():
        return np.array([[ball(Fraction(value)) for value in row] for row in form.values.tolist()], dtype=object)


def _ball_determinant(form: DenseForm) -> Callable[[], None]:
    from flint import arb_mat

    with precision():
        entries = arb_mat(form.values.tolist())

    def work() -> None:
        with precision():
            assert entries.det() > 0

    return work


BENCHMARK = Benchmark(
    name="verified_cholesky",
    summary="Positive definiteness of 3I - W, dense, W symmetric Gaussian with ‖W‖₂ ≈ 2.",
    variable="n",
    sizes=(100, 200, 500, 1000, 2000, 4000),
    quick=(50, 100, 200),
    problem=matrix,
    fitted_from=500,
    ways=(
        Way(
            "verified Cholesky",
            "the checker's method `cholesky`: a proof about exactly this matrix.",
            verified,
            own=True,
        ),
        Way("scipy.linalg.cholesky", "floating point; that it ends proves nothing.", _scipy),
        Way("numpy eigvalsh", "floating point; proves nothing.", _eigenvalues, rounds=3),
        Way("ball LDLᵀ", "a proof: elimination in python-flint's balls, row by row.", _balls, largest=500, rounds=2),
        Way(
            "ball determinant",
            "python-flint's own elimination in C (`arb_mat.det`): a proof of det > 0 only, so less than was asked.",
            _ball_determinant,
            largest=500,
            rounds=2,
        ),
    ),
)
