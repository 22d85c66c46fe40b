"""All equilibria of dense symmetric tanh networks, as a claim with a proof, and the kernel's check of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.benchmarks.cases._lists import checking, searching
from hopverify.benchmarks.cases._networks import STARTS, Network, sampled
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec

GAIN, BIAS = 1.2, 0.2

SPEC = """\
hopverify: 1
name: dense
layers:
  x: {{size: {size}, lagrangian: tanh, bias: {b}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {W}}}
"""


@dataclass(frozen=True)
class Dense:
    """One network, in two forms."""

    network: Network
    model: Model


def _problem(size: int) -> Dense:
    random = np.random.default_rng(0)
    G: NDArray[np.float64] = random.normal(size=(size, size))
    W, b = (G + G.T) * GAIN / np.sqrt(2 * size), random.normal(size=size) * BIAS
    model = build_model(parse_spec(SPEC.format(size=size, W=W.tolist(), b=b.tolist())))
    return Dense(Network(W, b, "tanh"), model)


def _sample(given: Dense) -> Callable[[], Counts]:
    return lambda: sampled([given.network], np.tanh)


BENCHMARK = Benchmark(
    name="equilibria_dense",
    summary=f"All equilibria of x = W tanh x + b, n neurons, W = {GAIN}(G + Gᵀ)/√(2n), G and b/{BIAS} normal.",
    variable="n",
    sizes=(6, 8, 10, 12, 15, 17, 20),
    quick=(4, 6, 8),
    problem=_problem,
    fitted_from=8,
    ways=(
        Way("search", "branch and prune, which writes a proof; the list is complete.", searching, own=True, rounds=3),
        Way("check", "the kernel on the proof.", checking, own=True, rounds=3),
        Way(
            "scipy.optimize.root",
            f"from {STARTS} random states; what it meets need not be all, and proves nothing.",
            _sample,
            rounds=3,
        ),
    ),
)
