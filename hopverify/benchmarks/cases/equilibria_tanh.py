"""All equilibria of small dense networks with g = tanh 2x, with proof that there are no others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.benchmarks.cases._networks import NETWORKS, STARTS, Network, enumerated, networks, sampled


def _problem(size: int) -> list[Network]:
    return networks(size, "{tanh: {beta: 2}}", 1.5)


def _enumerate(given: list[Network]) -> Callable[[], Counts]:
    return lambda: enumerated(given)


def _sample(given: list[Network]) -> Callable[[], Counts]:
    return lambda: sampled(given, lambda x: np.tanh(2 * x))


BENCHMARK = Benchmark(
    name="equilibria_tanh",
    summary=f"All equilibria of {NETWORKS} dense random networks, n neurons, g = tanh 2x, weights of deviation 1.5/√n.",
    variable="n",
    sizes=(2, 3, 4, 5, 6, 7, 8),
    quick=(2, 3, 4),
    problem=_problem,
    fitted_from=4,
    ways=(
        Way("hopverify", "branch and prune with a proof in each box: the list is complete.", _enumerate, own=True),
        Way(
            "scipy.optimize.root",
            f"from {STARTS} random states; what it meets need not be all, and proves nothing.",
            _sample,
            rounds=3,
        ),
    ),
)
