"""Exact matrices as lists of rows of Fractions: elimination, ranks, definiteness and polynomials, by the book."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

Row = list[Fraction]
Matrix = list[Row]
ZERO, ONE = Fraction(0), Fraction(1)


def matrix(rows: Sequence[Sequence[object]]) -> Matrix:
    """Return rows of numbers as Fractions."""
    return [[Fraction(str(v)) if isinstance(v, str) else Fraction(v) for v in row] for row in rows]  # type: ignore[arg-type]


def identity(n: int) -> Matrix:
    """Return the unit matrix."""
    return [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]


def transpose(A: Matrix) -> Matrix:
    """Return Aᵀ."""
    return [list(column) for column in zip(*A, strict=True)]


def times(A: Matrix, B: Matrix) -> Matrix:
    """Return AB."""
    columns = transpose(B)
    return [[sum((a * b for a, b in zip(row, column, strict=True)), ZERO) for column in columns] for row in A]


def apply(A: Matrix, x: Sequence[Fraction]) -> Row:
    """Return Ax."""
    return [sum((a * v for a, v in zip(row, x, strict=True)), ZERO) for row in A]


def dot(x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    """Return x·y."""
    return sum((a * b for a, b in zip(x, y, strict=True)), ZERO)


def less(A: Matrix, B: Matrix) -> Matrix:
    """Return A - B."""
    return [[a - b for a, b in zip(p, q, strict=True)] for p, q in zip(A, B, strict=True)]


def scaled(A: Matrix, s: Fraction) -> Matrix:
    """Return sA."""
    return [[s * a for a in row] for row in A]


def part(A: Matrix, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
    """Return a submatrix."""
    return [[A[i][j] for j in columns] for i in rows]


def is_symmetric(A: Matrix) -> bool:
    """Whether A = Aᵀ."""
    return all(A[i][j] == A[j][i] for i in range(len(A)) for j in range(i))


def reduced(A: Matrix) -> tuple[Matrix, list[int]]:
    """Return the reduced row echelon form, and the columns of its pivots."""
    rows, pivots = [list(row) for row in A], []
    for j in range(len(A[0]) if A else 0):
        k = len(pivots)
        found = next((i for i in range(k, len(rows)) if rows[i][j] != 0), None)
        if found is None:
            continue
        rows[k], rows[found] = rows[found], rows[k]
        rows[k] = [v / rows[k][j] for v in rows[k]]
        for i in range(len(rows)):
            if i != k and rows[i][j] != 0:
                rows[i] = [a - rows[i][j] * b for a, b in zip(rows[i], rows[k], strict=True)]
        pivots.append(j)
    return rows, pivots


def rank(A: Matrix) -> int:
    """Return the rank."""
    return len(reduced(A)[1])


def kernel(A: Matrix) -> list[Row]:
    """Return a basis of {x : Ax = 0}."""
    rows, pivots = reduced(A)
    basis = []
    for free in (j for j in range(len(A[0])) if j not in pivots):
        x = [ZERO] * len(A[0])
        x[free] = ONE
        for i, pivot in enumerate(pivots):
            x[pivot] = -rows[i][free]
        basis.append(x)
    return basis


def solve(A: Matrix, b: Sequence[Fraction]) -> Row | None:
    """Return the solution of a square system, None if it is singular."""
    rows, pivots = reduced([[*row, v] for row, v in zip(A, b, strict=True)])
    n = len(A)
    return [rows[i][n] for i in range(n)] if pivots == list(range(n)) else None


def determinant(A: Matrix) -> Fraction:
    """Return the determinant, by elimination."""
    rows, product = [list(row) for row in A], ONE
    for k in range(len(rows)):
        found = next((i for i in range(k, len(rows)) if rows[i][k] != 0), None)
        if found is None:
            return ZERO
        if found != k:
            rows[k], rows[found], product = rows[found], rows[k], -product
        product *= rows[k][k]
        for i in range(k + 1, len(rows)):
            rows[i] = [a - rows[i][k] / rows[k][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return product


def is_definite(A: Matrix) -> bool:
    """Whether a symmetric matrix is positive definite: all leading principal minors are positive (Sylvester)."""
    return all(determinant(part(A, range(k), range(k))) > 0 for k in range(1, len(A) + 1))


def is_semidefinite(A: Matrix) -> bool:
    """Whether a symmetric matrix is positive semidefinite: all principal minors are ≥ 0."""
    n = len(A)
    return all(determinant(part(A, s, s)) >= 0 for k in range(1, n + 1) for s in combinations(range(n), k))


def characteristic(A: Matrix) -> Row:
    """Return the coefficients of det(tI - A), the leading 1 first (Faddeev and Leverrier)."""
    n, coefficients, M = len(A), [ONE], [[ZERO] * len(A) for _ in A]
    for k in range(1, n + 1):
        M = [
            [m + (coefficients[-1] if i == j else ZERO) for j, m in enumerate(row)] for i, row in enumerate(times(A, M))
        ]
        coefficients.append(-sum((times(A, M)[i][i] for i in range(n)), ZERO) / k)
    return coefficients


def is_hurwitz(A: Matrix) -> bool:
    """Whether all eigenvalues have negative real parts: Hurwitz's determinants of the characteristic polynomial."""
    n, a = len(A), characteristic(A)
    H = [[a[2 * j - i + 1] if 0 <= 2 * j - i + 1 <= n else ZERO for j in range(n)] for i in range(n)]
    return all(v > 0 for v in a) and all(determinant(part(H, range(k), range(k))) > 0 for k in range(1, n + 1))
