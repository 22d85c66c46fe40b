"""How long may steps of gradient descent be on the energy of a network of n inputs? 2/Λ, Λ a bound of its Hessian.

E = ½|x|² + Σ w_k tanh(V_k·x), with 2n hidden neurons. hopverify reads the spec and the arrays from files, proves, and
checks the certificate. V and w are drawn, and rounded to multiples of 2⁻¹⁰.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Way
from hopverify.benchmarks.cases._whole import proved

Arrays = tuple[NDArray[np.float64], NDArray[np.float64]]
STATES = 1000

SPEC = """\
hopverify: 1
name: network
layers:
  x: {{size: {size}, lagrangian: identity}}
arrays:
  V: {{file: V.npy}}
  w: {{file: w.npy}}
synapses:
  s: {{kind: expression, layers: [x], energy: "dot(w, tanh(V @ x))"}}
checks: [step_size]
"""


def network(size: int) -> Arrays:
    """Return V, 2n × n, and w."""
    generator = np.random.default_rng(size)
    V, w = generator.normal(size=(2 * size, size)) / np.sqrt(size), generator.normal(size=2 * size)
    return np.round(V * 2**10) / 2**10, np.round(w * 2**10) / 2**10


def _whole(arrays: Arrays) -> Callable[[], None]:
    V, w = arrays

    def work() -> None:
        proved(SPEC.format(size=V.shape[1]), V=V, w=w)

    return work


def _sampled(arrays: Arrays) -> Callable[[], None]:
    V, w = arrays

    def work() -> None:
        largest = 0.0
        for x in np.random.default_rng(0).normal(size=(STATES, V.shape[1])):
            t = np.tanh(V @ x)
            H = np.eye(V.shape[1]) + V.T @ ((-2 * w * t * (1 - t**2))[:, None] * V)
            largest = max(largest, float(np.linalg.eigvalsh(H)[-1]))
        assert largest > 0

    return work


BENCHMARK = Benchmark(
    name="step_size_network",
    summary="The longest certified step of gradient descent on the energy of a network of n inputs.",
    variable="n",
    sizes=(2, 4, 8, 16, 32, 64),
    quick=(2, 8),
    problem=network,
    fitted_from=8,
    ways=(
        Way(
            "hopverify",
            "the whole of it, a proof: writing and reading spec and arrays, proving, checking the certificate.",
            _whole,
            own=True,
        ),
        Way("numpy", f"the largest eigenvalue of the Hessian at {STATES:,} states: no proof.", _sampled, rounds=3),
    ),
)
