"""Which are all the states that no update changes? Spins with symmetric random weights, W_ii = 0, multiples of 2⁻¹⁰.

hopverify reads the spec and its array from files, searches, and checks the certificate, which searches again. The other
way goes through all 2ⁿ states with NumPy, in whole numbers as well, some thousands at a time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.benchmarks.cases._whole import proved

CHUNK = 2**14

SPEC = """\
hopverify: 1
name: spins
layers:
  s: {{size: {size}, states: spins}}
synapses:
  w: {{kind: dense, layers: [s, s], weights: {{file: w.npy}}}}
update: asynchronous
checks: [spin_fixed_points]
"""


def weights(n: int) -> NDArray[np.float64]:
    """Return W, n × n."""
    W = np.random.default_rng(n).normal(size=(n, n))
    W = np.round((W + W.T) * 2**10) / 2**10
    np.fill_diagonal(W, 0)
    return W


def _whole(W: NDArray[np.float64]) -> Callable[[], Counts]:
    def work() -> Counts:
        claim = proved(SPEC.format(size=len(W)), w=W)
        return {"fixed points": int(claim["obligations"][0]["data"]["count"])}

    return work


def _all_states(W: NDArray[np.float64]) -> Callable[[], Counts]:
    n = len(W)
    # Sums of so few multiples of 2⁻¹⁰ are exact in doubles, whose products of matrices are the fastest.
    places = np.arange(n)

    def work() -> Counts:
        count = 0
        for first in range(0, 2**n, CHUNK):
            numbers = np.arange(first, min(first + CHUNK, 2**n))
            states = 2.0 * ((numbers[:, None] >> places) & 1) - 1.0
            count += int((states * (states @ W) >= 0).all(axis=1).sum())
        return {"fixed points": count}

    return work


BENCHMARK = Benchmark(
    name="spin_fixed_points",
    summary="All fixed points of n spins with symmetric random weights.",
    variable="n",
    sizes=(12, 16, 20, 24, 28),
    quick=(12, 16),
    problem=weights,
    fitted_from=16,
    ways=(
        Way(
            "hopverify",
            "the whole of it, a proof: writing and reading spec and array, searching, checking the certificate.",
            _whole,
            own=True,
        ),
        Way("numpy", "all states in turn, in doubles that hold all sums exactly.", _all_states, largest=24, rounds=2),
    ),
)
