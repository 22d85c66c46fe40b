"""Operations of PyTorch that arrange the entries of an array anew, and change none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hopverify.interop.tracing.calls import Call, Rule, broadcast
from hopverify.interop.tracing.operations import (
    Refused,
    concatenated,
    sliced,
    stacked,
)
from hopverify.interop.tracing.reductions import (
    axis_of,
)
from hopverify.interop.tracing.rows import chosen
from hopverify.interop.tracing.tensors import (
    constant,
    contraction,
    reshaped,
    total,
    transposed,
)
from hopverify.interop.tracing.terms import Tensor


def _sliced(
    call: Call, value: Tensor, axis: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    place = axis_of(value, axis)
    return sliced(value, place, np.arange(value.shape[place])[slice(start, end, step)])


def _split(call: Call, value: Tensor, sizes: Sequence[int], axis: int = 0) -> tuple[Tensor, ...]:
    place, ends = axis_of(value, axis), np.cumsum(sizes)
    return tuple(sliced(value, place, np.arange(end - size, end)) for size, end in zip(sizes, ends, strict=True))


def _selected(call: Call, value: Tensor, axis: int, index: int) -> Tensor:
    place = axis_of(value, axis)
    index %= value.shape[place]
    if call.by_sums:
        return reshaped(sliced(value, place, np.array([index])), call.shape)
    return chosen(value, place, index)


def _tied_to_all(call: Call, value: Tensor, *_: Any, **__: Any) -> Tensor:
    return broadcast(value, call.shape)


def _in_shape(call: Call, value: Tensor, *_: Any, **__: Any) -> Tensor:
    return reshaped(value, call.shape)


def _swapped(call: Call, value: Tensor, one: int = 0, other: int = 1) -> Tensor:
    order = list(range(len(value.shape)))
    if len(order) > 1:
        first, second = axis_of(value, one), axis_of(value, other)
        order[first], order[second] = order[second], order[first]
    return transposed(value, order)


def _diagonal(call: Call, value: Tensor, offset: int = 0, one: int = 0, other: int = 1) -> Tensor:
    """Return the diagonal of a matrix."""
    if len(value.shape) != 2 or offset or value.shape[0] != value.shape[1]:
        raise Refused(f"{call.name} has a counterpart for the main diagonal of a square matrix only")
    return total(contraction(value, constant(np.eye(value.shape[0])), ((), ()), ((0, 1), (0, 1))), [1])


def _cast(call: Call, value: Tensor, *_: Any, **__: Any) -> Tensor:
    if value.number is None and call.dtype not in ("float32", "float64"):
        raise Refused(f"{call.name}: a cast to {call.dtype} has no counterpart")
    return value


def _same(call: Call, value: Tensor, *_: Any, **__: Any) -> Tensor:
    return value


ARRANGEMENTS: dict[str, Rule] = {
    "t": _swapped,
    "transpose": _swapped,
    "permute": lambda call, value, order: transposed(value, [axis_of(value, axis) for axis in order]),
    "diagonal": _diagonal,
    "view": _in_shape,
    "_unsafe_view": _in_shape,
    "reshape": _in_shape,
    "squeeze": _in_shape,
    "unsqueeze": _in_shape,
    "expand": _tied_to_all,
    "slice": _sliced,
    "select": _selected,
    "split_with_sizes": _split,
    "cat": lambda call, values, axis=0: concatenated(values, axis_of(values[0], axis)),
    "stack": lambda call, values, axis=0: stacked(values, axis % len(call.shape)),
    "_to_copy": _cast,
    "clone": _same,
    "alias": _same,
    "detach": _same,
    "lift_fresh_copy": _same,
    "copy": lambda call, target, source, *_: broadcast(source, call.shape),
}
