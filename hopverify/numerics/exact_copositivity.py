"""Strict copositivity, decided exactly: is dᵀQd > 0 for every d ≥ 0, d ≠ 0?

Small matrices, by principal submatrices of growing size (Cottle, Habetler & Lemke 1970; Hadeler 1983; Kaplan 2000).
Let every proper principal submatrix of Q be strictly copositive and Q not. Then the form's minimum μ ≤ 0 over the
simplex is attained at some d > 0, and Qd = μ1. If μ < 0, Q is nonsingular: Qw = 0 gives μΣw = dᵀQw = 0, and d + tw
would keep the value μ up to a face of the simplex; so u = Q⁻¹1 = d/μ < 0 entry by entry. If μ = 0, then d spans the
kernel of Q: another kernel vector would lead to a face with value 0. Conversely u = Q⁻¹1 < 0 gives the witness -u with
value Σu < 0, and a kernel vector d > 0 the value 0. So strictly copositive are those for which neither happens in any
principal submatrix. Before that, two reductions:

- a row without negative entry beside its positive diagonal can be left out (dᵀQd ≥ Q_ii d_i² + the form of the rest);
- indices that no negative entries connect can be treated apart, since dropping entries ≥ 0 only lowers the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import is_positive_definite, is_symmetric, nullspace, solve
from hopverify.errors import HopverifyError

Matrix = np.ndarray[Any, Any]
MAX_SIZE = 14
ZERO, ONE = Fraction(0), Fraction(1)


class TooLarge(HopverifyError):
    """More indices than are decided exactly; a certificate Q = P + N would settle it."""


def is_strictly_copositive(Q: Matrix) -> tuple[bool, Matrix | None]:
    """Return (True, None), or (False, d) with d ≥ 0, d ≠ 0 and dᵀQd ≤ 0; raise :class:`TooLarge` for larger cases."""
    if not is_symmetric(Q):
        raise ValueError("copositivity is of symmetric matrices")
    for i in range(len(Q)):
        if Q[i, i] <= 0:
            return False, _spread({i: ONE}, len(Q))
    for part in _components(Q, _needed(Q)):
        found = _witness(Q, part)
        if found is not None:
            return False, _spread(found, len(Q))
    return True, None


def _spread(entries: dict[int, Fraction], size: int) -> Matrix:
    d: Matrix = np.full(size, ZERO, dtype=object)
    for i, value in entries.items():
        d[i] = value
    return d


def _needed(Q: Matrix) -> list[int]:
    """Return the indices that are left when rows without negative entries are left out, again and again."""
    needed = list(range(len(Q)))
    while True:
        kept = [i for i in needed if any(Q[i, j] < 0 for j in needed if j != i)]
        if kept == needed:
            return needed
        needed = kept


def _components(Q: Matrix, indices: Sequence[int]) -> Iterator[list[int]]:
    """Yield the classes of indices that negative entries connect."""
    left = set(indices)
    while left:
        part, todo = set(), [min(left)]
        while todo:
            i = todo.pop()
            part.add(i)
            todo += [j for j in left if j not in part and j not in todo and Q[i, j] < 0]
        left -= part
        yield sorted(part)


def _witness(Q: Matrix, part: list[int]) -> dict[int, Fraction] | None:
    """Return a d > 0 on some of the indices with dᵀQd ≤ 0, or None if there is none."""
    own = Q[np.ix_(part, part)]
    lowered = own.copy()
    lowered[(own > 0) & ~np.eye(len(own), dtype=bool)] = ZERO
    if is_positive_definite(own) or is_positive_definite(lowered):
        return None
    if len(part) > MAX_SIZE:
        raise TooLarge(f"copositivity is decided exactly up to size {MAX_SIZE}, not {len(part)}")
    for count in range(2, len(part) + 1):
        for chosen in combinations(part, count):
            if len(next(_components(Q, chosen))) == count:
                d = _critical(Q[np.ix_(chosen, chosen)])
                if d is not None:
                    return dict(zip(chosen, d.tolist(), strict=True))
    return None


def _critical(Q: Matrix) -> Matrix | None:
    """Return the d > 0 of the theorem, if the whole matrix is the first that is not strictly copositive."""
    u = solve(Q, np.full(len(Q), ONE, dtype=object))
    if u is not None:
        return -u if all(u < 0) else None
    kernel = nullspace(Q)
    d = kernel[0] if kernel[0][-1] > 0 else -kernel[0]
    return d if len(kernel) == 1 and all(d > 0) else None
