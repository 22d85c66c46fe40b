"""The largest certified retrieval ball of each of K memories in 784 dimensions, at one β: search, and check.

Memories are random unit vectors, a tenth of them close to another.
"""

from __future__ import annotations

import numpy as np

from hopverify.benchmarks import Benchmark
from hopverify.benchmarks.cases._retrieval import Memories, claimed, ways

BETA, DIMENSIONS = 100, 784


def memories(count: int) -> Memories:
    """Return random memories, and the claim that each has a ball."""
    generator = np.random.default_rng(0)
    patterns = generator.normal(size=(count, DIMENSIONS))
    near = count // 10
    for row, distance in enumerate(np.linspace(0.05, 0.8, near)):
        patterns[row] = patterns[row - near] + generator.normal(size=DIMENSIONS) * distance
    patterns /= np.linalg.norm(patterns, axis=1, keepdims=True)
    return claimed(patterns, (BETA,))


BENCHMARK = Benchmark(
    name="memory_retrieval",
    summary=f"Certified retrieval balls (T15) of K random memories in {DIMENSIONS} dimensions, a tenth in close pairs.",
    variable="K",
    sizes=(2000, 4000, 8000, 16000, 32000, 60000),
    quick=(300, 600, 1200),
    problem=memories,
    fitted_from=4000,
    ways=ways(),
)
