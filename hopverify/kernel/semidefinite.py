"""Positive semidefinite rational matrices, by symmetric elimination; nothing is rounded."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def is_semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a symmetric matrix is ⪰ 0: each pivot is positive, or 0 with nothing else in its row.

    >>> is_semidefinite([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]])
    True
    """
    rows = [list(row) for row in matrix]
    for k, row in enumerate(rows):
        pivot, rest = row[k], row[k + 1 :]
        if pivot < 0 or (pivot == 0 and any(rest)):
            return False
        for i in range(k + 1, len(rows)):
            factor = row[i] / pivot if row[i] else Fraction(0)
            if factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], row, strict=True)]
    return True
