"""The primitives of JAX that are understood, each a line of a table: from its parameters and symbolic arrays to one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.functions import ONE, function, power
from hopverify.interop.tracing.tensors import (
    applied,
    contraction,
    leaf,
    number,
    placed,
    plus,
    product,
    reshaped,
    scaled,
    total,
    transposed,
)
from hopverify.interop.tracing.terms import Atom, Constant, Tensor


class Refused(Exception):
    """A primitive that has no counterpart here."""


_NAMED = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "tanh": "tanh", "sin": "sin",
    "cos": "cos", "sinh": "sinh", "cosh": "cosh", "atan": "arctan", "erf": "erf", "abs": "abs", "sign": "sign",
    "logistic": "sigmoid",
}  # fmt: skip

Rule = Callable[..., Tensor]


def _elementary(name: str) -> Rule:
    return lambda params, value: function(name, value)


def _integer_power(params: Mapping[str, Any], value: Tensor) -> Tensor:
    return power(value, Fraction(int(params["y"])))


def _power(params: Mapping[str, Any], base: Tensor, exponent: Tensor) -> Tensor:
    if exponent.number is None:
        raise Refused("the primitive pow has a counterpart for constant exponents only")
    if exponent.number.denominator > 1000 or abs(exponent.number) > 1000:
        raise Refused(f"pow: the exponent {float(exponent.number):.9g} is no ratio of small whole numbers")
    return power(base, exponent.number)


def _divided(params: Mapping[str, Any], value: Tensor, divisor: Tensor) -> Tensor:
    if divisor.number is not None and divisor.number != 0:
        return scaled(value, 1 / divisor.number)
    (only,) = divisor.terms if len(divisor.terms) == 1 else (None,)
    if only is not None and only.factors and all(isinstance(f.source, Constant) for f in only.factors):
        raise Refused("div: a division by an array of constants, entry by entry; multiply by its reciprocal")
    return product(value, power(divisor, -ONE))


def _largest(params: Mapping[str, Any], left: Tensor, right: Tensor) -> Tensor:
    if left.number is not None and right.number is not None:
        return left if left.number >= right.number else right
    for value, other in ((left, right), (right, left)):
        if other.number == 0:
            return _relu(value)
    return applied("max", left, right)


def _relu(value: Tensor) -> Tensor:
    """Return max(u, 0), positive factors taken out."""
    only = value.terms[0] if len(value.terms) == 1 else None
    if only is not None and only.coefficient > 0 and only.factors:
        return scaled(applied("relu", scaled(value, 1 / only.coefficient)), only.coefficient)
    return applied("relu", value)


def _clamped(params: Mapping[str, Any], low: Tensor, value: Tensor, high: Tensor) -> Tensor:
    return applied("min", applied("max", value, low), high)


def _cast(params: Mapping[str, Any], value: Tensor) -> Tensor:
    dtype = np.dtype(params["new_dtype"])
    if value.number is None and (dtype.kind != "f" or dtype.itemsize < 4):
        raise Refused(f"convert_element_type: a cast to {dtype.name} has no counterpart")
    return value


def _dotted(params: Mapping[str, Any], left: Tensor, right: Tensor) -> Tensor:
    summed, kept = params["dimension_numbers"]
    return contraction(left, right, summed, kept)


def _placed(params: Mapping[str, Any], value: Tensor) -> Tensor:
    return placed(value, tuple(params["shape"]), tuple(params["broadcast_dimensions"]))


def _sliced(params: Mapping[str, Any], value: Tensor) -> Tensor:
    """Return a part of a vector, as its product with a matrix of zeros and ones."""
    strides = params.get("strides") or (1,) * len(value.shape)
    cuts = [np.arange(*each) for each in zip(params["start_indices"], params["limit_indices"], strides, strict=True)]
    for axis, cut in enumerate(cuts):
        if len(cut) != value.shape[axis]:
            chosen = np.zeros((len(cut), value.shape[axis]))
            chosen[np.arange(len(cut)), cut] = 1
            value = _moved(chosen, value, axis)
    return value


def _stacked(params: Mapping[str, Any], *values: Tensor) -> Tensor:
    """Return arrays along a new axis."""
    axis = params["axis"]
    apart = [reshaped(value, (*value.shape[:axis], 1, *value.shape[axis:])) for value in values]
    return _concatenated({"dimension": axis}, *apart)


def _concatenated(params: Mapping[str, Any], *values: Tensor) -> Tensor:
    """Return arrays side by side, each as its product with a matrix of zeros and ones."""
    axis, start = params["dimension"], 0
    length = sum(value.shape[axis] for value in values)
    result: Tensor | None = None
    for value in values:
        chosen = np.eye(length, value.shape[axis], -start)
        part = _moved(chosen, value, axis)
        result, start = part if result is None else plus(result, part), start + value.shape[axis]
    assert result is not None
    return result


def _moved(matrix: NDArray[Any], value: Tensor, axis: int) -> Tensor:
    """Return the product of a matrix with an array along one axis."""
    moved = contraction(_matrix(matrix), value, ((1,), (axis,)), ((), ()))
    return transposed(moved, [*range(1, axis + 1), 0, *range(axis + 1, len(value.shape))])


def _matrix(values: NDArray[Any]) -> Tensor:
    """Return a matrix as a constant, even if all its entries are one number."""
    core = tuple(extent for extent in values.shape if extent != 1)
    return leaf(Constant(values.reshape(core)), values.shape)


def _convolved(params: Mapping[str, Any], value: Tensor, kernel: Tensor) -> Tensor:
    """Return a convolution of an array with a kernel of constants, as an atom that keeps its setting."""
    source, taps = value.alone, kernel.alone
    if source is None or not isinstance(taps, Constant):
        raise Refused("conv_general_dilated has a counterpart for an argument and a kernel of constants only")
    if params["feature_group_count"] != 1 or params["batch_group_count"] != 1:
        raise Refused("conv_general_dilated has no counterpart with groups")
    if set(params["lhs_dilation"]) != {1} or set(params["rhs_dilation"]) != {1}:
        raise Refused("conv_general_dilated has no counterpart with dilation")
    setting = Setting(
        tuple(params["dimension_numbers"]),
        tuple(params["window_strides"]),
        tuple(tuple(each) for each in params["padding"]),
        value.shape,
        kernel.shape,
    )
    shape = setting.shape
    core = tuple(extent for extent in shape if extent != 1)
    places = [place for place, extent in enumerate(shape) if extent != 1]
    return placed(leaf(Atom("convolution", (value, kernel), core, setting)), shape, places)


@dataclass(frozen=True)
class Setting:
    """How a convolution reads its argument: JAX's dimension numbers, strides and padding, and both shapes."""

    dimensions: tuple[tuple[int, ...], ...]
    strides: tuple[int, ...]
    padding: tuple[tuple[int, ...], ...]
    inputs: tuple[int, ...]
    kernel: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        lhs, rhs, out = self.dimensions
        shape = [0] * len(out)
        shape[out[0]], shape[out[1]] = self.inputs[lhs[0]], self.kernel[rhs[0]]
        for axis, stride in enumerate(self.strides):
            room = self.inputs[lhs[2 + axis]] + sum(self.padding[axis]) - self.kernel[rhs[2 + axis]]
            shape[out[2 + axis]] = math.floor(room / stride) + 1
        return tuple(shape)


