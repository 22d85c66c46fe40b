"""What neural networks are made of in PyTorch: bent activations, layer norm and convolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.calls import Call, broadcast, times
from hopverify.interop.tracing.convolutions import convolution_matrix
from hopverify.interop.tracing.functions import ONE, function, held, power
from hopverify.interop.tracing.operations import Refused, Setting, convolved, matrix, rectified
from hopverify.interop.tracing.reductions import deviation, kept, mean
from hopverify.interop.tracing.tensors import contraction, number, plus, product, reshaped, scaled
from hopverify.interop.tracing.terms import CannotWrite, Constant, Tensor

Array = NDArray[Any]


def elu(call: Call, value: Tensor, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> Tensor:
    """Return u where u > 0, and α(e^u - 1) elsewhere; SELU and CELU have scales."""
    negative = scaled(rectified(scaled(value, -ONE)), -ONE)
    below = times(call, function("expm1", times(call, negative, input_scale)), alpha)
    return times(call, plus(rectified(value), below), scale)


def leaky(call: Call, value: Tensor, slope: Any = 0.01) -> Tensor:
    """Return relu(u) - slope·relu(-u)."""
    return plus(rectified(value), times(call, scaled(rectified(scaled(value, -ONE)), -ONE), slope))


def softplus(call: Call, value: Tensor, beta: Any = 1, threshold: Any = 20) -> Tensor:
    """Beyond the threshold PyTorch computes u itself, which differs by less than e^-threshold."""
    by = call.number(beta).number
    if not by or threshold < 20:
        raise Refused(f"{call.name}: with a threshold below 20 it is another function; leave it at 20")
    return scaled(function("softplus", scaled(value, by)), 1 / by)


def gelu(call: Call, value: Tensor, *, approximate: str = "none") -> Tensor:
    """u·Φ(u), or its approximation by tanh, whose constants are those of PyTorch."""
    own = held(value)
    if approximate == "tanh":
        cubic = plus(own, times(call, power(own, Fraction(3)), 0.044715))
        inner = function("tanh", times(call, cubic, (2 / np.pi) ** 0.5))
    else:
        inner = function("erf", times(call, own, 0.5**0.5))
    return held(scaled(product(own, plus(number(ONE, own.shape), inner)), Fraction(1, 2)))


def log_add_exp(call: Call, left: Any, right: Any) -> Tensor:
    """log(e^u + e^v) = v + log(1 + e^(u - v))."""
    one, other = call.operand(left), call.operand(right)
    return plus(other, function("softplus", plus(one, scaled(other, -ONE))))


def normed(
    call: Call, value: Tensor, shape: Sequence[int], weight: Any = None, bias: Any = None, epsilon: float = 1e-5
) -> tuple[Tensor]:
    """Return the layer norm over the last axes: (u - mean)/√(variance + ε), scaled and shifted."""
    axes = list(range(len(value.shape) - len(shape), len(value.shape)))
    centred = deviation(value, axes)
    spread = mean(power(centred, Fraction(2)), axes)
    root = power(plus(kept(spread, value, axes, True), call.number(epsilon)), Fraction(-1, 2))
    result = product(held(centred), broadcast(root, value.shape))
    if weight is not None:
        result = product(result, broadcast(weight, value.shape))
    return (plus(result, broadcast(bias, value.shape)) if bias is not None else result,)


def batch_normed(
    call: Call, value: Tensor, weight: Any, bias: Any, means: Tensor, variances: Tensor, momentum: float, epsilon: float
) -> tuple[Tensor]:
    """Return (u - mean)/√(variance + ε) by the statistics of training, channel by channel, scaled and shifted."""

    def spread_out(each: Tensor) -> Tensor:
        channels = (each.shape[0], *[1] * (len(value.shape) - 2))
        return broadcast(reshaped(each, channels), value.shape)

    root = power(plus(variances, call.number(epsilon)), Fraction(-1, 2))
    result = product(plus(value, scaled(spread_out(means), -ONE)), spread_out(root))
    if weight is not None:
        result = product(result, spread_out(weight))
    return (plus(result, spread_out(bias)) if bias is not None else result,)


def convolution(
    call: Call,
    value: Tensor,
    kernel: Tensor,
    bias: Tensor | None,
    strides: Sequence[int],
    paddings: Sequence[int],
    dilations: Sequence[int],
    transposed_: bool,
    output_padding: Sequence[int],
    groups: int,
) -> Tensor:
    """Return a convolution: batch and channels stand first, the kernel is of constants."""
    count = len(kernel.shape)
    steps, widths, gaps = ([*each] * (count - 2 if len(each) == 1 else 1) for each in (strides, paddings, dilations))
    taps = _apart(_for_all_channels(_taps(kernel), groups), gaps)
    every = tuple(range(count))
    padding = tuple((width, width) for width in widths)
    shapes = (call.shape, taps.shape) if transposed_ else (value.shape, taps.shape)
    setting = Setting((every, every, every), tuple(steps), padding, *shapes)
    if transposed_:
        result = _transposed_convolution(call, value, taps, setting)
    else:
        result = convolved(value, matrix(taps), setting)
    if bias is None:
        return result
    return plus(result, broadcast(reshaped(bias, (bias.shape[0], *[1] * (count - 2))), call.shape))


def _transposed_convolution(call: Call, value: Tensor, taps: Array, setting: Setting) -> Tensor:
    """Return the product with the matrix whose transpose is a convolution of the result."""
    if value.shape[0] != 1:
        raise Refused(f"{call.name}: a convolution of a batch; give an example of one state")
    try:
        W = convolution_matrix(taps, setting)
    except CannotWrite as error:
        raise Refused(f"{call.name}: {error}") from None
    flat = reshaped(value, (prod(value.shape),))
    return reshaped(contraction(matrix(W), flat, ((1,), (0,)), ((), ())), call.shape)


def _taps(kernel: Tensor) -> Array:
    """Return the numbers of a kernel."""
    source = kernel.alone
    if isinstance(source, Constant):
        return source.values.reshape(kernel.shape)
    if kernel.number is None:
        raise Refused("a convolution has a counterpart for a kernel of constants only")
    return np.full(kernel.shape, float(kernel.number))


def _for_all_channels(taps: Array, groups: int) -> Array:
    """Return a kernel of groups as one of all channels, with zeros between the groups.

    The axis of channels that a group has to itself is the second; the first is that of all of them.
    """
    if groups == 1:
        return taps
    rows, columns = taps.shape[0] // groups, taps.shape[1]
    whole = np.zeros((taps.shape[0], columns * groups, *taps.shape[2:]), dtype=taps.dtype)
    for group in range(groups):
        own = slice(group * rows, (group + 1) * rows)
        whole[own, group * columns : (group + 1) * columns] = taps[own]
    return whole


def _apart(taps: Array, gaps: Sequence[int]) -> Array:
    """Return a kernel with zeros between its taps, as dilation has it."""
    widths = [(extent - 1) * gap + 1 for extent, gap in zip(taps.shape[2:], gaps, strict=True)]
    whole = np.zeros((*taps.shape[:2], *widths), dtype=taps.dtype)
    whole[(slice(None), slice(None), *(slice(None, None, gap) for gap in gaps))] = taps
    return whole


def average_pool(
    call: Call,
    value: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    padding: Sequence[int] = (0,),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor: int | None = None,
) -> Tensor:
    """Return the means over windows of the last axes."""
    if ceil_mode or (any(padding) and not count_include_pad):
        raise Refused(f"{call.name}: windows that reach over the edge have other divisors; leave ceil_mode and padding")
    count, channels = len(kernel), call.shape[-len(kernel) - 1]
    one = matrix(np.ones((channels, 1, *kernel)))
    ones = (1,) * count
    whole = reshaped(value, (prod(value.shape[: -count - 1]), *value.shape[-count - 1 :]))
    shape = (whole.shape[0], *call.shape[-count - 1 :])
    settings = ([*(stride or kernel)], [*padding], ones, False, ones, channels)
    summed = convolution(replace(call, shape=shape), whole, one, None, *settings)
    return scaled(reshaped(summed, call.shape), Fraction(1, divisor or prod(kernel)))


def adaptive_pool(call: Call, value: Tensor, size: Sequence[int]) -> Tensor:
    """Return the means over as many windows as ``size`` says, where these are all of one size."""
    extents = value.shape[-len(size) :]
    if any(extent % wanted for extent, wanted in zip(extents, size, strict=True)):
        raise Refused(f"{call.name}: {tuple(extents)} does not divide into {tuple(size)} windows of one size")
    return average_pool(call, value, [extent // wanted for extent, wanted in zip(extents, size, strict=True)])
