"""Exact linear algebra on object arrays of Fractions, through FLINT's rational and integer matrices.

Definiteness is read off the characteristic polynomial: a symmetric matrix has real eigenvalues only, so by Descartes'
rule of signs the number of positive ones is the number of sign changes among the coefficients, exactly.

>>> import numpy as np
>>> A = np.array([[2, 1], [1, Fraction(1, 2)]], dtype=object)
>>> is_positive_definite(A), is_positive_semidefinite(A), rank(A)
(False, True, 1)
>>> [str(entry) for entry in nullspace(A)[0]]
['-1/2', '1']
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpz_mat

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions (or integers)."""

LARGE, BITS = 24, 12


def to_flint(value: Any) -> fmpq:
    """Return a rational as FLINT's."""
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


def from_flint(value: Any) -> Fraction:
    """Return FLINT's rational as a Fraction."""
    return Fraction(int(value.p), int(value.q))


def flint_matrix(A: Matrix) -> fmpq_mat:
    """Return a matrix, or a vector as a column, in FLINT's rationals."""
    rows, columns = A.shape if A.ndim == 2 else (len(A), 1)
    return fmpq_mat(rows, columns, [to_flint(value) for value in A.ravel().tolist()])


def array_of(A: fmpq_mat) -> Matrix:
    """Return a matrix of FLINT's rationals as an array of Fractions."""
    result: Matrix = np.empty((A.nrows(), A.ncols()), dtype=object)
    for i in range(A.nrows()):
        for j in range(A.ncols()):
            result[i, j] = from_flint(A[i, j])
    return result


def solve(A: Matrix, b: Matrix) -> Matrix | None:
    """Return the solution of Ax = b (b a vector or a matrix), or None if A is singular."""
    if not len(A):
        return b.copy()
    try:
        x = array_of(flint_matrix(A).solve(flint_matrix(b)))
    except ZeroDivisionError:
        return None
    return x if b.ndim == 2 else x[:, 0]


def inverse(A: Matrix) -> Matrix | None:
    """Return A⁻¹, or None if A is singular."""
    identity = np.full((len(A), len(A)), Fraction(0), dtype=object)
    np.fill_diagonal(identity, Fraction(1))
    return solve(A, identity)


def rank(A: Matrix) -> int:
    """Return the rank."""
    return int(flint_matrix(A).rank()) if A.size else 0


def nullspace(A: Matrix) -> list[Matrix]:
    """Return a basis of {x : Ax = 0}."""
    reduced, count = flint_matrix(A).rref()
    columns = reduced.ncols()
    pivots = [next(j for j in range(columns) if reduced[i, j] != 0) for i in range(count)]
    basis = []
    for free in (j for j in range(columns) if j not in pivots):
        vector: Matrix = np.full(columns, Fraction(0), dtype=object)
        vector[free] = Fraction(1)
        for i, pivot in enumerate(pivots):
            vector[pivot] = -from_flint(reduced[i, free])
        basis.append(vector)
    return basis


def is_symmetric(A: Matrix) -> bool:
    """Whether A = Aᵀ, exactly."""
    return A.ndim == 2 and A.shape[0] == A.shape[1] and bool((A == A.T).all())


def inertia(A: Matrix) -> tuple[int, int, int]:
    """Return the numbers of positive, zero and negative eigenvalues of a symmetric matrix."""
    if not is_symmetric(A):
        raise ValueError("inertia is of symmetric matrices")
    n = len(A)
    if n == 0:
        return 0, 0, 0
    scale = lcm(*(Fraction(value).denominator for value in A.ravel().tolist()))
    integers = [int(Fraction(value) * scale) for value in A.ravel().tolist()]
    coefficients = [int(c) for c in fmpz_mat(n, n, integers).charpoly().coeffs()]
    zero = next(k for k, c in enumerate(coefficients) if c)
    signs = [c > 0 for c in coefficients if c]
    positive = sum(a != b for a, b in pairwise(signs))
    return positive, zero, n - zero - positive


def is_positive_definite(A: Matrix) -> bool:
    """Whether xᵀAx > 0 for every x ≠ 0 (A symmetric)."""
    if not is_symmetric(A):
        raise ValueError("definiteness is of symmetric matrices")
    if not all(A[i, i] > 0 for i in range(len(A))):
        return False
    return (len(A) >= LARGE and _has_factor(A)) or inertia(A)[0] == len(A)


def _has_factor(A: Matrix) -> bool:
    """Whether A - LLᵀ is strictly diagonally dominant for an integer L guessed by a floating Cholesky: then A ≻ 0.

    The guess may be wrong, and then nothing is shown; the product and the comparison are exact.
    """
    n = len(A)
    size = np.array([float(value) for value in np.diag(A)])
    if not np.isfinite(size).all() or size.min() < 2.0**-400 or size.max() > 2.0**400:
        return False
    # Scaling by powers of two makes all diagonal entries similar, and leaves definiteness as it is.
    powers = [Fraction(2) ** int(-np.round(np.log2(entry) / 2)) for entry in size]
    scaled = A * np.outer(np.array(powers, dtype=object), np.array(powers, dtype=object))
    floats = np.array(scaled, dtype=np.float64)
    lowest = float(np.linalg.eigvalsh(floats)[0])
    if not lowest > 0:
        return False
    try:
        L = np.linalg.cholesky(floats - lowest / 2 * np.eye(n))
    except np.linalg.LinAlgError:
        return False
    bits = BITS + max(0, int(-np.log2(lowest))) + n.bit_length()
    integers = fmpz_mat(n, n, [int(value) for value in np.round(np.ldexp(L, bits)).ravel().tolist()])
    product = fmpq_mat(integers * integers.transpose()) / fmpq(1 << (2 * bits))
    rest = array_of(flint_matrix(scaled) - product)
    diagonal = np.diag(rest)
    return bool(all(diagonal > 0) and all(2 * diagonal > np.abs(rest).sum(axis=1)))


def is_positive_semidefinite(A: Matrix) -> bool:
    """Whether xᵀAx ≥ 0 for every x (A symmetric)."""
    return all(A[i, i] >= 0 for i in range(len(A))) and inertia(A)[2] == 0


def quadratic(A: Matrix, x: Matrix) -> Fraction:
    """Return xᵀAx."""
    return Fraction((x * (A @ x)).sum())
