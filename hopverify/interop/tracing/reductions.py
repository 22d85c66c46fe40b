"""Reductions of PyTorch: sums, means, norms, variances and distances over some axes of an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from hopverify.interop.tracing.calls import Call, Rule
from hopverify.interop.tracing.functions import ONE, function, power
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.rows import maximum
from hopverify.interop.tracing.tensors import placed, plus, scaled, total
from hopverify.interop.tracing.terms import Tensor


def axis_of(value: Tensor, axis: int) -> int:
    """Return an axis counted from the front."""
    return axis % len(value.shape) if value.shape else 0


def axes_of(value: Tensor, dims: Any) -> list[int]:
    """Return axes as a reduction names them: none, or an empty list, for all."""
    if dims is None or dims == []:
        return list(range(len(value.shape)))
    named = dims if isinstance(dims, list | tuple) else [dims]
    return [axis_of(value, axis) for axis in named] if value.shape else []


def kept(result: Tensor, value: Tensor, axes: Sequence[int], keepdim: bool) -> Tensor:
    """Return a reduction with axes of length 1 in the place of those left out, if they are kept."""
    if not keepdim:
        return result
    shape = tuple(1 if axis in axes else extent for axis, extent in enumerate(value.shape))
    return placed(result, shape, [axis for axis in range(len(shape)) if axis not in axes])


def reduction(reduce: Callable[[Tensor, list[int]], Tensor]) -> Rule:
    """Return the rule of a reduction, from the array and its axes."""

    def rule(call: Call, value: Tensor, dims: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
        axes = axes_of(value, dims)
        return kept(reduce(value, axes), value, axes, keepdim)

    return rule


def mean(value: Tensor, axes: list[int]) -> Tensor:
    """Return the mean over some axes."""
    return scaled(total(value, axes), Fraction(1, prod(value.shape[axis] for axis in axes)))


def smallest(value: Tensor, axes: list[int]) -> Tensor:
    """Return the smallest entry over some axes."""
    return scaled(maximum(scaled(value, -ONE), axes), -ONE)


def deviation(value: Tensor, axes: list[int]) -> Tensor:
    """Return u minus its mean over some axes."""
    rest = [axis for axis in range(len(value.shape)) if axis not in axes]
    return plus(value, scaled(placed(mean(value, axes), value.shape, rest), -ONE))


def variance(
    call: Call, value: Tensor, dims: Any = None, correction: Any = 1, keepdim: bool = False, **_: Any
) -> Tensor:
    """Return the variance over some axes, divided by their number less the correction."""
    axes = axes_of(value, dims)
    count = prod(value.shape[axis] for axis in axes)
    lost = 1 if correction is None else correction
    if count <= lost:
        raise Refused(f"{call.name}: the variance of {count} numbers, {lost} taken off, has no counterpart")
    squares = total(power(deviation(value, axes), Fraction(2)), axes)
    return kept(scaled(squares, 1 / Fraction(count - lost)), value, axes, keepdim)


def norm(call: Call, value: Tensor, order: float = 2, dims: Any = None, keepdim: bool = False, **_: Any) -> Tensor:
    """Return a p-norm over some axes, p being 2 unless stated."""
    return kept(length(value, order, axes_of(value, dims)), value, axes_of(value, dims), keepdim)


def length(value: Tensor, order: float, axes: list[int]) -> Tensor:
    """Return a p-norm over some axes."""
    if order == 1:
        return total(function("abs", value), axes)
    if order == float("inf"):
        return maximum(function("abs", value), axes)
    if order > 0 and order % 2 == 0 and order <= 12:
        summed = total(power(value, Fraction(int(order))), axes)
        return function("sqrt", summed) if order == 2 else power(summed, Fraction(1, int(order)))
    if order > 0 and order % 2 == 1 and order <= 11:
        summed = total(power(function("abs", value), Fraction(int(order))), axes)
        return power(summed, Fraction(1, int(order)))
    raise Refused(f"a norm of order {order} has no counterpart (infinity and whole ones up to 12 have)")


def distances(call: Call, left: Tensor, right: Tensor, order: float = 2.0, *_: Any) -> Tensor:
    """Return the distances between rows: of x (…, P, d) and y (…, R, d) the array (…, P, R)."""
    shape = (*call.shape, left.shape[-1])
    batch = list(range(len(shape) - 3))
    one = placed(left, shape, [*batch[len(batch) + 2 - len(left.shape) :], len(shape) - 3, len(shape) - 1])
    other = placed(right, shape, [*batch[len(batch) + 2 - len(right.shape) :], len(shape) - 2, len(shape) - 1])
    return length(plus(one, scaled(other, -ONE)), order, [len(shape) - 1])
