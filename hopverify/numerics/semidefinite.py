"""Semidefinite programs by cvxpy: the first solver that answers. Whatever its status, the answer is a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SOLVERS = ("CLARABEL", "SCS")


def solve(problem: Any, variables: Sequence[Any], *, solvers: Sequence[str] = SOLVERS) -> str | None:
    """Solve a cvxpy problem by the first solver that gives all variables a value; return its name, or None."""
    import cvxpy

    for solver in solvers:
        try:
            problem.solve(solver=solver)
        except (cvxpy.error.SolverError, ValueError, ArithmeticError):
            continue
        if all(variable.value is not None for variable in variables):
            return solver
    return None
