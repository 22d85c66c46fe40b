"""A certified basin cell (T9) for each memory of a tanh network whose W is given by its patterns and never formed."""

from __future__ import annotations

from hopverify.benchmarks import Benchmark, Way
from hopverify.benchmarks.cases._cells import (
    BETA,
    LOAD,
    LOW_RANK,
    STARTS,
    Stored,
    checking,
    simulating,
    stored,
    verifying,
)


def _problem(n: int) -> Stored:
    return stored(n, LOW_RANK)


BENCHMARK = Benchmark(
    name="basin_cells_low_rank",
    summary=f"Basin cells (T9) of {LOAD}n random memories of n tanh neurons, β = {BETA}, Hebbian W as its patterns.",
    variable="n",
    sizes=(500, 1000, 2000, 5000, 10000),
    quick=(200, 300, 400),
    problem=_problem,
    fitted_from=1000,
    ways=(
        Way("verify", "reading spec and arrays, growing the cells, judging them.", verifying, own=True, per="memories"),
        Way("check", "the checker on the certificate: the proof.", checking, own=True, per="memories"),
        Way(
            "simulation",
            f"{STARTS} states beside each memory, a tenth of the signs flipped, by Euler's method; proves nothing.",
            simulating,
            per="memories",
            rounds=3,
        ),
    ),
)
