"""Strict copositivity in balls: is dᵀSd > 0 for every d ≥ 0, d ≠ 0?

Keller's theorem (Cottle, Habetler & Lemke 1970, theorem 3.1; Hadeler 1983, theorem 2): a symmetric matrix is strictly
copositive if each principal submatrix for which the cofactors of the last row are all positive has a positive
determinant.

>>> is_strictly_copositive(arb_mat([[1, 5], [5, 1]])), is_strictly_copositive(arb_mat([[1, -1], [-1, 1]]))
(True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from flint import arb, arb_mat

from hopverify.kernel.semidefinite import is_definite


def is_strictly_copositive(S: arb_mat) -> bool:
    """Whether every symmetric matrix with these entries is strictly copositive."""
    n = S.nrows()
    if is_definite(S.tolist()):
        return True
    return all(_is_met(S, chosen) for size in range(1, n + 1) for chosen in combinations(range(n), size))


def _is_met(S: arb_mat, chosen: Sequence[int]) -> bool:
    """Whether the determinant is certainly positive, or some cofactor of the last row certainly is not."""
    if _minor(S, chosen, chosen) > 0:
        return True
    rows, last = chosen[:-1], len(chosen) - 1
    cofactors = ((-1) ** (last + k) * _minor(S, rows, [*chosen[:k], *chosen[k + 1 :]]) for k in range(len(chosen)))
    return any(each <= 0 for each in cofactors)


def _minor(S: arb_mat, rows: Sequence[int], columns: Sequence[int]) -> arb:
    return arb_mat([[S[i, j] for j in columns] for i in rows]).det() if rows else arb(1)
