"""The largest certified retrieval ball of each of K memories in 784 dimensions, at one β: search, and check.

Beside them stands the bare computation without bounds or proof: a panel of 512 rows times all memories and its
exponentials, in double precision, nothing kept. Memories are random unit vectors, a tenth of them close to another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark, Counts, Way
from hopverify.checker.rules import judge
from hopverify.obligations import Outcome, Retrieval
from hopverify.provers import Budget, retrieval_radii
from hopverify.spec import ExactArray

BETA, DIMENSIONS, PANEL = 100, 784, 512


@dataclass
class Memories:
    """The memories in double precision, the claim about them, and the evidence once it is found."""

    patterns: NDArray[np.float64]
    obligation: Retrieval
    evidence: dict[str, Any] = field(default_factory=dict)


def memories(count: int) -> Memories:
    """Return random memories, and the claim that each has a ball."""
    generator = np.random.default_rng(0)
    patterns = generator.normal(size=(count, DIMENSIONS))
    near = count // 10
    for row, distance in enumerate(np.linspace(0.05, 0.8, near)):
        patterns[row] = patterns[row - near] + generator.normal(size=DIMENSIONS) * distance
    patterns /= np.linalg.norm(patterns, axis=1, keepdims=True)
    exact, labels = ExactArray.of(patterns, copy=False), tuple(str(number) for number in range(count))
    claim = Retrieval("benchmark", exact, Fraction(BETA), ExactArray.of(np.zeros(count)), labels, 0)
    # Whoever reads a spec makes the digest of its arrays once; it belongs to neither side.
    assert exact.digest
    return Memories(patterns, claim)


def _search(given: Memories) -> Callable[[], Counts]:
    def work() -> Counts:
        given.evidence = next(retrieval_radii.PROVER.search(given.obligation, Budget()))
        found = given.evidence["sheets"][0]["radii"]
        return {"certified": len(found) - found.count(None)}

    return work


def _check(given: Memories) -> Callable[[], None]:
    def work() -> None:
        assert judge(given.obligation, given.evidence).outcome is Outcome.PROVED

    return work


def _bare(given: Memories) -> Callable[[], None]:
    def work() -> None:
        for start in range(0, len(given.patterns), PANEL):
            products = given.patterns[start : start + PANEL] @ given.patterns.T
            products -= 1.0
            products *= BETA
            np.exp(products, out=products).sum()

    return work


BENCHMARK = Benchmark(
    name="memory_retrieval",
    summary="Certified retrieval balls (T15) of K random memories in 784 dimensions, a tenth in close pairs, β = 100.",
    variable="K",
    sizes=(2000, 4000, 8000, 16000, 32000),
    quick=(300, 600, 1200),
    problem=memories,
    fitted_from=4000,
    ways=(
        Way(
            "search",
            "the prover: the radius of every memory, as evidence.",
            _search,
            own=True,
        ),
        Way("check", "the checker's rule on that evidence: the proof.", _check, own=True),
        Way("product and exp", "blocked products ΞΞᵀ and one exponential pass, without bounds or proof.", _bare),
    ),
)
