"""Exact witnesses and factors for repairs: negative directions, rank factorisations, cycles whose products clash."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import Matrix, nullspace, quadratic, solve
from hopverify.numerics.elimination import negative_pivot
from hopverify.numerics.metric import product
from hopverify.repairs.writing import literal

SHOWN = 12


def sparse(names: list[str], z: Matrix) -> str:
    """Return a direction in words: its entries that are not 0, scaled so that the smallest is 1 or so.

    >>> sparse(["x[0]", "x[1]"], np.array([Fraction(2), Fraction(-4)], dtype=object))
    'x[0] = 1, x[1] = -2'
    """
    size = min(abs(value) for value in z if value != 0)
    entries = [f"{name} = {number(value / size)}" for name, value in zip(names, z, strict=True) if value != 0]
    return ", ".join(entries[:SHOWN]) + (f", … {len(entries)} in all" if len(entries) > SHOWN else "")


def number(value: Fraction) -> str:
    """Return an exact number for a sentence."""
    text = literal(value) if len(str(value)) < 80 else str(value)
    return text if len(text) <= 80 else f"{text[:40]}… ({len(text)} characters)"


def asymmetry(W: Matrix, names: list[str], what: str = "W") -> str | None:
    """Return the first pair of entries of W that differ from their mirror images, in words, or None."""
    unequal = np.argwhere(W != W.T)
    if not len(unequal):
        return None
    i, j = (int(k) for k in unequal[0])
    pair = f"{what}[{names[i]}, {names[j]}] = {number(W[i, j])}"
    return f"{pair}, but {what}[{names[j]}, {names[i]}] = {number(W[j, i])}"


def negative(Q: Matrix, names: list[str], what: str) -> str | None:
    """Return a direction z with zᵀQz < 0 for symmetric Q, in words, or None if there is none (or Q is singular)."""
    found, z = negative_pivot(Q)
    return None if found != "negative" or z is None else _falling(Q, z, names, what)


def _falling(Q: Matrix, z: Matrix, names: list[str], what: str) -> str:
    z = z / min(abs(value) for value in z if value != 0)
    return f"zᵀ{what}z = {number(quadratic(Q, z))} < 0 for z: {sparse(names, z)}"


def rank_factors(W: Matrix) -> tuple[list[int], Matrix] | Matrix:
    """Return pivots J and B = W_JJ⁻¹W_J with W = W_J ᵀB for W ⪰ 0; or a direction z with zᵀWz < 0.

    Symmetric elimination in rationals: the diagonal of what is left must not be negative, and where it is 0, all is.
    """
    n = len(W)
    pivots: list[int] = []
    rest = W.copy()
    while True:
        i = next((k for k in range(n) if rest[k, k] != 0), None)
        if i is None:
            break
        if rest[i, i] < 0:
            return _lifted(W, pivots, _unit(n, {i: Fraction(1)}))
        pivots.append(i)
        rest = rest - np.outer(rest[:, i], rest[i]) / rest[i, i]
    mixed = np.argwhere(rest != 0)
    if len(mixed):
        i, j = (int(k) for k in mixed[0])
        return _lifted(W, pivots, _unit(n, {i: Fraction(1), j: Fraction(-1 if rest[i, j] > 0 else 1)}))
    if not pivots:
        return pivots, np.empty((0, n), dtype=object)
    B = solve(W[np.ix_(pivots, pivots)], W[pivots])
    assert B is not None
    return pivots, B


def _unit(n: int, entries: dict[int, Fraction]) -> Matrix:
    z: Matrix = np.full(n, Fraction(0), dtype=object)
    for i, value in entries.items():
        z[i] = value
    return z


def _lifted(W: Matrix, pivots: list[int], z: Matrix) -> Matrix:
    """Return z with entries at the pivots such that Wz vanishes there: zᵀWz is that of what elimination has left."""
    if pivots:
        correction = solve(W[np.ix_(pivots, pivots)], W[pivots] @ z)
        assert correction is not None
        z = z.copy()
        z[pivots] -= correction
    return z


def no_metric(A: Matrix, B: Matrix, fast: list[str]) -> str:
    """Return why no P ≻ 0 has PB = Aᵀ, where there is none."""
    AB = product(A, B)
    said = asymmetry(AB, fast, "(AB)")
    if said is not None:
        return f"AB = BᵀPB would have to be symmetric: {said}"
    said = negative(AB, fast, "AB")
    if said is not None:
        return f"AB = BᵀPB would have to be positive semidefinite: {said}"
    for z in nullspace(B):
        if (A.T @ z).any():
            return f"Aᵀz = PBz would have to vanish where Bz does, and does not for z: {sparse(fast, z)}"
    for z in nullspace(AB):
        if (B @ z).any():
            return f"zᵀABz = (Bz)ᵀP(Bz) = 0 although Bz ≠ 0, for z: {sparse(fast, z)}"
    return "no positive definite P was found"


def cycle_words(W: Matrix, cycle: list[int], names: list[str], linked: set[tuple[int, int]]) -> str:
    """Return why a cycle of neurons excludes a symmetrising D: the two products of weights around it, exactly.

    ``linked`` are pairs of neurons whose d have to agree because they share a layer that is not elementwise.
    """
    if len(cycle) == 2:
        i, j = cycle
        pair = f"W[{names[i]}, {names[j]}] = {number(W[i, j])} and W[{names[j]}, {names[i]}] = {number(W[j, i])}"
        if (i, j) in linked or (j, i) in linked:
            return f"{pair} differ, within a layer that is not elementwise, where d is one number"
        return f"{pair} have not the same sign, which no d > 0 mends"
    steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    forth, back = Fraction(1), Fraction(1)
    for i, j in steps:
        if (i, j) not in linked and (j, i) not in linked:
            forth, back = forth * W[i, j], back * W[j, i]
    way = " → ".join(names[k] for k in [*cycle, cycle[0]])
    held = any((i, j) in linked or (j, i) in linked for i, j in steps)
    within = " (d is one number within a layer that is not elementwise)" if held else ""
    return f"around {way} the products of weights are {number(forth)} one way and {number(back)} the other{within}"


def diagonal_of(W: Matrix) -> Matrix | None:
    """Return the diagonal of a diagonal matrix, or None."""
    d: Any = np.diag(W).copy()
    off = W.copy()
    np.fill_diagonal(off, Fraction(0))
    return None if off.any() else d


def negative_factor(W: Matrix, z: Matrix, names: list[str]) -> str:
    """Return a direction z that a rank factorisation has found, in words."""
    return _falling(W, z, names, "W")
