"""Enclosures of eigenvalues in ball arithmetic, and how many lie to the right; the linear flow beside an equilibrium.

Multiple eigenvalues may not come apart. Routh's array of the characteristic polynomial then tells how many have a
positive real part: as often as the signs change in its first column, if no entry there is 0 (Routh 1877, Hurwitz 1895);
0 and imaginary eigenvalues are excluded by that. In balls this holds of every matrix in the enclosure.

With M = WH - ρ there, neurons f with τ = 0 obey M_ff δx_f + M_fs δx_s = 0, so that the others have the linear flow
T⁻¹(M_ss - M_sf M_ff⁻¹ M_fs), if M_ff is certainly not singular: x_f is then a smooth function of x_s.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from flint import acb_mat, arb, arb_mat


def real_parts(A: np.ndarray[Any, Any]) -> list[arb] | None:
    """Return the enclosed real parts of the eigenvalues of a square matrix of balls, None where none are isolated."""
    try:
        return [value.real for value in acb_mat([[arb(entry) for entry in row] for row in A]).eig(multiple=True)]
    except (ValueError, ZeroDivisionError):
        return None


def count_to_the_right(A: np.ndarray[Any, Any]) -> int | None:
    """Return how many eigenvalues have a positive real part, all others a negative one; None if that is not certain."""
    coefficients = list(_matrix(A).charpoly().coeffs())[::-1]
    upper, lower = coefficients[::2], coefficients[1::2]
    first = [upper[0]]
    while lower:
        pivot = lower[0]
        if not (pivot > 0 or pivot < 0):
            return None
        first.append(pivot)
        # A row has as many entries as the one above has behind its first.
        rest = [a - upper[0] * b / pivot for a, b in zip(upper[1:], [*lower[1:], arb(0)], strict=False)]
        upper, lower = lower, rest
    return sum((a > 0) != (b > 0) for a, b in pairwise(first))


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
