"""Symmetric elimination, in rationals or balls, for definiteness.

A negative pivot shows a direction of negative curvature (Sylvester).

With LᵀQL = diag of the pivots, L triangular, Q ≻ 0 iff all pivots are > 0; the direction d = L e_k has dᵀQd equal to
the k-th pivot. In balls a pivot may be neither certainly positive nor certainly negative: then nothing is shown.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb


def negative_pivot(Q: np.ndarray[Any, Any]) -> tuple[str, np.ndarray[Any, Any] | None]:
    """Eliminate with diagonal pivoting, on Fractions or balls.

    Return ("positive", None), ("negative", a direction d with dᵀQd < 0), or ("open", None).
    """
    n = len(Q)
    A, order = Q.copy(), list(range(n))
    for k in range(n):
        rest = range(k, n)
        chosen = next((i for i in rest if A[i, i] < 0), None)
        if chosen is None:
            chosen = max(rest, key=lambda i: _least(A[i, i]))
        _exchange(A, order, k, chosen)
        if A[k, k] < 0:
            return "negative", _placed(_direction(A, k), order)
        if not A[k, k] > 0:
            mixed = _mixed_direction(A, k)
            return ("open", None) if mixed is None else ("negative", _placed(mixed, order))
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k + 1 :] = A[i, k + 1 :] - factor * A[k, k + 1 :]
            A[i, k] = factor
    return "positive", None


def _least(value: Any) -> float:
    return float(value.lower() if isinstance(value, arb) else value)


def _exchange(A: np.ndarray[Any, Any], order: list[int], a: int, b: int) -> None:
    """Swap two rows and columns of what is left to eliminate; the factors to their left move along."""
    A[[a, b]] = A[[b, a]]
    A[:, [a, b]] = A[:, [b, a]]
    order[a], order[b] = order[b], order[a]


def _placed(d: np.ndarray[Any, Any], order: list[int]) -> np.ndarray[Any, Any]:
    """Return a direction of the reordered matrix in the original order."""
    placed = d.copy()
    placed[order] = d
    return placed


def _mixed_direction(A: np.ndarray[Any, Any], k: int) -> np.ndarray[Any, Any] | None:
    """Return a negative direction where all diagonal entries left are exactly 0 and another entry is not."""
    rest = range(k, len(A))
    if not all(isinstance(A[i, i], Fraction) and A[i, i] == 0 for i in rest):
        return None
    place = next(((i, j) for i in rest for j in rest if i < j and A[i, j] != 0), None)
    if place is None:
        return None
    i, j = place
    sign = -1 if A[i, j] > 0 else 1
    return _solved(A, k, {i: Fraction(1), j: Fraction(sign)})


def _direction(A: np.ndarray[Any, Any], k: int) -> np.ndarray[Any, Any]:
    """Return the direction whose value is the k-th pivot."""
    return _solved(A, k, {k: A[0, 0] * 0 + 1})


def _solved(A: np.ndarray[Any, Any], k: int, entries: dict[int, Any]) -> np.ndarray[Any, Any]:
    """Return d with L'ᵀd = entries, L' the unit lower factor of the first k columns, stored below the diagonal."""
    d = np.array([A[0, 0] * 0] * len(A), dtype=object)
    for i, value in entries.items():
        d[i] = value
    for i in range(k - 1, -1, -1):
        d[i] = -sum((A[j, i] * d[j] for j in range(i + 1, len(A))), A[0, 0] * 0)
    return d
