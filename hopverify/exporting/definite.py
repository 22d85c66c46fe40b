"""Proofs that a symmetric matrix is positive definite, for ``proofs/Definite.v``: a factor in whole numbers.

Nothing of this file is trusted: Coq checks what it proposes.

>>> form = definite([[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]])
>>> form.scale * 2 - form.square * form.factor[0][0] ** 2 >= form.margin
True
>>> definite([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]]) is None
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt

BITS = (-20, -12, *range(-6, 42, 2), 52, 64)
"""How finely the factor is rounded, in bits behind the point."""


@dataclass(frozen=True)
class Definite:
    """R = scale·M - square·FFᵀ has R_ii ≥ margin + Σ |R_ij|, j ≠ i; F has rows up to the diagonal."""

    scale: int
    square: int
    margin: int
    factor: list[list[int]]


def definite(matrix: Sequence[Sequence[Fraction]]) -> Definite | None:
    """Return what shows that a symmetric matrix is positive definite, coarsely rounded; None where nothing is found."""
    scale = lcm(*(entry.denominator for row in matrix for entry in row))
    whole = [[int(entry * scale) for entry in row] for row in matrix]
    largest = max((row[i] for i, row in enumerate(whole)), default=1)
    for halvings in range(1, 40):
        root = _cholesky(whole, largest * 2.0**-halvings)
        if root is not None:
            # Half of what is left of the diagonal pays for rounding.
            root = _cholesky(whole, largest * 2.0 ** -(halvings + 1)) or root
            return next(filter(None, (_rounded(whole, scale, root, bits) for bits in BITS)), None)
    return None


def _cholesky(matrix: Sequence[Sequence[int]], shift: float) -> list[list[float]] | None:
    """Return a lower triangular root of a matrix less a multiple of the identity, in floating point."""
    root: list[list[float]] = []
    for i, entries in enumerate(matrix):
        row: list[float] = []
        for j, above in enumerate(root):
            row.append((entries[j] - sum(a * b for a, b in zip(row, above, strict=False))) / above[j])
        left = entries[i] - shift - sum(a * a for a in row)
        if left <= 0:
            return None
        root.append([*row, sqrt(left)])
    return root


def _rounded(matrix: Sequence[Sequence[int]], scale: int, root: list[list[float]], bits: int) -> Definite | None:
    """Return the root rounded to some bits, if that shows it."""
    finer, square = (4**bits, 1) if bits >= 0 else (1, 4**-bits)
    factor = [[round(entry * 2.0**bits) for entry in row] for row in root]
    excess = [0] * len(matrix)
    for i, row in enumerate(factor):
        for j, other in enumerate(factor[: i + 1]):
            left = finer * matrix[i][j] - square * sum(a * b for a, b in zip(row, other, strict=False))
            if i == j:
                excess[i] += left
            else:
                excess[i] -= abs(left)
                excess[j] -= abs(left)
    margin = min(excess, default=1)
    return Definite(scale * finer, square, margin, factor) if margin > 0 else None
