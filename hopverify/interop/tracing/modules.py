"""What neural networks are made of in PyTorch: bent activations, layer norm and convolution."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.tracing.calls import Call, broadcast, times
from hopverify.interop.tracing.functions import ONE, function, held, power
from hopverify.interop.tracing.operations import Refused, Setting, convolved, rectified
from hopverify.interop.tracing.reductions import deviation, kept, mean
from hopverify.interop.tracing.tensors import number, plus, product, reshaped, scaled
from hopverify.interop.tracing.terms import Tensor


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
    if transposed_ or groups != 1 or set(dilations) != {1}:
        raise Refused("convolution has no counterpart transposed, with groups, or with dilation")
    count = len(kernel.shape)
    every = tuple(range(count))
    widths = [*paddings] * (count - 2 if len(paddings) == 1 else 1)
    steps = [*strides] * (count - 2 if len(strides) == 1 else 1)
    padding = tuple((width, width) for width in widths)
    setting = Setting((every, every, every), tuple(steps), padding, value.shape, kernel.shape)
    result = convolved(value, kernel, setting)
    if bias is None:
        return result
    return plus(result, broadcast(reshaped(bias, (bias.shape[0], *[1] * (count - 2))), call.shape))
