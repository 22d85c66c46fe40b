"""Margins and distances between all pairs of patterns, a tile at a time, with proved error bounds.

For patterns ξ_1 … ξ_K (rows) with biases b, pattern μ and its rival ν have the distance d = ‖ξ_μ - ξ_ν‖ and the margin
m = ⟨ξ_μ - ξ_ν, ξ_μ⟩ + b_μ - b_ν. Both follow from one inner product, and one inner product serves both orders of a
pair: half of the Gram matrix is formed, a panel of rows at a time, and never kept.

*Scale.* The patterns are multiplied by 2⁻ˢ so that their largest entry lies in [1/2, 1); margins and biases are then
multiplied by 4⁻ˢ and β by 4ˢ, which changes none of the products β·m and β·r·d. Entries that underflow in this lose at
most 2⁻¹⁰⁷⁵ each.

*Errors.* Let u = 2⁻⁵³, n the dimension, N ≥ max ‖ξ‖ after scaling. A floating inner product in any order of summation,
with or without fused operations, is off by at most n·u/(1 - n·u)·N² plus n·2⁻¹⁰⁷⁴ for underflow (Higham 2002, §3.1;
Jeannerod & Rump 2013); rounding rational patterns to doubles adds at most (2u + u²)N². A margin or squared distance is
made of at most four such products and four further roundings of numbers up to 4N² + 2B, B ≥ max |b|: ``error`` bounds
the whole. Tiles hold m - error and d² + error (at least ``error``: never 0, so never subnormal), rounded to the
floating-point type asked for, whose unit is ``unit``: the last rounding, and for d the root, lose a relative 3·unit.

*Spreads.* Patterns that stand for all with |entry - given| ≤ a + q|given| lie within e = a√n + qN of the given ones.
Their norms are at most N + e, and each of their inner products is off by at most 2eN + e²: that is one more error.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import repeat
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.errors import EvidenceRejected
from hopverify.spec import ExactArray

Floats = NDArray[Any]
T = TypeVar("T")
PANEL, WIDTH, SLAB = 512, 8192, 32
"""Rows of a panel, columns of a product, and rows of a tile, which is to fit the processor's cache."""


@dataclass(frozen=True)
class Tile:
    """Bounds for the pairs of ``own`` patterns with rivals; arrays are rivals × own if ``across``, else own × rivals.

    Where a pattern meets itself its distance is 0 and its margin large, so that it weighs nothing.
    """

    own: slice
    first: int  # the first of the rivals
    margin: Floats  # ≤ m·(1 + unit) in size
    distance: Floats  # ≥ d·(1 - 3·unit)
    square: Floats  # ≥ d²·(1 - unit)
    across: bool

    def each(self, vector: Floats) -> Floats:
        """Return what ``vector`` has for the own patterns, shaped to combine with the tile's arrays."""
        return vector[self.own][None, :] if self.across else vector[self.own][:, None]

    def sums(self, weights: Floats, factors: Floats) -> Floats:
        """Return Σ weights·factors over the rivals, for each own pattern."""
        total: Floats = np.einsum("ij,ij->j", weights, factors) if self.across else np.vecdot(weights, factors)
        return total

    def least(self, groups: NDArray[np.int64] | None) -> Floats:
        """Return for each own pattern the least ``square`` to a rival, one of another group where there are groups.

        It is infinite where there is none.
        """
        axis, count = (0 if self.across else 1), self.square.shape[0 if self.across else 1]
        least: Floats
        if groups is None and not self.first <= self.own.start < self.first + count:
            least = self.square.min(axis=axis)
            return least
        # Only the square of a pattern with itself is 0.
        others = self.square > 0
        if groups is not None:
            rivals = groups[self.first : self.first + count]
            others = self.each(groups) != (rivals[:, None] if self.across else rivals[None, :])
        least = np.min(self.square, axis=axis, where=others, initial=np.inf)
        return least


