"""Products of arrays over all their axes at once, where vectors and matrices alone do not say them.

Each array that depends on the inputs is spread over the places at which the product does not vanish, by a matrix of
zeros and ones; there all are multiplied entry by entry, and a matrix sums what belongs to one entry of the result.
So x_i y_j z_k T_ijk and functions of x_i - x_j are written with matrices and vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.nodes import Apply, Expression
from hopverify.interop.tracing.constants import exact_product
from hopverify.interop.tracing.terms import CannotWrite, Constant, Factor, Term

MAX_ENTRIES = 4_000_000
Array = NDArray[Any]
Named = Callable[[Array], Expression]


@dataclass(frozen=True)
class Places:
    """The entries of a product that do not vanish: their weights, and where each stands along every label."""

    weights: Array
    at: Mapping[int, NDArray[np.int64]]
    extents: Mapping[int, int]

    def of(self, labels: Sequence[int]) -> NDArray[np.int64]:
        """Return for each place the entry of an array over these labels."""
        sizes = [self.extents[label] for label in labels]
        count = len(self.weights)
        return np.ravel_multi_index([self.at[label] for label in labels], sizes) if labels else np.zeros(count, int)

    def size(self, labels: Sequence[int]) -> int:
        """Return the number of entries of an array over these labels."""
        return prod(self.extents[label] for label in labels)


def spread(
    term: Term, shape: tuple[int, ...], named: Named, vector_of: Callable[[Sequence[Factor]], Expression]
) -> Expression:
    """Return a term of an array of that shape, without its coefficient, as a number or the vector of its entries."""
    extents, axes = all_axes(term, shape)
    groups: dict[tuple[int, ...], list[Factor]] = {}
    numbers = []
    for factor in term.factors:
        if not factor.labels:
            numbers.append(vector_of([factor]))
        elif not isinstance(factor.source, Constant):
            groups.setdefault(factor.labels, []).append(factor)
    places = _places(term, [*axes, *(label for group in groups for label in group)], extents)
    if len(groups) < 2:
        ((group, factors),) = groups.items() if groups else (((), []),)
        body = _summed(places, axes, group, vector_of(factors) if factors else None, named)
    else:
        parts = [_spread_out(places, group, vector_of(factors), named) for group, factors in groups.items()]
        body = _gathered(places, axes, _multiplied(parts), named)
    return _multiplied([*numbers, body])


def matrix_of(
    term: Term, rows: Sequence[int], columns: Sequence[int], extents: Mapping[int, int] | None = None
) -> Array | None:
    """Return the matrix of a term's constants, summed over all labels but those of its rows and columns.

    ``extents`` has labels beside the term's own. None if the matrix is too large, or not exact.
    """
    own, labels = extents or term.extents, (*rows, *columns)
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    if len(constants) == 1 and len(constants[0].labels) == len(labels) and set(constants[0].labels) == set(labels):
        order = [constants[0].labels.index(label) for label in labels]
        sizes = [prod(own[label] for label in each) for each in (rows, columns)]
        matrix: Array = np.transpose(constants[0].source.values, order).reshape(sizes)  # type: ignore[union-attr]
        return matrix
    try:
        places = _places(term, labels, own)
        at = places.of(rows), places.of(columns)
        return _matrix(places.size(rows), places.size(columns), at, places.weights)
    except CannotWrite:
        return None


def all_axes(term: Term, shape: tuple[int, ...]) -> tuple[dict[int, int], list[int]]:
    """Return the labels of the value's axes, new ones for those along which the term does not vary."""
    extents, axes = dict(term.extents), []
    for axis, label in enumerate(term.axes):
        if label is None:
            label = 1 + max(extents, default=-1)
            extents[label] = shape[axis]
        axes.append(label)
    return extents, axes


def _places(term: Term, labels: Sequence[int], extents: Mapping[int, int]) -> Places:
    own = list(dict.fromkeys(labels))
    sizes = [extents[label] for label in own]
    if prod(sizes) > MAX_ENTRIES:
        raise CannotWrite(f"a product of arrays over {prod(sizes):,} entries (at most {MAX_ENTRIES:,})")
    constants = [(f.source.values, f.labels) for f in term.factors if isinstance(f.source, Constant)]
    touched = tuple(label for label in own if any(label in each for _, each in constants))
    weights = exact_product(constants, touched) if constants else np.ones(())
    if weights is None:
        raise CannotWrite("a product of arrays of constants that doubles do not hold exactly")
    spread_out = np.reshape(weights, [extents[label] if label in touched else 1 for label in own])
    full = np.broadcast_to(spread_out, sizes)
    at = np.nonzero(full != 0) if own else ()
    return Places(full[at] if own else full.reshape(1), dict(zip(own, at, strict=True)), extents)


def _matrix(rows: int, columns: int, at: tuple[Any, Any], values: Any) -> Array:
    if rows * columns > MAX_ENTRIES:
        raise CannotWrite(f"a product of arrays that needs a matrix of {rows:,} × {columns:,}")
    matrix = np.zeros((rows, columns), dtype=np.asarray(values).dtype)
    matrix[at] = values
    return matrix


def _summed(
    places: Places, axes: Sequence[int], group: Sequence[int], vector: Expression | None, named: Named
) -> Expression:
    """Return the sums of weights, times one vector if there is one."""
    rows, columns = places.of(axes), places.of(group)
    matrix = _matrix(places.size(axes), places.size(group), (rows, columns), places.weights)
    if vector is None:
        return named(matrix[:, 0])
    if not axes:
        return Apply("dot", (named(matrix[0]), vector))
    if tuple(axes) == tuple(group):
        return _multiplied([named(np.diagonal(matrix).copy()), vector])
    return Apply("matmul", (named(matrix), vector))


def _spread_out(places: Places, group: Sequence[int], vector: Expression, named: Named) -> Expression:
    """Return the entries of a vector at each of the places."""
    count, columns = len(places.weights), places.of(group)
    if np.array_equal(columns, np.arange(places.size(group))):
        return vector
    return Apply("matmul", (named(_matrix(count, places.size(group), (np.arange(count), columns), 1.0)), vector))


def _gathered(places: Places, axes: Sequence[int], body: Expression, named: Named) -> Expression:
    """Return the weighted sums of what stands at the places."""
    count, rows = len(places.weights), places.of(axes)
    if not axes:
        return Apply("dot", (named(places.weights), body))
    if np.array_equal(rows, np.arange(places.size(axes))):
        return body if np.all(places.weights == 1) else _multiplied([named(places.weights), body])
    return Apply("matmul", (named(_matrix(places.size(axes), count, (rows, np.arange(count)), places.weights)), body))


def _multiplied(parts: Sequence[Expression]) -> Expression:
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result
