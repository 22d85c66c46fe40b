"""All centroids of sets of patterns that lie in exactly the balls of these patterns (M2), in whole numbers.

With D_ab = |ξ_a - ξ_b|², S a set of m patterns with the centroid c, P = Σ D over its pairs, and s_ν = Σ_{b∈S} D_νb:

    |c - ξ_ν|² = s_ν/m - P/m²,    Σ_{b∈S} |x - ξ_b|² = m|x - c|² + P/m   for every x.

Hence c lies inside the ball of ν, of squared radius R, iff m·s_ν - P < m²R, and outside (its edge left out) iff >. And
if P ≥ m²R no x lies inside all balls of S, nor inside those of any larger set: the mean of the |x - ξ_b|² is at least
R. So the sets are gone through in the order of their members, and one with P ≥ m²R is not extended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

import numpy as np

from hopverify.errors import EvidenceRejected
from hopverify.synapses.epanechnikov import Epanechnikov

MAX_SETS = 100_000
MAX_PRODUCTS = 20_000_000
Matrix = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Minimum:
    """A centroid with its set of patterns; ``inner`` and ``outer``: squares of its largest and least distances.

    ``inner`` is that from the patterns of the set, ``outer`` that from all others, None where there are none.
    """

    members: tuple[int, ...]
    state: tuple[Fraction, ...]
    inner: Fraction
    outer: Fraction | None
    stored: bool


def minima(synapse: Epanechnikov) -> list[Minimum]:
    """Return all of them; raise :class:`EvidenceRejected` where the sets are too many to be gone through."""
    Xi = synapse.patterns.fractions()
    if len(Xi) * Xi.size > MAX_PRODUCTS:
        raise EvidenceRejected(f"more than {MAX_PRODUCTS} products of exact numbers")
    D, R, scale = _whole(Xi, 2 / synapse.beta)
    found: list[Minimum] = []
    for visited, (members, s, P) in enumerate(_sets(D, R)):
        if visited >= MAX_SETS:
            raise EvidenceRejected(f"more than {MAX_SETS} sets of patterns have balls that may overlap")
        found += _minimum(Xi, R, scale, members, s, P)
    return found


def _whole(Xi: Matrix, squared_radius: Fraction) -> tuple[Matrix, int, int]:
    """Return D and R multiplied by one whole number that makes them whole, and that number."""
    unit = lcm(*(entry.denominator for entry in Xi.ravel()))
    X = np.array([[int(entry * unit) for entry in row] for row in Xi], dtype=object).reshape(Xi.shape)
    squares = (X * X).sum(axis=1)
    D = squares[:, None] + squares[None, :] - 2 * (X @ X.T)
    extra = squared_radius.denominator
    return D * extra, int(squared_radius * unit**2 * extra), unit**2 * extra


def _sets(D: Matrix, R: int) -> Iterator[tuple[tuple[int, ...], Matrix, int]]:
    """Yield every set with P < m²R, with the sums s and P: each set before those that it begins."""
    pending: list[tuple[tuple[int, ...], Matrix, int, int]] = [((), 0 * D[0], 0, 0)]
    while pending:
        members, s, P, start = pending.pop()
        fitting = np.flatnonzero(s[start:] < (len(members) + 1) ** 2 * R - P)
        if len(fitting):
            other = start + int(fitting[0])
            grown = ((*members, other), s + D[other], P + s[other])
            pending += [(members, s, P, other + 1), (*grown, other + 1)]
            yield grown


def _minimum(Xi: Matrix, R: int, scale: int, members: tuple[int, ...], s: Matrix, P: int) -> Iterator[Minimum]:
    """Yield the centroid of a set if it lies inside all of its balls and outside all others."""
    m = len(members)
    squared = m * s - P
    inside = np.zeros(len(s), dtype=bool)
    inside[list(members)] = True
    if not (squared[inside] < m * m * R).all() or not (squared[~inside] > m * m * R).all():
        return
    state = Xi[list(members)].sum(axis=0) / m
    others = squared[~inside]
    outer = Fraction(int(others.min()), m * m * scale) if len(others) else None
    inner = Fraction(int(squared[inside].max()), m * m * scale)
    yield Minimum(members, tuple(map(Fraction, state)), inner, outer, bool((squared[inside] == 0).any()))


def attracted(minimum: Minimum, squared_radius: Fraction) -> Fraction:
    """Return a radius ≥ 0 of a ball around a minimum that no edge of a ball meets: the flow draws it to the minimum."""
    radius = root_below(squared_radius) - root_above(minimum.inner)
    if minimum.outer is not None:
        radius = min(radius, root_below(minimum.outer) - root_above(squared_radius))
    return max(radius, Fraction(0))


def root_below(square: Fraction, bits: int = 32) -> Fraction:
    """Return a number ≤ √square, off by 2^-bits over its denominator at most.

    >>> root_below(Fraction(1, 4)), root_below(Fraction(2)) ** 2 < 2
    (Fraction(1, 2), True)
    """
    return Fraction(isqrt(square.numerator * square.denominator << 2 * bits), square.denominator << bits)


def root_above(square: Fraction, bits: int = 32) -> Fraction:
    """Return a number ≥ √square, as near.

    >>> root_above(Fraction(1, 4)), root_above(Fraction(2)) ** 2 > 2
    (Fraction(1, 2), True)
    """
    below = root_below(square, bits)
    return below if below * below == square else below + Fraction(1, square.denominator << bits)
