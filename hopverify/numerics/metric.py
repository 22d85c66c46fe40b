"""Metrics: all symmetric P with PB = Aᵀ, and the positive definite one of best condition number (T11).

Let B_J be independent columns of B that span its range and N a basis of ker Bᵀ. In the basis M = [B_J, N] of R^m the
form of P is [[A_J B_J, A_J N], [NᵀA_Jᵀ, Z]], where only Z = Zᵀ is free. So P exists iff AB is symmetric and Aᵀ vanishes
where B does; then P = P₀ + NQNᵀ for any Q = Qᵀ, and some P ≻ 0 exists iff A_J B_J ≻ 0 (Schur complement). All of that
is computed in rationals; a semidefinite program (cvxpy) only chooses Q, which is rounded: PB = Aᵀ for every Q.

>>> B, A = (np.array(rows, dtype=object) for rows in ([[1], [0]], [[2, 1]]))
>>> family = metrics(A, B)
>>> family.dimension, [str(entry) for entry in family.metric(np.array([[Fraction(1)]], dtype=object)).ravel()]
(1, ['2', '1', '1', '3/2'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import (
    Matrix,
    array_of,
    flint_matrix,
    inverse,
    is_positive_definite,
    is_symmetric,
    nullspace,
)
from hopverify.numerics.semidefinite import SOLVERS, solve

DIGITS, MARGIN = 24, Fraction(1)


@dataclass(frozen=True, eq=False)
class Metrics:
    """The family P₀ + NQNᵀ, (m, m): P₀ is positive semidefinite, and P ≻ 0 iff Q ≻ 0; N is (m, k), k the dimension."""

    base: Matrix
    kernel: Matrix

    @property
    def dimension(self) -> int:
        """k: 0 where P is unique."""
        return int(self.kernel.shape[1])

    def metric(self, Q: Matrix) -> Matrix:
        """Return P₀ + NQNᵀ, exactly; Q is (k, k)."""
        N = self.kernel
        result: Matrix = self.base + N @ Q @ N.T if self.dimension else self.base
        return result


def metrics(A: Matrix, B: Matrix) -> Metrics | None:
    """Return all P for A (n, m) and B (m, n) in rationals, P₀ on the edge of definiteness; None if no P ≻ 0 exists."""
    AB = product(A, B)
    if not is_symmetric(AB):
        return None
    pivots = _independent_columns(B)
    BJ, AJ = B[:, pivots], A[pivots]
    G = product(AJ, BJ)
    if len(pivots) and not is_positive_definite(G):
        return None
    kernel = nullspace(B.T) if len(pivots) < len(B) else []
    N = np.array(kernel, dtype=object).T if kernel else np.empty((len(B), 0), dtype=object)
    # P₀ is the form with Z at its least, [[G, C], [Cᵀ, CᵀG⁻¹C]]: on M⁻ᵀ it is A_JᵀG⁻¹A_J.
    inner = inverse(G) if len(pivots) else G
    assert inner is not None
    base = product(product(AJ.T, inner), AJ) if len(pivots) else np.full((len(B), len(B)), Fraction(0), dtype=object)
    # Where B vanishes Aᵀ has to, and columns of B that depend on others have to be mapped alike.
    return Metrics(base, N) if bool((product(base, B) == A.T).all()) else None


def best_metrics(
    family: Metrics, *, solvers: Sequence[str] = SOLVERS, seconds: float = inf
) -> Iterator[tuple[Matrix, str | None]]:
    """Yield positive definite members, best first, with the solver that chose each; the last one needs no solver."""
    k = family.dimension
    if k == 0:
        yield family.base, None
        return
    found = _program(family, solvers, seconds)
    if found is not None:
        Q, solver = found
        P = family.metric(_rounded(Q))
        if is_positive_definite(P):
            yield P, solver
    yield family.metric(_plain(family)), None


def _plain(family: Metrics) -> Matrix:
    """Return a multiple of (NᵀN)⁻¹, of the size of P₀: then P is P₀ plus that multiple of the projection on ker Bᵀ."""
    N = family.kernel
    inner = inverse(product(N.T, N))
    assert inner is not None
    size = max((Fraction(family.base[i, i]) for i in range(len(family.base))), default=MARGIN) or MARGIN
    result: Matrix = size * inner
    return result


def _program(family: Metrics, solvers: Sequence[str], seconds: float) -> tuple[np.ndarray[Any, Any], str] | None:
    """Minimise the condition number: I ⪯ μP₀ + NQ'Nᵀ ⪯ tI with least t, and Q = Q'/μ."""
    import cvxpy

    cp: Any = cvxpy
    base, N = np.array(family.base, dtype=np.float64), np.array(family.kernel, dtype=np.float64)
    scale = max(float(np.abs(base).max()), 2.0**-500) if base.any() else 1.0
    m, k = N.shape
    # Orthonormal columns keep the program well posed; the factor is undone after it.
    orthonormal, factor = np.linalg.qr(N)
    Q, mu, t = cp.Variable((k, k), symmetric=True), cp.Variable(nonneg=True), cp.Variable()
    P = mu * (base / scale) + orthonormal @ Q @ orthonormal.T
    problem = cp.Problem(cp.Minimize(t), [P - np.eye(m) >> 0, t * np.eye(m) - P >> 0])
    solver = solve(problem, (Q, mu, t), solvers=solvers, seconds=seconds)
    if solver is None or not float(mu.value) > 0:
        return None
    inner = np.linalg.inv(factor)
    found = inner @ (np.asarray(Q.value) * (scale / float(mu.value))) @ inner.T
    return (found, solver) if np.isfinite(found).all() else None


def _rounded(Q: np.ndarray[Any, Any]) -> Matrix:
    """Return a symmetric matrix of rationals with few binary digits."""
    unit = 2.0 ** (np.floor(np.log2(max(np.abs(Q).max(), 2.0**-900))) - DIGITS)
    whole = np.round((Q + Q.T) / 2 / unit)
    result: Matrix = np.array([Fraction(int(v)) * Fraction(unit) for v in whole.ravel()], dtype=object).reshape(Q.shape)
    return result


def product(A: Matrix, B: Matrix) -> Matrix:
    """Return AB for matrices of rationals."""
    if not (A.size and B.size):
        return np.full((A.shape[0], B.shape[1]), Fraction(0), dtype=object)
    return array_of(flint_matrix(A) * flint_matrix(B))


def _independent_columns(B: Matrix) -> list[int]:
    """Return the numbers of the columns that do not depend on those before them."""
    reduced, count = flint_matrix(B).rref()
    return [next(j for j in range(reduced.ncols()) if reduced[i, j] != 0) for i in range(count)]
