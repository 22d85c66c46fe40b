"""Definite matrices: semidefinite ones in rationals, definite ones in balls, by symmetric elimination."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat

from hopverify.kernel.functions import ball
from hopverify.kernel.functions import matrix as of_rationals

LARGE = 48
"""A matrix of more rows is halved."""


def is_semidefinite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a symmetric matrix is ⪰ 0: the coefficients of its characteristic polynomial alternate, or are 0.

    All its roots are real; at x < 0 such a polynomial is a sum of terms of one sign, and not 0.

    >>> is_semidefinite([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]])
    True
    """
    if is_certainly_definite(matrix):
        return True
    whole, _ = of_rationals(matrix).numer_denom()
    signed = enumerate(reversed(whole.charpoly().coeffs()))
    return all(each * (-1) ** k >= 0 for k, each in signed)


def is_certainly_definite(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a symmetric matrix of rationals is ≻ 0, in balls."""
    return is_definite([[ball(each) for each in row] for row in matrix])


def is_definite(matrix: Sequence[Sequence[arb]]) -> bool:
    """Whether a symmetric matrix is certainly ≻ 0: each pivot is positive. What is below the diagonal is not read.

    A large one is ≻ 0 if its first half A is, and what the second half C is after elimination, C - BᵀA⁻¹B.

    >>> is_definite([[arb(2), arb(1)], [arb(1), arb(2)]]), is_definite([[arb(1), arb(1)], [arb(1), arb(1)]])
    (True, False)
    """
    size, half = len(matrix), len(matrix) // 2
    if size <= LARGE:
        return _has_positive_pivots(matrix)
    first = [[matrix[min(i, j)][max(i, j)] for j in range(half)] for i in range(half)]
    if not is_definite(first):
        return False
    beside = arb_mat([list(row[half:]) for row in matrix[:half]])
    taken = beside.transpose() * arb_mat(first).solve(beside)
    return is_definite(
        [[matrix[i][j] - taken[i - half, j - half] for j in range(half, size)] for i in range(half, size)]
    )


def _has_positive_pivots(matrix: Sequence[Sequence[arb]]) -> bool:
    rows = [list(row[k:]) for k, row in enumerate(matrix)]
    for k, row in enumerate(rows):
        if not row[0] > 0:
            return False
        for i in range(1, len(row)):
            factor = row[i] / row[0]
            rows[k + i] = [a - factor * b for a, b in zip(rows[k + i], row[i:], strict=True)]
    return True
