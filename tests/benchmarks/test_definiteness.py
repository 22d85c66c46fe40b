"""Definiteness of large matrices: each verified method beside what a user would do otherwise, in one run.

The ratios that matter: ``test_verified`` to ``test_scipy`` of the same size, ``test_verified[500]`` to ``test_balls``.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import linalg

from hopverify.checker import check_certificate
from hopverify.checker.definiteness import check_definite
from hopverify.checker.definiteness.ball_ldl import has_positive_pivots
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm
from hopverify.expr.balls import ball, precision
from hopverify.numerics.definiteness import lower_bound, propose
from hopverify.pipeline import verify
from hopverify.spec import read_spec

pytestmark = pytest.mark.long


def form(n: int) -> DenseForm:
    """Return 3I - W for a symmetric Gaussian W of norm 2, about."""
    W = np.random.default_rng(n).normal(size=(n, n)) / np.sqrt(2 * n)
    return DenseForm.of(3 * np.eye(n) - (W + W.T))


@pytest.mark.parametrize("n", [500, 2000, 4000])
@pytest.mark.benchmark(group="definite")
def test_verified(benchmark: Any, n: int) -> None:
    matrix = form(n)
    benchmark.pedantic(check_definite, args=(matrix, {"method": "cholesky"}), rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("n", [500, 2000, 4000])
@pytest.mark.benchmark(group="definite")
def test_scipy(benchmark: Any, n: int) -> None:
    """SciPy's Cholesky: what proves nothing by itself."""
    values = form(n).values
    benchmark.pedantic(linalg.cholesky, args=(values,), rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("n", [500, 2000, 4000])
@pytest.mark.benchmark(group="definite")
def test_reading_a_matrix(benchmark: Any, n: int) -> None:
    """Symmetry and finiteness, asked once for a matrix that comes from outside."""
    values = form(n).values
    benchmark.pedantic(DenseForm.of, args=(values,), rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("n", [500, 1000])
@pytest.mark.benchmark(group="definite")
def test_integer_factor(benchmark: Any, n: int) -> None:
    matrix = form(n)
    benchmark.pedantic(check_definite, args=(matrix, {"method": "integer_cholesky", "shift": "1/8"}), rounds=5)


@pytest.mark.benchmark(group="definite")
def test_balls(benchmark: Any) -> None:
    """LDLᵀ with python-flint's balls, n = 500."""
    with precision():
        balls = np.array([[ball(Fraction(value)) for value in row] for row in form(500).values.tolist()], dtype=object)
        assert benchmark.pedantic(has_positive_pivots, args=(balls,), rounds=1)


@pytest.mark.parametrize("n", [1000, 2000])
@pytest.mark.benchmark(group="least eigenvalue")
def test_lower_bound(benchmark: Any, n: int) -> None:
    matrix = form(n)
    bound, _ = benchmark.pedantic(lower_bound, args=(matrix,), rounds=1)
    benchmark.extra_info["below the floating value"] = float(linalg.eigvalsh(matrix.values)[0] - bound)


@pytest.mark.parametrize("n", [1000, 2000])
@pytest.mark.benchmark(group="least eigenvalue")
def test_eigenvalues(benchmark: Any, n: int) -> None:
    benchmark.pedantic(linalg.eigvalsh, args=(form(n).values,), rounds=1)


@pytest.mark.parametrize(("n", "patterns"), [(10_000, 60), (10_000, 600), (100_000, 60)])
@pytest.mark.benchmark(group="structured")
def test_low_rank(benchmark: Any, n: int, patterns: int) -> None:
    Xi = np.random.default_rng(n).choice([-1.0, 1.0], size=(patterns, n))
    matrix = LowRankForm(np.full(n, 4.0), Midpoint(Xi, 0.0), Fraction(1, n))
    evidence = propose(matrix)
    assert evidence is not None
    benchmark.pedantic(check_definite, args=(matrix, evidence), rounds=3)


@pytest.mark.parametrize("diagonal", [4.01, 4.0])
@pytest.mark.benchmark(group="structured")
def test_sparse(benchmark: Any, diagonal: float) -> None:
    """A grid of 100 × 100 neurons with couplings between neighbours."""
    places = np.arange(10_000).reshape(100, 100)
    row = np.concatenate([places[1:].ravel(), places[:, 1:].ravel()])
    column = np.concatenate([places[:-1].ravel(), places[:, :-1].ravel()])
    matrix = SparseForm(np.full(10_000, diagonal), row, column, np.ones(len(row)))
    evidence = propose(matrix)
    assert evidence is not None
    benchmark.extra_info["method"] = evidence["method"]
    benchmark.pedantic(check_definite, args=(matrix, evidence), rounds=1)


@pytest.mark.parametrize("n", [1000, 4000])
@pytest.mark.benchmark(group="global stability")
def test_global_stability(benchmark: Any, n: int, tmp_path: Path) -> None:
    """ẋ = -x + W tanh x with ‖W‖₂ = 0.8: reading, proving and checking."""
    W = np.random.default_rng(n).normal(size=(n, n))
    W = W + W.T
    np.save(tmp_path / "w.npy", W * (0.8 / np.abs(linalg.eigvalsh(W)[[0, -1]]).max()))
    path = tmp_path / "large.yaml"
    path.write_text(
        f"hopverify: 1\nname: large\nlayers:\n  x: {{size: {n}, lagrangian: tanh}}\nsynapses:\n"
        "  w: {kind: dense, layers: [x, x], weights: {file: w.npy}}\nchecks: [global_stability]\n",
        encoding="utf-8",
    )

    def whole() -> None:
        spec = read_spec(path)
        certificate = verify(spec)
        assert certificate.results[0]["verdict"] == "pass"
        check_certificate(spec, certificate)

    benchmark.pedantic(whole, rounds=1)
