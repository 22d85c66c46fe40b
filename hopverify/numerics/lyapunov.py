"""Quadratic forms that fall along linear flows: P with PA + AᵀP = -1, or ≺ 0 for each of several flows.

>>> solution(np.array([[-0.5]])).tolist()
[[1.0]]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.semidefinite import solve

Floats = NDArray[np.float64]


def solution(A: Floats) -> Floats | None:
    """Return the symmetric P with PA + AᵀP = -1; None where it fails, as for two eigenvalues with the sum 0."""
    from scipy import linalg

    with catch_warnings():
        simplefilter("ignore")
        try:
            P: Floats = linalg.solve_continuous_lyapunov(A.T, -np.eye(len(A)))
        except (ValueError, np.linalg.LinAlgError):
            return None
    return (P + P.T) / 2 if np.isfinite(P).all() else None


def common(flows: Sequence[Floats]) -> Floats | None:
    """Return a small P with PA + AᵀP ⪯ -1 for each of the flows, or None."""
    import cvxpy

    cp: Any = cvxpy
    size = len(flows[0])
    P = cp.Variable((size, size), symmetric=True)
    falls = [P @ A + A.T @ P << -np.eye(size) for A in flows]
    if solve(cp.Problem(cp.Minimize(cp.sum_squares(P)), falls), [P]) is None:
        return None
    return np.asarray((P.value + P.value.T) / 2, dtype=np.float64)
