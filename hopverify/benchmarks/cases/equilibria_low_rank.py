"""All equilibria of Hebbian tanh networks with three patterns: a tree of the types of neurons and the overlaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.benchmarks.cases._lists import checking, searching
from hopverify.benchmarks.cases._networks import SAME
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec

PATTERNS, BETA, STARTS = 3, 4, 20

SPEC = """\
hopverify: 1
name: stored
layers:
  x: {{size: {size}, lagrangian: {{tanh: {{beta: {beta}}}}}}}
synapses:
  w: {{kind: hebbian, layers: [x, x], patterns: {patterns}, zero_diagonal: true}}
"""


@dataclass(frozen=True)
class Stored:
    """Patterns of ±1, K × n, and their network."""

    patterns: NDArray[np.float64]
    model: Model


def _problem(size: int) -> Stored:
    patterns = np.random.default_rng(0).choice([-1.0, 1.0], size=(PATTERNS, size))
    text = SPEC.format(size=size, beta=BETA, patterns=patterns.astype(int).tolist())
    return Stored(patterns, build_model(parse_spec(text)))


def _sample(given: Stored) -> Callable[[], Counts]:
    from scipy.optimize import root

    Xi, n = given.patterns, given.patterns.shape[1]

    def flow(x: NDArray[np.float64]) -> NDArray[np.float64]:
        gamma = np.tanh(BETA * x)
        moved: NDArray[np.float64] = (Xi.T @ (Xi @ gamma) - PATTERNS * gamma) / n - x
        return moved

    def work() -> Counts:
        met: list[NDArray[np.float64]] = []
        generator = np.random.default_rng(0)
        ends = (root(flow, generator.normal(size=PATTERNS) @ Xi) for _ in range(STARTS))
        for x in (end.x for end in ends if end.success):
            if all(np.abs(x - other).max() > SAME for other in met):
                met.append(x)
        return {"met by root": len(met)}

    return work


BENCHMARK = Benchmark(
    name="equilibria_low_rank",
    summary=f"All equilibria of n tanh neurons, β = {BETA}, Hebbian W of {PATTERNS} random patterns, zero diagonal.",
    variable="n",
    sizes=(12, 50, 100, 200, 400),
    quick=(8, 12, 20),
    problem=_problem,
    ways=(
        Way("search", "branch and prune in types and overlaps, which writes a proof.", searching, own=True, rounds=3),
        Way("check", "the kernel on the proof.", checking, own=True, rounds=3),
        Way(
            "scipy.optimize.root",
            f"from {STARTS} random mixtures of the patterns; what it meets need not be all, and proves nothing.",
            _sample,
            rounds=1,
        ),
    ),
)
