"""Functions along some axes of an array: log Σ exp, softmax and the largest entry, row by row.

The expression language has such functions of a vector only. So an array of several axes is taken apart into its rows,
one for each place along the other axes, and put together again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.constants import exact
from hopverify.interop.tracing.functions import ONE, function, power
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.tensors import constant, leaf, placed, plus, product, total, transposed, transposed_core
from hopverify.interop.tracing.terms import Atom, Constant, Factor, Input, Shift, Source, Tensor, Term, collected

MAX_ROWS, MAX_ENTRIES = 64, 32
WHOLE = ("logsumexp", "ghost_logsumexp")
OF_VECTORS = ("softmax", "convolution")


class Rows(Refused):
    """A function along one axis of an argument of several: its rows have to be layers of their own."""


def log_sum_exp(value: Tensor, axes: Sequence[int]) -> Tensor:
    """Return log Σ exp over some axes, which are then left out; what does not vary along them is taken out of it."""
    return _by_rows(value, axes, _log_sum_exp)


def softmax(value: Tensor, axis: int) -> Tensor:
    """Return softmax along an axis, in the array's own shape."""
    rest = [place for place in range(len(value.shape)) if place != axis]
    rows = _by_rows(value, [axis], lambda row: leaf(Atom("softmax", (transposed_core(row),), _core(row)), row.shape))
    order = [*rest, axis]
    return transposed(rows, [order.index(place) for place in range(len(order))])


def log_of_sums(value: Tensor, axes: Sequence[int]) -> Tensor:
    """Return log Σ exp over some axes as the logarithm of sums, all rows at once."""
    return function("log", total(function("exp", value), axes))


def shares(value: Tensor, axis: int) -> Tensor:
    """Return softmax along an axis as exponentials divided by their sums, all rows at once."""
    raised = function("exp", value)
    rest = [place for place in range(len(value.shape)) if place != axis]
    return product(raised, placed(power(total(raised, [axis]), -ONE), value.shape, rest))


def of_kept(name: str, value: Tensor, axes: Sequence[int], kept: NDArray[np.bool_]) -> Tensor:
    """Return log Σ exp or softmax over the entries that are kept, by sums of exponentials."""
    if not kept.any(axis=tuple(axes)).all():
        raise Refused(f"{name}: nothing is kept in some row, which is then not defined")
    raised = product(function("exp", value), constant(kept.astype(np.float64)))
    rest = [place for place in range(len(value.shape)) if place not in axes]
    sums = total(raised, axes)
    if name == "logsumexp":
        return function("log", sums)
    return product(raised, placed(power(sums, -ONE), value.shape, rest))


def maximum(value: Tensor, axes: Sequence[int]) -> Tensor:
    """Return the largest entry over some axes, which are then left out."""
    return _by_rows(value, axes, _largest)


def _by_rows(value: Tensor, axes: Sequence[int], function: Callable[[Tensor], Tensor]) -> Tensor:
    """Return a function of the array over ``axes``, its results for each place of the others."""
    rest = [axis for axis in range(len(value.shape)) if axis not in axes]
    varying = [axis for axis in rest if any(term.axes[axis] is not None for term in value.terms)]
    count = prod(value.shape[axis] for axis in varying)
    if count > MAX_ROWS:
        raise Refused(f"a function along one axis of {count} rows (at most {MAX_ROWS}); give the energy of fewer")
    result: Tensor | None = None
    for place in np.ndindex(*(value.shape[axis] for axis in varying)):
        row = value
        for axis, index in sorted(zip(varying, place, strict=True), reverse=True):
            row = chosen(row, axis, index)
        for axis in sorted(set(rest) - set(varying), reverse=True):
            row = chosen(row, axis, 0)
        found = function(row)
        shape = (*(value.shape[axis] for axis in rest), *found.shape)
        put = placed(found, shape, range(len(rest), len(shape)))
        for axis, index in zip(varying, place, strict=True):
            put = product(put, placed(leaf(_unit_of(value.shape[axis], index)), shape, (rest.index(axis),)))
        result = put if result is None else plus(result, put)
    assert result is not None
    return result


