"""Enclosures of eigenvalues in ball arithmetic (Arb), multiple ones included; the linear flow beside an equilibrium.

With M = WH - ρ there, neurons f with τ = 0 obey M_ff δx_f + M_fs δx_s = 0, so that the others have the linear flow
T⁻¹(M_ss - M_sf M_ff⁻¹ M_fs), if M_ff is certainly not singular: x_f is then a smooth function of x_s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import acb_mat, arb, arb_mat


def real_parts(A: np.ndarray[Any, Any]) -> list[arb] | None:
    """Return the enclosed real parts of the eigenvalues of a square matrix of balls, None where none are isolated."""
    try:
        return [value.real for value in acb_mat([[arb(entry) for entry in row] for row in A]).eig(multiple=True)]
    except (ValueError, ZeroDivisionError):
        return None


def linear_flow(M: np.ndarray[Any, Any], taus: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Return the linear flow of the neurons with τ > 0, for M in balls and exact τ; None if M_ff may be singular."""
    slow, fast = np.flatnonzero(taus != 0), np.flatnonzero(taus == 0)
    J = M[np.ix_(slow, slow)]
    if len(fast) and len(slow):
        try:
            followed = _matrix(M[np.ix_(fast, fast)]).solve(_matrix(M[np.ix_(fast, slow)]))
        except ZeroDivisionError:
            return None
        passed = _matrix(M[np.ix_(slow, fast)]) * followed
        J = J - np.array(passed.entries(), dtype=object).reshape(J.shape)
    scale = np.array([arb(int(tau.numerator)) / int(tau.denominator) for tau in taus[slow]], dtype=object)
    return np.asarray(J / scale[:, None])


def _matrix(entries: np.ndarray[Any, Any]) -> arb_mat:
    return arb_mat([[arb(entry) for entry in row] for row in entries])
