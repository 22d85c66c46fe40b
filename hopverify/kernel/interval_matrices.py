"""Matrices and vectors with few entries that are not 0, in intervals.

A symmetric matrix has those on and above its diagonal; matrices and vectors are added alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from hopverify.kernel.drive_ranges import ends_of_product
from hopverify.kernel.intervals import ANY, Range, added, closed, exactly, hull, only

Matrix = Mapping[tuple[int, int], Range]
Vector = Mapping[int, Range]
ZERO = exactly(Fraction(0))


def combined(parts: Iterable[Mapping[Any, Range]]) -> dict[Any, Range]:
    """Return the sum of matrices, or of vectors."""
    found: dict[Any, Range] = {}
    for part in parts:
        for key, entry in part.items():
            found[key] = added(found[key], entry) if key in found else entry
    return found


def product_of(a: Range, b: Range) -> Range:
    """Return an interval that holds the products of two numbers."""
    low, high = ends_of_product(a, b)
    return closed(low, high)


def times(own: Mapping[Any, Range], factor: Range) -> dict[Any, Range]:
    """Return a matrix, or a vector, times a number in a range; 0 times anything is 0."""
    return {} if factor == ZERO else {key: product_of(entry, factor) for key, entry in own.items()}


def hulls(parts: Sequence[Mapping[Any, Range]]) -> dict[Any, Range]:
    """Return intervals that hold the entries of each part."""
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: hull([part.get(key, ZERO) for part in parts]) for key in keys}


def outer(u: Vector, v: Vector) -> dict[tuple[int, int], Range]:
    """Return uvᵀ + vuᵀ."""
    products = ({(min(i, j), max(i, j)): product_of(a, b)} for i, a in u.items() for j, b in v.items())
    return combined([*products, *({(i, i): product_of(u[i], v[i])} for i in u.keys() & v.keys())])


def square(u: Vector) -> dict[tuple[int, int], Range]:
    """Return uuᵀ."""
    return {(i, j): product_of(a, b) for i, a in u.items() for j, b in u.items() if i <= j}


def largest_square(u: Vector) -> dict[tuple[int, int], Range]:
    """Return diag(|u_i| Σ |u_j|) ⪰ uuᵀ, for all u in intervals."""
    total = sum((each.size for each in u.values()), arb(0))
    return {(i, i): only((each.size * total).upper()) if total.is_finite() else ANY for i, each in u.items()}


def end_of(u: Range, above: bool) -> Range:
    """Return an end of an interval; of one that has none anything."""
    end = (u.high if above else u.low)[0]
    return only(end) if end.is_finite() else ANY
