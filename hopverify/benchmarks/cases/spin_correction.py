"""From how many flips does a Hebbian memory certainly recover? n spins, n/100 random patterns, W_ii = 0.

hopverify reads the spec and the patterns from files, bounds all flips of every pattern in one pass, and checks the
certificate, which does so again. The other ways are what one would do otherwise: the same bound with the whole matrix
in doubles, and random flips of every pattern, which prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.benchmarks.cases._whole import proved

TRIALS = 10

SPEC = """\
hopverify: 1
name: flips
layers:
  s: {{size: {size}, states: spins}}
synapses:
  w: {{kind: hebbian, layers: [s], patterns: {{file: patterns.npy}}, zero_diagonal: true}}
memories:
  m: {{layer: s, patterns: {{same_as: w.patterns}}}}
update: asynchronous
checks: [{{spin_correction: {{flips: 1}}}}]
"""


def patterns(n: int) -> NDArray[np.int8]:
    """Return the patterns, n/100 × n."""
    return np.random.default_rng(n).choice([-1, 1], size=(n // 100, n)).astype(np.int8)


def _whole(Xi: NDArray[np.int8]) -> Callable[[], Counts]:
    def work() -> Counts:
        claim = proved(SPEC.format(size=Xi.shape[1]), patterns=Xi)
        return {"flips": int(claim["obligations"][0]["data"]["least"])}

    return work


def _whole_matrix(Xi: NDArray[np.int8]) -> Callable[[], Counts]:
    def work() -> Counts:
        X = Xi.astype(np.float64)
        W = X.T @ X
        np.fill_diagonal(W, 0)
        margins = (X * (X @ W)).min(axis=0)
        taken = np.cumsum(np.sort(np.abs(W), axis=1)[:, ::-1], axis=1)
        return {"flips": int((2 * taken <= margins[:, None]).sum(axis=1).min())}

    return work


def _trials(Xi: NDArray[np.int8]) -> Callable[[], Counts]:
    def work() -> Counts:
        generator, X = np.random.default_rng(0), Xi.astype(np.float64)
        own = (X * X).sum(axis=0)
        for _ in range(TRIALS):
            flips = np.where(generator.random(X.shape) < 0.01, -1.0, 1.0)
            states = X * flips
            driven = (states @ X.T) @ X - own * states
            assert (np.sign(driven) == X).all()
        return {}

    return work


BENCHMARK = Benchmark(
    name="spin_correction",
    summary="Flips from which every pattern of a Hebbian memory of n spins is certainly restored.",
    variable="n",
    sizes=(500, 1000, 2000, 5000, 10_000),
    quick=(500, 2000),
    problem=patterns,
    fitted_from=2000,
    ways=(
        Way(
            "hopverify",
            "the whole of it, a proof: writing and reading spec and patterns, bounding, checking the certificate.",
            _whole,
            own=True,
            rounds=3,
        ),
        Way(
            "numpy, whole matrix",
            "the bound over all flips with W and its sorted rows in doubles; whole numbers, but nothing says so.",
            _whole_matrix,
            largest=5000,
            rounds=3,
        ),
        Way(
            "numpy, random flips",
            f"{TRIALS} random states around each pattern, one neuron in a hundred flipped: no proof of anything.",
            _trials,
            rounds=3,
        ),
    ),
)
