"""All equilibria of small dense ReLU networks, with proof that there are no others.

The question is one of linear real arithmetic with cases, which z3 decides: it is asked for an equilibrium, then for
one with other neurons alive, until there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np

from hopverify.benchmarks import Benchmark, Counts, TimeUpError, Way
from hopverify.benchmarks.cases._networks import BOUND, NETWORKS, STARTS, Network, enumerated, networks, sampled

LIMIT = 20
"""Seconds that z3 gets for the networks of a size together."""


def _problem(size: int) -> list[Network]:
    return networks(size, "relu", 1.2)


def _enumerate(given: list[Network]) -> Callable[[], Counts]:
    return lambda: enumerated(given)


def _sample(given: list[Network]) -> Callable[[], Counts]:
    return lambda: sampled(given, lambda x: np.maximum(x, 0.0))


def _z3(given: list[Network]) -> Callable[[], Counts]:
    def work() -> Counts:
        end = monotonic() + LIMIT
        return {"found by z3": sum(found_by_z3(network, end) for network in given)}

    return work


def found_by_z3(network: Network, end: float) -> int:
    """Return how many equilibria of a ReLU network z3 finds until there is none, before a time of the clock."""
    import z3

    solver, alive = _question(z3, network)
    found = 0
    while True:
        solver.set("timeout", max(1, round(1000 * (end - monotonic()))))
        answer = solver.check()
        if answer == z3.unsat:
            return found
        if answer == z3.unknown:
            raise TimeUpError
        found += 1
        model = solver.model()
        solver.add(z3.Or([a != model.eval(a, model_completion=True) for a in alive]))


def _question(z3: Any, network: Network) -> tuple[Any, list[Any]]:
    """Return a solver that is asked for an equilibrium, and the variables that tell which neurons are alive in it."""
    places = range(len(network.b))
    x, g, alive = (
        [kind(f"{name}{i}") for i in places] for kind, name in ((z3.Real, "x"), (z3.Real, "g"), (z3.Bool, "a"))
    )
    solver = z3.SolverFor("QF_LRA")
    for i in places:
        drive = [z3.Q(*w.as_integer_ratio()) * g[j] for j, w in enumerate(network.W[i].tolist()) if w]
        solver.add(x[i] == z3.Sum([*drive, z3.Q(*network.b[i].item().as_integer_ratio())]))
        solver.add(x[i] >= -BOUND, x[i] <= BOUND)
        solver.add(z3.If(alive[i], z3.And(x[i] >= 0, g[i] == x[i]), z3.And(x[i] <= 0, g[i] == 0)))
    return solver, alive


BENCHMARK = Benchmark(
    name="equilibria_relu",
    summary=f"All equilibria of {NETWORKS} dense random ReLU networks of n neurons, weights of deviation 1.2/√n.",
    variable="n",
    sizes=(4, 6, 8, 10, 12, 14, 16, 18, 20),
    quick=(4, 6, 8),
    problem=_problem,
    fitted_from=12,
    ways=(
        Way(
            "hopverify",
            "branch and prune with exact solutions: a proof that the list is complete.",
            _enumerate,
            own=True,
        ),
        Way(
            "z3",
            f"the same question in linear real arithmetic, a proof too. Stopped after {LIMIT} s for all.",
            _z3,
            largest=20,
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
