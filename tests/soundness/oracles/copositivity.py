"""Is dᵀQd ≥ 0 for all d ≥ 0? Decided over all supports; whatever is found is verified by evaluating the form.

Over the simplex the form has its least value μ at some d, and on its support S there is Q_S d_S = μ1. If μ < 0, take a
least support: Q_S is regular there, and d_S a multiple of -u, u = Q_S⁻¹1. If μ = 0, d_S is in the kernel of Q_S.
"""

from __future__ import annotations

from itertools import combinations

from tests.soundness.oracles.matrices import ONE, ZERO, Matrix, Row, apply, dot, kernel, part, solve


def value(Q: Matrix, d: Row) -> object:
    """Return dᵀQd."""
    return dot(d, apply(Q, d))


def _spread(entries: Row, support: tuple[int, ...], n: int) -> Row:
    d = [ZERO] * n
    for i, entry in zip(support, entries, strict=True):
        d[i] = entry
    return d


def falling(Q: Matrix) -> Row | None:
    """Return d ≥ 0 with dᵀQd < 0, or None if there is none."""
    n = len(Q)
    for size in range(1, n + 1):
        for support in combinations(range(n), size):
            u = solve(part(Q, support, support), [ONE] * size)
            if u is not None and all(v <= 0 for v in u):
                d = _spread([-v for v in u], support, n)
                if dot(d, apply(Q, d)) < 0:
                    return d
    return None


def standing(Q: Matrix) -> Row | None:
    """Return d ≥ 0, d ≠ 0, with dᵀQd = 0, for a Q that is copositive; None if there is none."""
    n = len(Q)
    for size in range(1, n + 1):
        for support in combinations(range(n), size):
            basis = kernel(part(Q, support, support))
            if len(basis) == 1:
                for d in (basis[0], [-v for v in basis[0]]):
                    if all(v > 0 for v in d):
                        return _spread(d, support, n)
    return None


def is_strict(Q: Matrix) -> bool:
    """Whether dᵀQd > 0 for every d ≥ 0 but 0."""
    return falling(Q) is None and standing(Q) is None