def chosen(value: Tensor, axis: int, index: int) -> Tensor:
    """Return one place along an axis, which is then left out.

    >>> matrix = leaf(Constant(np.array([[1.0, 2.0], [3.0, 4.0]])))
    >>> chosen(matrix, 0, 1).terms[0].factors[0].source.values
    array([3., 4.])
    """
    shape = tuple(extent for place, extent in enumerate(value.shape) if place != axis)
    terms = []
    for term in value.terms:
        label = term.axes[axis]
        axes = tuple(each for place, each in enumerate(term.axes) if place != axis)
        coefficient, factors = term.coefficient, []
        if label is not None and label in axes:
            # A diagonal: the other axis keeps the label.
            factors.append(Factor(_unit_of(value.shape[axis], index), (label,)))
            label = None
        for factor in term.factors:
            if label is None or label not in factor.labels:
                factors.append(factor)
                continue
            scale, found = _part(factor, label, index)
            coefficient *= scale
            factors += found
        if coefficient:
            terms.append(Term(coefficient, tuple(factors), axes))
    return collected(shape, terms)


def _part(factor: Factor, label: int, index: int) -> tuple[Fraction, list[Factor]]:
    """Return the part of a factor at one place of a label: a number, and what still varies."""
    source, labels = factor.source, tuple(each for each in factor.labels if each != label)
    if isinstance(source, Constant):
        axes = [axis for axis, each in enumerate(factor.labels) if each == label]
        values = source.values
        for axis in reversed(axes):
            values = np.take(values, index, axis=axis)
        if not values.ndim:
            return exact(values.item()), []
        return (ONE, [Factor(Constant(values), labels)]) if np.any(values) else (Fraction(0), [])
    if isinstance(source, Atom) and _by_entries(source):
        places = [axis for axis, each in enumerate(factor.labels) if each == label]
        arguments = source.arguments
        for place in reversed(places):
            arguments = tuple(chosen(each, place, index) for each in arguments)
        return ONE, [Factor(Atom(source.function, arguments, arguments[0].shape, source.parameter), labels)]
    return ONE, [factor, Factor(_unit_source(source, factor, label, index), (label,))]


def _by_entries(source: Atom) -> bool:
    """Whether a function acts entry by entry; what is held as one thing does."""
    if source.function == "view":
        return source.arguments[0].shape == source.shape
    return source.function not in (*OF_VECTORS, *WHOLE)


def _unit_source(source: Source, factor: Factor, label: int, index: int) -> Constant:
    """Return the unit vector that chooses an entry of an argument; of one with several axes its rows are meant."""
    if isinstance(source, Input) and len(source.shape) > 1:
        raise Rows("a function along one axis of an argument of several; its rows would have to be layers")
    extent = source.shape[factor.labels.index(label)]
    return _unit_of(extent, index)


def _unit_of(extent: int, index: int) -> Constant:
    return Constant(np.eye(extent)[index])


def _core(value: Tensor) -> tuple[int, ...]:
    return tuple(extent for extent in value.shape if extent != 1)


def _log_sum_exp(row: Tensor) -> Tensor:
    """Return log Σ exp of all entries; numbers that all entries have in common stand outside."""
    inner = [term for term in row.terms if any(axis is not None for axis in term.axes)]
    outer = [Term(t.coefficient, t.factors, ()) for t in row.terms if all(axis is None for axis in t.axes)]
    common = collected((), outer)
    if not inner:
        size = prod(row.shape)
        repeated = leaf(Atom("log", (collected((), [Term(Fraction(size), (), ())]),), ()))
        return plus(common, repeated) if size > 1 else common
    return plus(leaf(Atom("logsumexp", (transposed_core(collected(row.shape, inner)),), ())), common)


def _largest(row: Tensor) -> Tensor:
    """Return the largest of a few numbers, as the larger of two and so on; of more, a number that must cancel."""
    if prod(row.shape) > MAX_ENTRIES:
        return leaf(Shift(int(hashlib.sha256(row.key.encode()).hexdigest()[:12], 16)))
    entries = []
    for place in np.ndindex(*row.shape):
        entry = row
        for axis in range(len(row.shape) - 1, -1, -1):
            entry = chosen(entry, axis, place[axis])
        entries.append(entry)
    result = entries[0]
    for entry in entries[1:]:
        result = leaf(Atom("max", (result, entry), ()))
    return result
