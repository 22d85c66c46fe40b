"""Has ẋ = -x + W tanh x one equilibrium that attracts every state? W symmetric with ‖W‖₂ = 0.8.

hopverify reads the spec and its array from files, proves, and checks the certificate. The entries of W are rounded to
multiples of 2⁻¹⁶, which changes the norm in its third or fourth digit and spares z3 long numbers. z3 has no tanh: it is
asked for the one premise that is polynomial, that no d has |d| = 1 and dᵀ(I - W)d ≤ 0, in nonlinear real arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh

from hopverify.benchmarks import Benchmark, TimeUpError, Way
from hopverify.benchmarks.cases._whole import proved

LIMIT = 10
"""Seconds that z3 gets."""

SPEC = """\
hopverify: 1
name: symmetric
layers:
  x: {{size: {size}, lagrangian: tanh}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {{file: w.npy}}}}
checks: [global_stability]
"""


def weights(n: int) -> NDArray[np.float64]:
    """Return W, n × n."""
    W = np.random.default_rng(n).normal(size=(n, n))
    W += W.T
    extreme = np.linalg.eigvalsh(W) if n < 100 else eigsh(W, k=2, which="LM", return_eigenvectors=False)
    W *= 0.8 / np.abs(extreme).max()
    rounded: NDArray[np.float64] = np.round(W * 2**16) / 2**16
    return rounded


def _whole(W: NDArray[np.float64]) -> Callable[[], None]:
    def work() -> None:
        proved(SPEC.format(size=len(W)), w=W)

    return work


def _eigenvalues(W: NDArray[np.float64]) -> Callable[[], None]:
    def work() -> None:
        assert np.linalg.eigvalsh(W)[-1] < 1

    return work


def _z3(W: NDArray[np.float64]) -> Callable[[], None]:
    def work() -> None:
        import z3

        d = [z3.Real(f"d{i}") for i in range(len(W))]
        form = z3.Sum(
            [
                _rational(z3, a) * x * y
                for row, x in zip(np.eye(len(W)) - W, d, strict=True)
                for a, y in zip(row, d, strict=True)
            ]
        )
        solver = z3.SolverFor("QF_NRA")
        solver.set("timeout", 1000 * LIMIT)
        solver.add(z3.Sum([x * x for x in d]) == 1, form <= 0)
        answer = solver.check()
        if answer == z3.unknown:
            raise TimeUpError
        assert answer == z3.unsat

    return work


def _rational(z3: Any, value: float) -> Any:
    return z3.Q(*float(value).as_integer_ratio())


BENCHMARK = Benchmark(
    name="global_stability",
    summary="Global stability of ẋ = -x + W tanh x, W dense and symmetric with ‖W‖₂ = 0.8.",
    variable="n",
    sizes=(2, 4, 8, 16, 20, 24, 32, 100, 300, 1000, 2000, 4000),
    quick=(2, 8, 100),
    problem=weights,
    fitted_from=300,
    ways=(
        Way(
            "hopverify",
            "the whole of it, a proof: writing and reading spec and array, proving, checking the certificate.",
            _whole,
            own=True,
        ),
        Way(
            "numpy eigvalsh",
            "λ_max(W) < 1 in floating point: the premise only, and no proof of it.",
            _eigenvalues,
            rounds=3,
        ),
        Way(
            "z3",
            "the premise only: that dᵀ(I - W)d ≤ 0 for no d with |d| = 1, in nonlinear real arithmetic; a proof. "
            f"The network itself, with tanh, is outside what it decides. Stopped after {LIMIT} s.",
            _z3,
            largest=32,
            rounds=2,
            needs="z3",
        ),
    ),
)
