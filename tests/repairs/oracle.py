"""Equilibria of piecewise-linear networks by brute force in fractions, and stability by floating eigenvalues.

Independent of the package: its own elimination, its own tables of segments, every combination of them tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

Vector = tuple[Fraction, ...]

# (lower, upper, slope, intercept) of g.
SEGMENTS: dict[str, list[tuple[Any, Any, int, int]]] = {
    "relu": [(None, 0, 0, 0), (0, None, 1, 0)],
    "hard_tanh": [(None, -1, 0, -1), (-1, 1, 1, 0), (1, None, 0, 1)],
    "identity": [(None, None, 1, 0)],
}


class Degenerate(Exception):
    """Raised where some combination of segments has a singular system, or an equilibrium lies at a kink."""


@dataclass(frozen=True)
class Rest:
    """An equilibrium: the states x of some neurons, y of others, and whether it is stable."""

    x: Vector
    y: Vector
    stable: bool


def solved(A: list[list[Fraction]], b: list[Fraction]) -> Vector:
    """Return the solution of Ax = b by Gaussian elimination."""
    n = len(b)
    rows = [[*A[i], b[i]] for i in range(n)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            raise Degenerate
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                rows[i] = [value - rows[i][k] * own for value, own in zip(rows[i], rows[k], strict=True)]
    return tuple(row[n] for row in rows)


def of_network(W: Any, b: Any, leak: Any, names: list[str]) -> list[Rest]:
    """Return all equilibria of ρx = Wg(x) + b, with the stability of ẋ = Wg(x) + b - ρx."""
    n, found = len(b), []
    for chosen in product(*(SEGMENTS[name] for name in names)):
        s, i = [Fraction(part[2]) for part in chosen], [Fraction(part[3]) for part in chosen]
        A = [[(leak[r] if r == c else Fraction(0)) - W[r][c] * s[c] for c in range(n)] for r in range(n)]
        x = solved(A, [b[r] + sum((W[r][c] * i[c] for c in range(n)), Fraction(0)) for r in range(n)])
        if not holds(chosen, x):
            continue
        J = np.array([[float(-value) for value in row] for row in A])
        found.append(Rest(x, (), is_stable(J)))
    return found


def of_altered(A: Any, B: Any, a: Any, rate: Fraction, b: Any, leak: Any, c: Any, names: list[str]) -> list[Rest]:
    """Return all equilibria of ẏ = Bγ + a - λy, ρx + c∘γ = Ay + b, with their stability."""
    n, m, found = len(b), len(a), []
    for chosen in product(*(SEGMENTS[name] for name in names)):
        s, i = [Fraction(part[2]) for part in chosen], [Fraction(part[3]) for part in chosen]
        # x = (Ay + b - c·i)/(ρ + c·s) and γ = s·x + i, so γ = Fy + f.
        F = [[s[r] * A[r][k] / (leak[r] + c[r] * s[r]) for k in range(m)] for r in range(n)]
        f = [s[r] * (b[r] - c[r] * i[r]) / (leak[r] + c[r] * s[r]) + i[r] for r in range(n)]
        J = [
            [sum((B[k][r] * F[r][j] for r in range(n)), Fraction(0)) - (rate if k == j else 0) for j in range(m)]
            for k in range(m)
        ]
        y = solved(J, [-a[k] - sum((B[k][r] * f[r] for r in range(n)), Fraction(0)) for k in range(m)])
        x = tuple(
            (sum((A[r][k] * y[k] for k in range(m)), Fraction(0)) + b[r] - c[r] * i[r]) / (leak[r] + c[r] * s[r])
            for r in range(n)
        )
        if holds(chosen, x):
            found.append(Rest(x, y, is_stable(np.array([[float(value) for value in row] for row in J]))))
    return found


def holds(chosen: Any, x: Vector) -> bool:
    """Whether each x lies in its segment; a kink is refused, since two segments share it."""
    inside = True
    for (lower, upper, *_), value in zip(chosen, x, strict=True):
        if value in (lower, upper):
            raise Degenerate
        inside = inside and (lower is None or lower < value) and (upper is None or value < upper)
    return inside


def is_stable(J: Any) -> bool:
    """Whether all eigenvalues have negative real parts, with a margin for rounding."""
    largest = float(np.linalg.eigvals(J).real.max())
    if abs(largest) < 1e-7:
        raise Degenerate
    return largest < 0


def activation(name: str, x: Fraction) -> Fraction:
    """Return g(x)."""
    return next(
        slope * x + own
        for lower, upper, slope, own in SEGMENTS[name]
        if (lower is None or lower <= x) and (upper is None or x <= upper)
    )
