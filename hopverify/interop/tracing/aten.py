"""The operations of PyTorch (core ATen) that are understood, each a line of a table.

A rule takes the call (what its result is like), and the arguments as the graph has them, tensors as symbolic arrays.
Numbers in a program are what PyTorch computes with: a number beside a float32 tensor is rounded to float32.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.tracing.arrangements import ARRANGEMENTS
from hopverify.interop.tracing.calls import Call, Rule, broadcast, times
from hopverify.interop.tracing.functions import ONE, function, held, power
from hopverify.interop.tracing.modules import (
    adaptive_pool,
    average_pool,
    batch_normed,
    convolution,
    elu,
    gelu,
    leaky,
    log_add_exp,
    normed,
    softplus,
)
from hopverify.interop.tracing.operations import (
    Refused,
    complementary_error,
    divided,
    largest,
    moved,
    raised,
    rectified,
)
from hopverify.interop.tracing.reductions import (
    axes_of,
    axis_of,
    distances,
    kept,
    mean,
    norm,
    reduction,
    smallest,
    variance,
)
from hopverify.interop.tracing.rows import log_of_sums, log_sum_exp, maximum, shares, softmax
from hopverify.interop.tracing.tensors import (
    applied,
    contraction,
    leaf,
    number,
    plus,
    product,
    reshaped,
    scaled,
    total,
)
from hopverify.interop.tracing.terms import Atom, Tensor


def _sum_of(sign: Fraction, *, reverse: bool = False) -> Rule:
    def rule(call: Call, left: Any, right: Any, *further: Any, alpha: Any = 1) -> Tensor:
        weight = further[0] if further else alpha
        one, other = (right, left) if reverse else (left, right)
        return plus(call.operand(one), times(call, scaled(call.operand(other), sign), weight))

    return rule


def _divided(call: Call, left: Any, right: Any, *, rounding_mode: str | None = None) -> Tensor:
    if rounding_mode is not None:
        raise Refused(f"{call.name}: a division that rounds to whole numbers ({rounding_mode}) has no counterpart")
    divisor = call.operand(right)
    if divisor.number == 0:
        raise Refused(f"{call.name}: a division by 0")
    value = call.operand(left)
    return divided(held(value) if call.by_sums and divisor.number is None else value, divisor)


def _raised(call: Call, base: Any, exponent: Any) -> Tensor:
    of = exponent if isinstance(exponent, Tensor) else number(Fraction(exponent))
    value = call.operand(base)
    return raised(held(value) if call.by_sums else value, of)


def _matrices(call: Call, left: Tensor, right: Tensor) -> Tensor:
    """Return the product of two matrices, of a matrix with a vector, or of two vectors."""
    one, other = _undivided(call, left, right)
    return contraction(one, other, ((len(left.shape) - 1,), (0,)), ((), ()))


def _batches(call: Call, left: Tensor, right: Tensor) -> Tensor:
    return contraction(*_undivided(call, left, right), ((2,), (1,)), ((0,), (0,)))


def _undivided(call: Call, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Return two factors, as one thing each where arrays may be spread: there sums are not multiplied out."""
    return (held(left), held(right)) if call.by_sums else (left, right)


def _product(call: Call, left: Any, right: Any) -> Tensor:
    one, other = call.operand(left), call.operand(right)
    if one.number is None and other.number is None:
        one, other = _undivided(call, one, other)
    return product(one, other)


def _added(multiply: Rule) -> Rule:
    def rule(call: Call, bias: Tensor, left: Tensor, right: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
        outer = times(call, call.operand(bias), beta)
        return plus(outer, times(call, multiply(call, left, right), alpha))

    return rule


def _clamped(call: Call, value: Tensor, low: Any = None, high: Any = None) -> Tensor:
    if low is not None:
        value = largest(call.operand(value), call.operand(low))
    return applied("min", call.operand(value), call.operand(high)) if high is not None else value


def _times_log(call: Call, left: Any, right: Any) -> Tensor:
    """u·log v, where u > 0."""
    return product(call.operand(left), function("log", call.operand(right)))


def _logarithm(value: Tensor, base: int) -> Tensor:
    return divided(function("log", value), leaf(Atom("log", (number(Fraction(base)),), ())))


def _cumulated(call: Call, value: Tensor, axis: int, **_: Any) -> Tensor:
    place = axis_of(value, axis)
    return moved(np.tril(np.ones((value.shape[place], value.shape[place]))), value, place) if value.shape else value


def _trilinear(call: Call, *values: Any) -> Tensor:
    """Return Σ u·v·w over some axes, each first along new axes."""
    (*factors, expand_1, expand_2, expand_3, axes), result = values[:7], None
    for value, places in zip(factors, (expand_1, expand_2, expand_3), strict=True):
        count = len(value.shape) + len(places)
        new = [place % count for place in places]
        shape = iter(value.shape)
        full = tuple(1 if place in new else next(shape) for place in range(count))
        value = reshaped(value, full)
        if result is None:
            result = value
            continue
        both = np.broadcast_shapes(result.shape, value.shape)
        result = product(broadcast(result, both), broadcast(value, both))
    assert result is not None
    return total(result, [axis % len(result.shape) for axis in axes])


def _maximum(call: Call, value: Tensor, other: Any = None, keepdim: bool = False) -> Any:
    """Return the largest of all entries, the larger of two arrays, or the largest place an axis without its place."""
    if isinstance(other, Tensor):
        return largest(call.operand(value), call.operand(other))
    found = RULES["amax"](call, value, other, keepdim)
    return found if other is None else (found,)


def _minimum(call: Call, value: Tensor, other: Any = None, keepdim: bool = False) -> Any:
    if isinstance(other, Tensor):
        return applied("min", call.operand(value), call.operand(other))
    found = RULES["amin"](call, value, other, keepdim)
    return found if other is None else (found,)


def _log_sum_exp(call: Call, value: Tensor, dims: Any = None, keepdim: bool = False) -> Tensor:
    axes = axes_of(value, dims)
    return kept((log_of_sums if call.by_sums else log_sum_exp)(value, axes), value, axes, keepdim)


def _softmax(call: Call, value: Tensor, axis: int, *_: Any) -> Tensor:
    rule = shares if call.by_sums else softmax
    return rule(value, axis_of(value, axis))


def _elementary(name: str) -> Rule:
    return lambda call, value: function(name, value)


_NAMED = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "tanh": "tanh", "sin": "sin",
    "cos": "cos", "sinh": "sinh", "cosh": "cosh", "atan": "arctan", "erf": "erf", "abs": "abs", "sign": "sign",
    "sgn": "sign", "sigmoid": "sigmoid",
}  # fmt: skip

