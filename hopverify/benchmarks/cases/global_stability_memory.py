"""Has a warm modern Hopfield network one equilibrium that attracts every state? K unit patterns in 64 dimensions.

v̇ = Ξᵀ softmax(βΞv) - v, β = ½. No two unit vectors are farther apart than 2, so that the update contracts for β < 1.
hopverify reads the spec and the patterns from files, proves, and checks the certificate. The patterns are drawn on the
sphere and rounded to multiples of 2⁻¹⁶.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Way
from hopverify.benchmarks.cases._whole import proved

DIMENSIONS, BETA, STARTS, STEPS = 64, 0.5, 20, 100

SPEC = """\
hopverify: 1
name: warm-memory
layers:
  v: {{size: 64, lagrangian: identity}}
  h: {{size: {count}, lagrangian: {{softmax: {{beta: 1/2}}}}, tau: 0}}
synapses:
  xi: {{kind: dense, layers: [h, v], weights: {{file: patterns.npy}}}}
checks: [global_stability]
"""


def patterns(count: int) -> NDArray[np.float64]:
    """Return Ξ, K × 64."""
    drawn = np.random.default_rng(count).normal(size=(count, DIMENSIONS))
    unit: NDArray[np.float64] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.round(unit * 2**16) / 2**16


def _whole(Xi: NDArray[np.float64]) -> Callable[[], None]:
    def work() -> None:
        proved(SPEC.format(count=len(Xi)), patterns=Xi)

    return work


def _simulated(Xi: NDArray[np.float64]) -> Callable[[], None]:
    def work() -> None:
        v = np.random.default_rng(0).normal(size=(STARTS, DIMENSIONS))
        for _ in range(STEPS):
            logits = BETA * v @ Xi.T
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            v = shares / shares.sum(axis=1, keepdims=True) @ Xi
        assert np.abs(v - v[0]).max() < 1e-9

    return work


BENCHMARK = Benchmark(
    name="global_stability_memory",
    summary="Global stability of a modern Hopfield network of K unit patterns in 64 dimensions, β = ½.",
    variable="K",
    sizes=(10, 30, 100, 300, 1000, 3000),
    quick=(10, 100),
    problem=patterns,
    fitted_from=100,
    ways=(
        Way(
            "hopverify",
            "the whole of it, a proof: writing and reading spec and patterns, proving, checking the certificate.",
            _whole,
            own=True,
        ),
        Way(
            "numpy",
            f"the update {STEPS} times from {STARTS} states, which end in one: no proof.",
            _simulated,
            rounds=3,
        ),
    ),
)
