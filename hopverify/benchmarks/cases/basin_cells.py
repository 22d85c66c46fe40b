"""A certified basin cell (T9) for each memory of a dense tanh network; seconds per memory, beside one factorisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hopverify.benchmarks import Benchmark, Way
from hopverify.benchmarks.cases._cells import (
    BETA,
    DENSE,
    LOAD,
    STARTS,
    Stored,
    checking,
    simulating,
    stored,
    verifying,
)
from hopverify.checker.definiteness import check_definite
from hopverify.checker.quadratic_forms import DenseForm


def _problem(n: int) -> Stored:
    return stored(n, DENSE)


def _factorisation(given: Stored) -> Callable[[], None]:
    # ‖W‖₂ is little above 1: a matrix of the size and the kind that a cell asks about.
    form = DenseForm.of(2 * np.eye(given.patterns.shape[1]) - given.weights())
    return lambda: check_definite(form, {"method": "cholesky"})


BENCHMARK = Benchmark(
    name="basin_cells",
    summary=f"Basin cells (T9) of {LOAD}n random memories of n tanh neurons, β = {BETA}, Hebbian W as an array.",
    variable="n",
    sizes=(500, 1000, 2000, 4000),
    quick=(200, 300),
    problem=_problem,
    fitted_from=500,
    ways=(
        Way("verify", "reading spec and arrays, growing the cells, judging them.", verifying, own=True, per="memories"),
        Way("check", "the checker on the certificate: the proof.", checking, own=True, per="memories"),
        Way("verified Cholesky", "the unit: one verified factorisation of a matrix of the size.", _factorisation),
        Way(
            "simulation",
            f"{STARTS} states beside each memory, a tenth of the signs flipped, by Euler's method; proves nothing.",
            simulating,
            per="memories",
            rounds=3,
        ),
    ),
)
