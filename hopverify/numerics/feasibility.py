"""A rational point of an affine space in a box, for faces of equilibria: a linear program, its answer made exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

End = Fraction | None


def point_in_box(matrix: fmpq_mat, right: fmpq_mat, bounds: Sequence[tuple[End, End]]) -> list[Fraction] | None:
    """Return a point x with matrix·x = right inside the bounds (None: unbounded), or None if none was found.

    The linear program (SciPy, HiGHS) maximises the distance to the bounds; free coordinates of the reduced echelon form
    are rounded to short rationals and the pivots follow exactly.
    """
    from scipy.optimize import linprog

    n = matrix.ncols()
    A = np.array([[float(Fraction(int(e.p), int(e.q))) for e in row] for row in matrix.tolist()])
    b = np.array([float(Fraction(int(e[0].p), int(e[0].q))) for e in right.tolist()])
    rows, limits = [], []
    for i, (low, high) in enumerate(bounds):
        for end, sign in ((high, 1.0), (low, -1.0)):
            if end is not None:
                rows.append([*(sign * float(i == j) for j in range(n)), 1.0])
                limits.append(sign * float(end))
    found = linprog(
        [0.0] * n + [-1.0],
        A_ub=np.array(rows) if rows else None,
        b_ub=np.array(limits) if rows else None,
        A_eq=np.hstack([A, np.zeros((len(A), 1))]),
        b_eq=b,
        bounds=[(None, None)] * n + [(0, 1)],
    )
    if not found.success:
        return None
    for denominator in (1 << 10, 1 << 30):
        point = _exact(matrix, right, [Fraction(v).limit_denominator(denominator) for v in found.x[:n].tolist()])
        inside = point is not None and all(
            (low is None or low <= v) and (high is None or v <= high)
            for v, (low, high) in zip(point, bounds, strict=True)
        )
        if inside:
            return point
    return None


def _exact(matrix: fmpq_mat, right: fmpq_mat, guess: list[Fraction]) -> list[Fraction] | None:
    """Return the solution that agrees with the guess on the free coordinates."""
    rows, n = matrix.nrows(), matrix.ncols()
    augmented: list[Any] = [e for i in range(rows) for e in (*(matrix[i, j] for j in range(n)), right[i, 0])]
    reduced, rank = fmpq_mat(rows, n + 1, augmented).rref()
    point = [fmpq(v.numerator, v.denominator) for v in guess]
    for i in range(rank):
        pivot = next(j for j in range(n + 1) if reduced[i, j] != 0)
        if pivot == n:
            return None
        point[pivot] = reduced[i, n] - sum((reduced[i, j] * point[j] for j in range(pivot + 1, n)), fmpq(0))
    return [Fraction(int(v.p), int(v.q)) for v in point]
