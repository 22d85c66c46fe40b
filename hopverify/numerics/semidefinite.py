"""Semidefinite programs by cvxpy: the first solver that answers. Whatever its status, the answer is a candidate.

Clarabel comes with hopverify; SCS, which is larger than all of SciPy, is tried where it is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

SOLVERS = ("CLARABEL", "SCS")
# What each solver calls the seconds that it may take; it does not come back to Python before.
LIMITS = {"CLARABEL": "time_limit", "SCS": "time_limit_secs"}
SHORTEST = 0.01


def solve(
    problem: Any, variables: Sequence[Any], *, solvers: Sequence[str] = SOLVERS, seconds: float = inf
) -> str | None:
    """Solve a cvxpy problem by the first solver that gives all variables a finite value; return its name, or None.

    A solver that fails, in whatever way, has no answer; each may take so many ``seconds``.
    """
    for solver in solvers:
        limit = {LIMITS[solver]: max(seconds, SHORTEST)} if solver in LIMITS and seconds < inf else {}
        try:
            problem.solve(solver=solver, **limit)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException:
            # A panic in a solver that is written in Rust is no Exception.
            continue
        if all(_is_answer(variable) for variable in variables):
            return solver
    return None


def _is_answer(variable: Any) -> bool:
    value = variable.value
    return value is not None and np.shape(value) == variable.shape and bool(np.isfinite(value).all())
