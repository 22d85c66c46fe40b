"""All equilibria of combinatorial threshold-linear networks of random graphs (arXiv:1909.02947).

W_ij is -1 + ε where there is an edge j → i, else -1 - δ; ε = 1/4 and δ = 1/2, all biases 1, and edges are drawn with
probability 1/2. A mixed-integer program finds supports one after the other: each is excluded before the next is sought.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np

from hopverify.benchmarks import Benchmark, Counts, TimeUpError, Way
from hopverify.benchmarks.cases._networks import STARTS, Network, enumerated, sampled
from hopverify.benchmarks.cases.equilibria_relu import LIMIT, found_by_z3

EDGE, NO_EDGE = -0.75, -1.5
MILP_LIMIT = 120
"""Seconds that the mixed-integer programs get."""


def _problem(size: int) -> list[Network]:
    W = np.where(np.random.default_rng(0).random((size, size)) < 0.5, EDGE, NO_EDGE)
    np.fill_diagonal(W, 0.0)
    return [Network(W, np.ones(size), "relu")]


def _enumerate(given: list[Network]) -> Callable[[], Counts]:
    return lambda: enumerated(given)


def _sample(given: list[Network]) -> Callable[[], Counts]:
    return lambda: sampled(given, lambda x: np.maximum(x, 0.0))


def _z3(given: list[Network]) -> Callable[[], Counts]:
    return lambda: {"found by z3": sum(found_by_z3(network, monotonic() + LIMIT) for network in given)}


def _milp(given: list[Network]) -> Callable[[], Counts]:
    return lambda: {"supports by MILP": sum(_supports(network) for network in given)}


def _supports(network: Network) -> int:
    """Return how many supports the programs find until there is none: of γ ≥ 0, γ - x ≥ 0 one of the two is 0."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    n, end = len(network.b), monotonic() + MILP_LIMIT
    identity, zero = np.eye(n), np.zeros((n, n))
    # Activations are at most 1, and no state is below this.
    least = -NO_EDGE * n
    below = np.hstack([identity - network.W, zero])
    rows: list[Any] = [
        LinearConstraint(below, network.b, np.inf),
        LinearConstraint(np.hstack([identity - network.W, least * identity]), -np.inf, network.b + least),
        LinearConstraint(np.hstack([identity, -identity]), -np.inf, 0.0),
    ]
    found = 0
    while True:
        if monotonic() > end:
            raise TimeUpError
        solved = milp(
            np.zeros(2 * n),
            integrality=np.repeat([0, 1], n),
            bounds=Bounds(np.zeros(2 * n), np.ones(2 * n)),
            constraints=rows,
            options={"time_limit": max(end - monotonic(), 0.1)},
        )
        if solved.status == 2:
            return found
        if solved.x is None:
            raise TimeUpError
        found += 1
        alive = np.round(solved.x[n:])
        rows.append(LinearConstraint(np.concatenate([np.zeros(n), 1 - 2 * alive])[None], 1 - alive.sum(), np.inf))


BENCHMARK = Benchmark(
    name="equilibria_ctln",
    summary="All equilibria of the combinatorial threshold-linear network of a random graph of n nodes.",
    variable="n",
    sizes=(5, 10, 15, 20),
    quick=(5, 10),
    problem=_problem,
    fitted_from=10,
    ways=(
        Way(
            "hopverify",
            "branch and prune with linear programs, a proof in each box: the list is complete.",
            _enumerate,
            own=True,
        ),
        Way(
            "scipy.optimize.milp",
            f"supports one after the other until none is left; no proof. Stopped after {MILP_LIMIT} s.",
            _milp,
            rounds=2,
        ),
        Way(
            "z3",
            f"the same question in linear real arithmetic, a proof too. Stopped after {LIMIT} s.",
            _z3,
            largest=15,
            rounds=2,
            needs="z3",
        ),
        Way(
            "scipy.optimize.root",
            f"from {STARTS} random states; what it meets need not be all, and proves nothing.",
            _sample,
            rounds=3,
        ),
    ),
)