RULES: dict[str, Rule] = {
    **{operation: _elementary(name) for operation, name in _NAMED.items()},
    **ARRANGEMENTS,
    "add": _sum_of(ONE),
    "sub": _sum_of(-ONE),
    "rsub": _sum_of(-ONE, reverse=True),
    "mul": _product,
    "div": _divided,
    "neg": lambda call, value: scaled(value, -ONE),
    "reciprocal": lambda call, value: divided(number(ONE, value.shape), value),
    "square": lambda call, value: power(value, Fraction(2)),
    "rsqrt": lambda call, value: power(value, Fraction(-1, 2)),
    "pow": _raised,
    "relu": lambda call, value: rectified(value),
    "maximum": lambda call, left, right: largest(call.operand(left), call.operand(right)),
    "minimum": lambda call, left, right: applied("min", call.operand(left), call.operand(right)),
    "clamp": _clamped,
    "clamp_min": lambda call, value, low: _clamped(call, value, low),
    "clamp_max": lambda call, value, high: _clamped(call, value, None, high),
    "hardtanh": lambda call, value, low=-1, high=1: _clamped(call, value, low, high),
    "elu": elu,
    "leaky_relu": leaky,
    "softplus": softplus,
    "silu": lambda call, value: product(held(value), function("sigmoid", value)),
    "mish": lambda call, value: product(held(value), function("tanh", function("softplus", value))),
    "gelu": gelu,
    "log_sigmoid_forward": lambda call, value: (scaled(function("softplus", scaled(value, -ONE)), -ONE),),
    "logaddexp": log_add_exp,
    "xlogy": _times_log,
    "special_xlog1py": lambda call, left, right: _times_log(call, left, plus(call.operand(right), number(ONE))),
    "special_entr": lambda call, value: scaled(_times_log(call, value, value), -ONE),
    "tan": lambda call, value: divided(function("sin", value), function("cos", value)),
    "exp2": lambda call, value: raised(number(Fraction(2)), value),
    "log2": lambda call, value: _logarithm(value, 2),
    "log10": lambda call, value: _logarithm(value, 10),
    "erfc": lambda call, value: complementary_error(value),
    "sum": reduction(total),
    "mean": reduction(mean),
    "amax": reduction(maximum),
    "amin": reduction(smallest),
    "max": _maximum,
    "min": _minimum,
    "logsumexp": _log_sum_exp,
    "var": variance,
    "linalg_vector_norm": norm,
    "_cdist_forward": distances,
    "_softmax": _softmax,
    "_safe_softmax": _softmax,
    "_log_softmax": lambda call, value, axis, *_: plus(
        value, scaled(RULES["logsumexp"](call, value, [axis], True), -ONE)
    ),
    "mm": _matrices,
    "mv": _matrices,
    "dot": _matrices,
    "bmm": _batches,
    "addmm": _added(_matrices),
    "addmv": _added(_matrices),
    "baddbmm": _added(_batches),
    "native_layer_norm": normed,
    "_native_batch_norm_legit_no_training": batch_normed,
    "convolution": convolution,
    "avg_pool1d": average_pool,
    "avg_pool2d": average_pool,
    "avg_pool3d": average_pool,
    "_adaptive_avg_pool2d": adaptive_pool,
    "_trilinear": _trilinear,
    "cumsum": _cumulated,
    "full_like": lambda call, value, filled, **_: number(call.number(filled).number or Fraction(0), call.shape),
    "zeros_like": lambda call, value, **_: number(Fraction(0), call.shape),
    "ones_like": lambda call, value, **_: number(ONE, call.shape),
}
