"""The primitives of JAX that are understood, each a line of a table: from its parameters and symbolic arrays to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.tracing.functions import ONE, function, power
from hopverify.interop.tracing.operations import (
    Refused,
    Setting,
    clamped,
    complementary_error,
    concatenated,
    convolved,
    divided,
    largest,
    raised,
    sliced,
    stacked,
)
from hopverify.interop.tracing.tensors import (
    applied,
    contraction,
    placed,
    plus,
    product,
    reshaped,
    scaled,
    total,
    transposed,
)
from hopverify.interop.tracing.terms import Tensor

_NAMED = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "tanh": "tanh", "sin": "sin",
    "cos": "cos", "sinh": "sinh", "cosh": "cosh", "atan": "arctan", "erf": "erf", "abs": "abs", "sign": "sign",
    "logistic": "sigmoid",
}  # fmt: skip

Rule = Callable[..., Tensor]


def _elementary(name: str) -> Rule:
    return lambda params, value: function(name, value)


def _cast(params: Mapping[str, Any], value: Tensor) -> Tensor:
    dtype = np.dtype(params["new_dtype"])
    if value.number is None and (dtype.kind != "f" or dtype.itemsize < 4):
        raise Refused(f"convert_element_type: a cast to {dtype.name} has no counterpart")
    return value


def _sliced(params: Mapping[str, Any], value: Tensor) -> Tensor:
    strides = params.get("strides") or (1,) * len(value.shape)
    for axis, cut in enumerate(zip(params["start_indices"], params["limit_indices"], strides, strict=True)):
        value = sliced(value, axis, np.arange(*cut))
    return value


def _convolved(params: Mapping[str, Any], value: Tensor, kernel: Tensor) -> Tensor:
    if value.alone is None:
        raise Refused("conv_general_dilated has a counterpart for an argument and a kernel of constants only")
    if params["feature_group_count"] != 1 or params["batch_group_count"] != 1:
        raise Refused("conv_general_dilated has no counterpart with groups")
    if set(params["lhs_dilation"]) != {1} or set(params["rhs_dilation"]) != {1}:
        raise Refused("conv_general_dilated has no counterpart with dilation")
    padding = tuple(tuple(each) for each in params["padding"])
    dimensions, strides = tuple(params["dimension_numbers"]), tuple(params["window_strides"])
    return convolved(value, kernel, Setting(dimensions, strides, padding, value.shape, kernel.shape))


RULES: dict[str, Rule] = {
    **{primitive: _elementary(name) for primitive, name in _NAMED.items()},
    "add": lambda params, left, right: plus(left, right),
    "add_any": lambda params, left, right: plus(left, right),
    "sub": lambda params, left, right: plus(left, scaled(right, -ONE)),
    "mul": lambda params, left, right: product(left, right),
    "div": lambda params, value, divisor: divided(value, divisor),
    "neg": lambda params, value: scaled(value, -ONE),
    "square": lambda params, value: power(value, Fraction(2)),
    "rsqrt": lambda params, value: power(value, Fraction(-1, 2)),
    "integer_pow": lambda params, value: power(value, Fraction(int(params["y"]))),
    "pow": lambda params, base, exponent: raised(base, exponent),
    "max": lambda params, left, right: largest(left, right),
    "min": lambda params, left, right: applied("min", left, right),
    "clamp": lambda params, low, value, high: clamped(low, value, high),
    "dot_general": lambda params, left, right: contraction(left, right, *params["dimension_numbers"]),
    "reduce_sum": lambda params, value: total(value, params["axes"]),
    "transpose": lambda params, value: transposed(value, params["permutation"]),
    "broadcast_in_dim": lambda params, value: placed(
        value, tuple(params["shape"]), tuple(params["broadcast_dimensions"])
    ),
    "reshape": lambda params, value: reshaped(value, tuple(params["new_sizes"])),
    "squeeze": lambda params, value: reshaped(
        value, tuple(e for axis, e in enumerate(value.shape) if axis not in params["dimensions"])
    ),
    "slice": _sliced,
    "concatenate": lambda params, *values: concatenated(values, params["dimension"]),
    "stack": lambda params, *values: stacked(values, params["axis"]),
    "erfc": lambda params, value: complementary_error(value),
    "convert_element_type": _cast,
    "copy": lambda params, value: value,
    "conv_general_dilated": _convolved,
}