class Gram:
    """The scaled patterns with their errors; with a ``ghost``, the origin with bias 0 is the last of them."""

    def __init__(self, patterns: ExactArray, bias: ExactArray, *, ghost: bool = False) -> None:
        assert_rounding()
        self.exponent = _exponent(patterns)
        self.points = _scaled(patterns, self.exponent, ghost)
        self.bias = _scaled(bias, 2 * self.exponent, ghost)
        n = self.points.shape[1]
        self.count = len(self.points)
        self.squares = np.einsum("ij,ij->i", self.points, self.points)
        largest = float(upward(np.max(self.squares), 4 * n + 8)) + n * 2.0**-1070
        moved = _moved(patterns, self.exponent, largest)
        product = upward((n + 8) * roundoff() * max(largest, 1.0) + n * 2.0**-1070, 16)
        if moved:
            product = upward(product + 2 * moved * math.sqrt(largest) + moved**2, 16)
            largest = float(upward((math.sqrt(largest) + moved) ** 2, 16))
        self.reach = upward(4 * largest + 2 * float(np.max(np.abs(self.bias))), 16)
        self.error = upward(4 * product + 64 * roundoff() * max(self.reach, 1.0), 16)
        self.diameter = 2 * math.sqrt(largest) + 1
        if not np.isfinite(self.reach) or self.reach > 2.0**100:
            raise EvidenceRejected("patterns or biases are too large for floating-point bounds; rescale them")

    def gaps(self, least: Floats, unit: float) -> Floats:
        """Return lower bounds of the gaps: the distances of :meth:`Tile.least`, or to the origin if it is nearer.

        A square that a tile holds exceeds d² by twice the error at most, and was rounded to the type of that unit; the
        roundings here are less than another error.
        """
        square = np.minimum(least * (1 - 4 * unit), self.squares + self.error) - 3 * self.error
        gaps: Floats = np.sqrt(np.maximum(square, 0.0)) * (1 - 8 * roundoff())
        return gaps

    def scaled_beta(self, beta: Fraction) -> float:
        """Return β·4ˢ as the nearest double."""
        try:
            scaled = float(beta * Fraction(4) ** self.exponent)
        except OverflowError:
            scaled = math.inf
        if not 2.0**-900 < scaled < 2.0**900:
            raise EvidenceRejected("beta is too large or too small for patterns of this size")
        return scaled

    def scaled_lengths(self, lengths: Floats) -> Floats:
        """Return lengths times 2⁻ˢ, rounded by 2⁻¹⁰⁷⁵ at most; a length > 0 may become 0."""
        return np.ldexp(lengths, -self.exponent)

    def each(
        self, work: Callable[[Tile], T], dtype: type[np.floating[Any]], *, alone: float | None = None
    ) -> Iterator[tuple[slice, T]]:
        """Yield what ``work`` makes of the bounds for every ordered pair of patterns once, tile by tile, in order.

        ``alone`` is the margin of a pattern over itself, ``reach`` unless stated.
        Tiles are worked on in threads, which share the processors since NumPy lets go of the interpreter's lock.
        """
        itself = dtype(self.reach if alone is None else alone)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for rows, columns in self._blocks():
                products = self.points[rows] @ self.points[columns].T
                slabs = [slice(at, min(at + SLAB, rows.stop)) for at in range(rows.start, rows.stop, SLAB)]
                parts = [products[slab.start - rows.start : slab.stop - rows.start] for slab in slabs]
                bound = partial(self._worked, work, itself if rows == columns else None, dtype)
                for results in pool.map(bound, parts, slabs, repeat(columns)):
                    yield from results

    def _blocks(self) -> Iterator[tuple[slice, slice]]:
        """Yield rows and columns that cover every pair once: square blocks on the diagonal, the others right of it."""
        for start in range(0, self.count, PANEL):
            rows = slice(start, min(start + PANEL, self.count))
            yield rows, rows
            for left in range(rows.stop, self.count, WIDTH):
                yield rows, slice(left, min(left + WIDTH, self.count))

    def _worked(
        self,
        work: Callable[[Tile], T],
        itself: np.floating[Any] | None,
        dtype: type[np.floating[Any]],
        products: Floats,
        rows: slice,
        columns: slice,
    ) -> list[tuple[slice, T]]:
        """Do the work for the tiles of a slab of products, in both orders unless its block holds ``itself``."""
        square = self._squares(products, rows, columns).astype(dtype)
        distance = np.sqrt(square)
        margin = self._margins(products, rows, columns, across=False).astype(dtype)
        if itself is not None:
            _silence(margin, distance, square, rows.start - columns.start, itself)
            return [(rows, work(Tile(rows, columns.start, margin, distance, square, across=False)))]
        first = work(Tile(rows, columns.start, margin, distance, square, across=False))
        margin = self._margins(products, rows, columns, across=True).astype(dtype)
        return [(rows, first), (columns, work(Tile(columns, rows.start, margin, distance, square, across=True)))]

    def _squares(self, products: Floats, rows: slice, columns: slice) -> Floats:
        square: Floats = products * -2.0
        square += (self.squares[rows] + self.error)[:, None]
        square += self.squares[columns]
        np.maximum(square, self.error, out=square)
        return square

    def _margins(self, products: Floats, rows: slice, columns: slice, *, across: bool) -> Floats:
        """Return the margins of the rows over the columns, or across: of the columns over the rows."""
        first, second = (rows, columns) if not across else (columns, rows)
        own, rival = (self.squares + self.bias - self.error)[first], self.bias[second]
        margin: Floats = (own[None, :] if across else own[:, None]) - products
        margin -= rival[:, None] if across else rival[None, :]
        return margin


def _silence(margin: Floats, distance: Floats, square: Floats, offset: int, large: Any) -> None:
    """Make each pattern's pair with itself weigh nothing; row i of the tile is column i + offset."""
    diagonal = np.arange(len(margin))
    margin[diagonal, diagonal + offset] = large
    distance[diagonal, diagonal + offset] = 0.0
    square[diagonal, diagonal + offset] = 0.0


def _exponent(patterns: ExactArray) -> int:
    """Return the s for which 2⁻ˢ brings the largest entry into [1/2, 1), 0 if all are 0."""
    values = patterns.floats()
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if not math.isfinite(largest):
        raise EvidenceRejected("the patterns are too large for floating-point bounds; rescale them")
    return math.frexp(largest)[1]


def _moved(patterns: ExactArray, exponent: int, largest: float) -> float:
    """Return an upper bound of how far a scaled pattern may lie from the given one; ``largest`` ≥ the squared norms."""
    spread = patterns.spread
    if spread is None:
        return 0.0
    absolute, relative = _nearest(spread.absolute * Fraction(2) ** -exponent), _nearest(spread.relative)
    length = absolute * math.sqrt(patterns.shape[1]) + relative * math.sqrt(largest)
    return float(upward(length, 16)) + 2.0**-1000


def _scaled(array: ExactArray, exponent: int, ghost: bool) -> Floats:
    """Return the array times 2⁻ᵉ in doubles, with a row of zeros at the end for a ghost."""
    values: Floats
    if array.is_dyadic:
        values = np.ldexp(array.values, -exponent)
    else:
        factor = Fraction(2) ** -exponent
        values = np.array([_nearest(value * factor) for value in array.values.flat]).reshape(array.shape)
    return np.concatenate([values, np.zeros_like(values[:1])]) if ghost else values


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
