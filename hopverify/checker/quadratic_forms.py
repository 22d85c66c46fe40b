"""Symmetric matrices as values whose definiteness is asked: a dense one, a sparse one, a diagonal less a low rank.

Each stands for an unknown real symmetric matrix A of which one bound from below is known, A ⪰ Â - σI, with Â in doubles
and σ an exact rational (the *slack*: what rounding A may have lost, and what a shift takes away). Whoever shows
Â - σI ≻ 0 has shown A ≻ 0, and whoever shows Â - (σ + μ)I ≻ 0 has shown λ_min(A) > μ: a shift is more slack.

>>> A = DenseForm.of(np.array([[2.0, 1.0], [1.0, 2.0]]))
>>> A.shifted(Fraction(1, 2)).slack, A.fractions()[0, 1]
(Fraction(1, 2), Fraction(1, 1))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, nextafter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import assert_rounding, upward
from hopverify.checker.linear_algebra import Matrix, is_symmetric
from hopverify.checker.midpoints import Midpoint, factor, matrix, nearest, spreads
from hopverify.errors import EvidenceRejected
from hopverify.networks.structured import StructuredNetwork
from hopverify.spec.exact_array import ExactArray

Floats = NDArray[np.float64]
TILE = 256


@dataclass(frozen=True, eq=False)
class DenseForm:
    """A ⪰ Â - σI; Â is ``values`` (n × n), of which either triangle alone is read: the bound holds for both.

    ``exact``, if given, returns in Fractions a matrix between Â - σI and A, for methods that want no rounding.
    """

    values: Floats
    slack: Fraction = Fraction(0)
    exact: Callable[[], Matrix] | None = None

    @classmethod
    def of(cls, values: Floats) -> DenseForm:
        """Return the form of a symmetric matrix of doubles; raise ValueError unless it is one, and finite."""
        if values.ndim != 2 or values.shape[0] != values.shape[1] or values.dtype != np.float64:
            raise ValueError("a dense form is a square matrix of float64")
        # Tiles fit into the cache together with their mirror images, and NaN differs from itself.
        for i in range(0, len(values), TILE):
            for j in range(0, i + 1, TILE):
                tile = values[i : i + TILE, j : j + TILE]
                if not (tile == values[j : j + TILE, i : i + TILE].T).all():
                    raise ValueError(
                        "definiteness is of symmetric matrices: symmetrise the matrix, or ask about sym(A)"
                    )
                if not np.isfinite(tile).all():
                    raise ValueError("the matrix has entries that are not finite")
        return cls(values)

    @classmethod
    def of_exact(cls, A: Matrix) -> DenseForm:
        """Return the form of a symmetric matrix of Fractions."""
        if not is_symmetric(A):
            raise ValueError("definiteness is of symmetric matrices")
        found = nearest(ExactArray.of(A))
        if not (np.isfinite(found.values).all() and np.isfinite(found.radius)):
            raise ValueError("the matrix has entries beyond the range of doubles: scale it")
        return cls(found.values, len(A) * Fraction(found.radius), lambda: A)

    @property
    def size(self) -> int:
        """The number of rows, n."""
        return len(self.values)

    def shifted(self, mu: Fraction) -> DenseForm:
        """Return the form of A - μI."""
        source = self.exact
        exact = None if source is None else (lambda: _less(source(), mu))
        return replace(self, slack=self.slack + mu, exact=exact)

    def fractions(self) -> Matrix:
        """Return an exact matrix B ⪯ A, B ≻ 0 if Â - σI ≻ 0."""
        if self.exact is not None:
            return self.exact()
        lower = np.tril(self.values)
        return _less(ExactArray.of(lower + np.tril(lower, -1).T).fractions(), self.slack)


@dataclass(frozen=True, eq=False)
class SparseForm:
    """A ⪰ Â - σI; Â has the diagonal ``diagonal`` and, at each (row[k], column[k]) and mirrored, entry ``values[k]``.

    Each place off the diagonal is given once, with row > column.
    """

    diagonal: Floats
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    values: Floats
    slack: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        n, places = len(self.diagonal), self.row * len(self.diagonal) + self.column
        if not (len(self.row) == len(self.column) == len(self.values)):
            raise ValueError("a sparse form has as many rows and columns as values")
        if len(places) and not (self.column.min() >= 0 and self.row.max() < n and (self.row > self.column).all()):
            raise ValueError("a sparse form gives the entries below the diagonal: 0 <= column < row < n")
        if len(np.unique(places)) < len(places):
            raise ValueError("a sparse form gives each place once: add the entries that fall on the same place")
        if not (np.isfinite(self.diagonal).all() and np.isfinite(self.values).all()):
            raise ValueError("the matrix has entries that are not finite")

    @property
    def size(self) -> int:
        """The number of rows, n."""
        return len(self.diagonal)

    def shifted(self, mu: Fraction) -> SparseForm:
        """Return the form of A - μI."""
        return replace(self, slack=self.slack + mu)

    def fractions(self) -> Matrix:
        """Return Â - σI (n × n: for small n)."""
        dense = np.diag(self.diagonal)
        dense[self.row, self.column] = dense[self.column, self.row] = self.values
        return _less(ExactArray.of(dense).fractions(), self.slack)


@dataclass(frozen=True, eq=False)
class LowRankForm:
    """A ⪰ diag(d) - s ΞᵀΞ - σI: Ξ (K × n) within ``patterns``, s = ``scale`` > 0; d_i = inf takes neuron i out of A."""

    diagonal: Floats
    patterns: Midpoint
    scale: Fraction
    slack: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.patterns.values.ndim != 2 or self.patterns.values.shape[1] != len(self.diagonal):
            raise ValueError("a low-rank form has as many columns of patterns as entries of the diagonal")
        if np.isnan(self.diagonal).any() or (self.diagonal == -np.inf).any():
            raise ValueError("the diagonal of a low-rank form has entries that are not numbers")
        if not np.isfinite(self.patterns.values).all() or not self.scale > 0:
            raise ValueError("a low-rank form has finite patterns and a positive scale")

    @property
    def size(self) -> int:
        """The number of rows, n."""
        return len(self.diagonal)

    def shifted(self, mu: Fraction) -> LowRankForm:
        """Return the form of A - μI."""
        return replace(self, slack=self.slack + mu)

    def fractions(self) -> Matrix:
        """Return diag(d) - s ΞᵀΞ - σI on the neurons that are in (n × n: for small n)."""
        if self.patterns.radius:
            raise EvidenceRejected("this method wants exact patterns, and these are rounded: use low_rank")
        alive = np.isfinite(self.diagonal)
        Xi = ExactArray.of(self.patterns.values[:, alive]).fractions()
        result: Matrix = (
            -self.scale * (Xi.T @ Xi) if len(Xi) else np.full((alive.sum(),) * 2, Fraction(0), dtype=object)
        )
        diagonal = ExactArray.of(self.diagonal[alive]).fractions()
        result[np.diag_indices(len(diagonal))] += diagonal
        return _less(result, self.slack)


Form = DenseForm | SparseForm | LowRankForm


def form_of(network: StructuredNetwork, diagonal: Floats) -> DenseForm | LowRankForm:
    """Return diag(d) - W for a network with symmetric W, for lower bounds d (doubles) of a diagonal.

    d_i = inf takes neuron i out: the form is of the others. One Hebbian block of positive scale stays low-rank.
    Where W stands for all symmetric matrices near it, the bound is one for all of them.
    """
    assert_rounding()
    if not network.is_symmetric:
        raise EvidenceRejected("W is not symmetric, and definiteness is of symmetric matrices")
    block = network.low_rank
    if block is not None and block.scale > 0:
        own = _squares_below(block.doubles, nearest(block.patterns).radius) if block.zero_diagonal else 0.0
        lower = diagonal + _scaled_below(own, block.scale)
        lower = np.where(diagonal < np.inf, np.nextafter(lower, -np.inf), np.inf)
        return LowRankForm(lower, nearest(block.patterns), block.scale)
    W = matrix(network)
    alive = np.flatnonzero(diagonal < np.inf)
    values = np.negative(W.values if len(alive) == len(diagonal) else W.values[np.ix_(alive, alive)])
    places = np.diag_indices(len(alive))
    # Rounded downward: what is lost makes the form smaller, and needs no slack.
    values[places] = np.nextafter(diagonal[alive] + values[places], -np.inf)
    slack = len(alive) * Fraction(W.radius)
    if network.is_uncertain:
        return DenseForm(values, slack + spread_norm(network, alive, np.ones(network.size)) / 2)
    return DenseForm(values, slack, lambda: _exactly(network, diagonal, alive))


def spread_norm(network: StructuredNetwork, alive: NDArray[np.int64], d: Floats) -> Fraction:
    """Return an upper bound of ‖DE + EᵀD‖₂ on some neurons, D = diag(d) ≥ 0, for all E within the spread of W.

    The matrix is symmetric, so that its largest row sum bounds the norm: Σ_j d_i U_ij + d_j U_ji at most.
    """
    U = spreads(network, 0, network.size)
    if U is None or not len(alive):
        return Fraction(0)
    U, d = U[np.ix_(alive, alive)], d[alive]
    largest = float(np.max(upward(d * U.sum(axis=1) + U.T @ d, 4 * len(alive) + 16))) + 2.0**-1000
    if not np.isfinite(largest):
        raise EvidenceRejected("the spread of the weights is too large for floating-point bounds")
    return Fraction(largest)


def _exactly(network: StructuredNetwork, diagonal: Floats, alive: NDArray[np.int64]) -> Matrix:
    """Return diag(d) - W on some neurons, exactly."""
    result: Matrix = -network.fractions()[np.ix_(alive, alive)]
    result[np.diag_indices(len(alive))] += ExactArray.of(diagonal[alive]).fractions()
    return result


def _squares_below(Xi: Floats, radius: float) -> Floats:
    """Return lower bounds of the squares of Ξ's columns: rounding takes less than the last factor and term do."""
    low = np.maximum(np.abs(Xi) - 2 * radius, 0.0) if radius else np.abs(Xi)
    total: Floats = np.einsum("ki,ki->i", low, low)
    return np.maximum(total * (1.0 - (len(Xi) + 8) * 2.0**-51) - (len(Xi) + 1) * 2.0**-1070, 0.0)


def _scaled_below(values: Any, scale: Fraction) -> Any:
    """Return lower bounds of s·v for v ≥ 0: s rounded, the product rounded, and a factor for both."""
    return np.maximum(values * factor(scale) * (1.0 - 2.0**-50) - 2.0**-1070, 0.0)


def rounded_up(value: Fraction) -> float:
    """Return a double that is at least the rational; infinity beyond their range."""
    try:
        nearest = float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.finfo(np.float64).max
    return nearest if Fraction(nearest) >= value else nextafter(nearest, inf)


def rounded_down(value: Fraction) -> float:
    """Return a double that is at most the rational; -infinity beyond their range."""
    return -rounded_up(-value)


def _less(A: Matrix, mu: Fraction) -> Matrix:
    """Return A - μI."""
    result = A.copy()
    result[np.diag_indices(len(A))] -= mu
    return result
