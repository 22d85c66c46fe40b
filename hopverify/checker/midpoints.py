"""Arrays of doubles around exact ones: |exact - values| ≤ radius, entry by entry, one proved radius for all.

Rows of the matrix W of a large network, a few at a time or all at once, and vectors. Let u = 2⁻⁵³. A number is rounded
to the nearest double (error at most u·|x| + 2⁻¹⁰⁷⁵); a product with a factor and a sum lose as much again. For the
patterns Ξ (K × n) of a Hebbian block, q ≥ max_i (ΞᵀΞ)_ii bounds every entry of |Ξ|ᵀ|Ξ|, so a floating ΞᵀΞ is off by at
most (K + 2)u·q/(1 - (K + 2)u) and K·2⁻¹⁰⁷⁴ for underflow, in any order of summation, with or without fused operations
(Higham 2002, §3.1; the 2 is for Ξ rounded). The constants below are such sums, rounded up generously.

A *spread* is kept apart from these errors: where weights stand for all within a tolerance, or for what rounding makes
of them, :func:`spreads` bounds |W - given W| entry by entry, by f(a + q|M|) for a block f·M with the spread a + q|M|.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.errors import EvidenceRejected
from hopverify.networks.structured import ROWS, DenseBlock, DiagonalBlock, HebbianBlock, Placed, StructuredNetwork
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.spread import Spread

Floats = NDArray[np.float64]
TINY, LEAST = 2.0**-1070, Fraction(1, 2**1000)
FINEST = 2.0**-900


@dataclass(frozen=True, eq=False)
class Midpoint:
    """``values`` of any shape, and a ``radius`` ≥ 0 that holds for every entry; ``values`` may be read-only."""

    values: Floats
    radius: float


def is_ordinary(array: ExactArray) -> bool:
    """Whether all numbers but 0 lie between 2⁻⁹⁰⁰ and 2⁹⁰⁰ in size: the nearest doubles are off by a factor 1 ± u."""
    values = np.abs(array.floats())
    zero = np.asarray(array.values == 0)
    return bool((zero | ((values > FINEST) & (values < 1 / FINEST))).all())


def nearest(array: ExactArray) -> Midpoint:
    """Return an exact array as the nearest doubles."""
    values = array.floats()
    return Midpoint(values, 0.0 if array.is_dyadic else _slack(_largest(values), 1))


def matrix(network: StructuredNetwork) -> Midpoint:
    """Return W (N × N); one dense block of doubles over one layer is not copied."""
    if len(network.placed) == 1 and len(network.layers) == 1:
        block = network.placed[0].block
        if isinstance(block, DenseBlock) and block.factor == 1 and not block.symmetrised:
            return nearest(block.matrix)
    N = network.size
    W, radius = np.empty((N, N)), 0.0
    for start in range(0, N, ROWS):
        part = rows(network, start, min(start + ROWS, N))
        W[start : start + ROWS] = part.values
        radius = max(radius, part.radius)
    return Midpoint(W, radius)


def rows(network: StructuredNetwork, start: int, stop: int) -> Midpoint:
    """Return rows start … stop - 1 of W, (stop - start) × N."""
    assert_rounding()
    total, radius = np.zeros((stop - start, network.size)), 0.0
    for part in network.placed:
        first, last = max(start, part.target.start), min(stop, part.target.stop)
        if first >= last:
            continue
        piece = _rows_of(part, first - part.target.start, last - part.target.start)
        window = total[first - start : last - start, part.source]
        # 0 + x is exact; only where blocks overlap is their sum rounded.
        overlaps = bool(window.any())
        window += piece.values
        radius = upward(radius + piece.radius + (_slack(_largest(window), 1) if overlaps else 0.0), 4)
    if not (np.isfinite(radius) and np.isfinite(total).all()):
        raise EvidenceRejected("the weights are too large for floating-point bounds")
    return Midpoint(total, float(radius))


def spreads(network: StructuredNetwork, start: int, stop: int) -> Floats | None:
    """Return upper bounds of how far rows start … stop - 1 of W may lie from the given ones; None: they are exact."""
    if not network.is_uncertain:
        return None
    assert_rounding()
    total = np.zeros((stop - start, network.size))
    for part in network.placed:
        first, last = max(start, part.target.start), min(stop, part.target.stop)
        spread = part.block.matrix.spread if isinstance(part.block, DenseBlock) else None
        if first < last and isinstance(part.block, DenseBlock) and spread is not None:
            piece = _spread_of(part.block, spread, first - part.target.start, last - part.target.start)
            window = total[first - start : last - start, part.source]
            window += piece
            np.nextafter(window, np.inf, out=window)
    if not np.isfinite(total).all():
        raise EvidenceRejected("the spread of the weights is too large for floating-point bounds")
    return total


def _spread_of(block: DenseBlock, spread: Spread, start: int, stop: int) -> Floats:
    M = np.abs(block.doubles.T if block.transposed else block.doubles)
    size = M[start:stop] + M.T[start:stop] if block.symmetrised else M[start:stop]
    times = 2 if block.symmetrised else 1
    # Each factor is rounded once, the weights, products and sums too: 16 steps upward are more than enough.
    absolute, relative = (factor(entry) for entry in (times * spread.absolute, spread.relative))
    return np.asarray(upward((absolute + relative * size) * abs(factor(block.factor)), 16) + TINY)


def _rows_of(part: Placed, start: int, stop: int) -> Midpoint:
    block = part.block
    if isinstance(block, DenseBlock):
        return _dense(block, start, stop)
    return _diagonal(block, start, stop) if isinstance(block, DiagonalBlock) else _hebbian(block, start, stop)


def _dense(block: DenseBlock, start: int, stop: int) -> Midpoint:
    M = block.doubles.T if block.transposed else block.doubles
    if block.symmetrised:
        # Two numbers rounded, and their sum.
        a, b = M[start:stop], M.T[start:stop]
        return _scaled(a + b, _slack(_largest(a) + _largest(b), 3), block.factor)
    values = M[start:stop]
    return _scaled(values, 0.0 if block.matrix.is_dyadic else _slack(_largest(values), 1), block.factor)


def _diagonal(block: DiagonalBlock, start: int, stop: int) -> Midpoint:
    w = block.diagonal.floats()[start:stop]
    values = np.zeros((stop - start, block.diagonal.shape[0]))
    values[np.arange(stop - start), np.arange(start, stop)] = w
    return _scaled(values, 0.0 if block.diagonal.is_dyadic else _slack(_largest(w), 1), block.factor)


def _hebbian(block: HebbianBlock, start: int, stop: int) -> Midpoint:
    Xi, K = block.doubles, len(block.doubles)
    # Each square may underflow, and be small for a rational entry; 1 + q bounds the size of every entry of Ξ.
    q = upward(np.einsum("ki,ki->i", Xi, Xi).max(initial=0.0), K + 16) + K * TINY
    radius = float(upward(_slack(q, K + 4) + (K + 4) * TINY * (1.0 + q), 8))
    values = Xi[:, start:stop].T @ Xi
    if block.zero_diagonal:
        values[np.arange(stop - start), np.arange(start, stop)] = 0.0
    return _scaled(values, radius, block.scale)


def _scaled(values: Floats, radius: float, scale: Fraction) -> Midpoint:
    """Return the product with a factor: it is rounded, and so is the factor."""
    if scale == 1:
        return Midpoint(values, radius)
    f = factor(scale)
    return Midpoint(values * f, float(upward(abs(f) * (radius + _slack(_largest(values), 2)) + TINY, 8)))


def _largest(values: Floats) -> float:
    return max(float(np.max(values, initial=0.0)), -float(np.min(values, initial=0.0)))


def _slack(size: float, roundings: int) -> float:
    """Return an upper bound of ``roundings`` rounding errors of numbers of at most ``size``, underflow included."""
    return float(upward(size * (2 * roundings * roundoff()), 8)) + roundings * TINY


def factor(value: Fraction) -> float:
    """Return the nearest double of a factor, off by at most u·|value|; refuse what that does not hold for."""
    if value and not LEAST < abs(value) < 1 / LEAST:
        raise EvidenceRejected(f"a factor of a synapse, about 10^{_magnitude(value)}, is beyond what doubles bound")
    return float(value)


def _magnitude(value: Fraction) -> int:
    return len(str(abs(value.numerator))) - len(str(value.denominator))