RULES: dict[str, Rule] = {
    **{primitive: _elementary(name) for primitive, name in _NAMED.items()},
    "add": lambda params, left, right: plus(left, right),
    "add_any": lambda params, left, right: plus(left, right),
    "sub": lambda params, left, right: plus(left, scaled(right, -ONE)),
    "mul": lambda params, left, right: product(left, right),
    "div": _divided,
    "neg": lambda params, value: scaled(value, -ONE),
    "square": lambda params, value: power(value, Fraction(2)),
    "rsqrt": lambda params, value: power(value, Fraction(-1, 2)),
    "integer_pow": _integer_power,
    "pow": _power,
    "max": _largest,
    "min": lambda params, left, right: applied("min", left, right),
    "clamp": _clamped,
    "dot_general": _dotted,
    "reduce_sum": lambda params, value: total(value, params["axes"]),
    "transpose": lambda params, value: transposed(value, params["permutation"]),
    "broadcast_in_dim": _placed,
    "reshape": lambda params, value: reshaped(value, tuple(params["new_sizes"])),
    "squeeze": lambda params, value: reshaped(
        value, tuple(e for axis, e in enumerate(value.shape) if axis not in params["dimensions"])
    ),
    "slice": _sliced,
    "concatenate": _concatenated,
    "stack": _stacked,
    "erfc": lambda params, value: plus(number(ONE), scaled(function("erf", value), -ONE)),
    "convert_element_type": _cast,
    "copy": lambda params, value: value,
    "conv_general_dilated": _convolved,
}
