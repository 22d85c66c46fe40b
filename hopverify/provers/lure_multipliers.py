"""Diagonal multipliers D for the theorem of Lur'e and Postnikov: D = I first, then a semidefinite program (cvxpy)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.lure import multiplied, sector_network
from hopverify.errors import EvidenceRejected
from hopverify.model import LinearNetwork
from hopverify.numerics.sampling import short
from hopverify.obligations import Bounded, GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_PROGRAM = 80


def _search(obligation: GloballyStable | Bounded, budget: Budget) -> Iterator[Evidence]:
    try:
        network, steepness = sector_network(obligation.model)
    except EvidenceRejected:
        return
    ones: Any = np.full(network.size, Fraction(1), dtype=object)
    if _lowest(network, steepness, ones) > 0:
        yield _evidence(np.ones(network.size))
        return
    alive = np.array(steepness > 0, dtype=bool)
    S = np.diag(np.array(network.leak[alive] / steepness[alive], dtype=np.float64))
    A = S - np.array(network.W, dtype=np.float64)[np.ix_(alive, alive)]
    # If DA + AᵀD ≻ 0 then A's eigenvalues have positive real parts, and its diagonal is positive (Lyapunov).
    if np.min(np.linalg.eigvals(A).real) <= 0 or np.min(np.diag(A)) <= 0 or len(A) > MAX_PROGRAM or budget.exhausted:
        return
    d = _program(A)
    if d is not None:
        whole = np.ones(network.size)
        whole[alive] = d
        yield _evidence(whole)


def _lowest(network: LinearNetwork, steepness: Any, d: Any) -> float:
    M = np.array(multiplied(network, steepness, d), dtype=np.float64)
    return float(np.min(np.linalg.eigvalsh(M), initial=np.inf)) if np.isfinite(M).all() else -np.inf


def _evidence(d: Floats) -> Evidence:
    rounded = [float(short(np.array([entry]), 16)[0]) for entry in d]
    return {"rule": "lure", "multipliers": texts_of(rounded)}


def _program(A: Floats) -> Floats | None:
    """Return d ≥ 1 that maximises the least eigenvalue of DA + AᵀD relative to the largest multiplier."""
    import cvxpy

    cp: Any = cvxpy

    n = len(A)
    d, t = cp.Variable(n), cp.Variable()
    product = cp.diag(d) @ A
    constraints = [product + product.T - t * np.eye(n) >> 0, d >= 1e-6, d <= 1]
    problem = cp.Problem(cp.Maximize(t), constraints)
    for solver in ("CLARABEL", "SCS"):
        try:
            problem.solve(solver=solver)
        except (cp.error.SolverError, ValueError):
            continue
        if d.value is not None and t.value is not None and float(t.value) > 0:
            return np.asarray(d.value, dtype=np.float64)
    return None


PROVER = Prover(
    name="lure_multipliers",
    summary="positive diagonal multipliers for the theorem of Lur'e and Postnikov, by eigenvalues or an LMI",
    obligations=(GloballyStable, Bounded),
    search=_search,
    order=40,
    reason=Reason.OUTSIDE_THEOREM,
)
