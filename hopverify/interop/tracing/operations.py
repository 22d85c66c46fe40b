"""Operations on symbolic arrays that programs of every library are made of; what has no counterpart is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.constants import MAX_RATIONALS, exact
from hopverify.interop.tracing.functions import ONE, function, placed_as, power
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
    stretched,
    transposed,
)
from hopverify.interop.tracing.terms import Atom, Constant, Tensor
from hopverify.spec import ExactArray


class Refused(Exception):
    """A primitive that has no counterpart here."""


def raised(base: Tensor, exponent: Tensor) -> Tensor:
    """Return a power whose exponent is one number, a ratio of small whole numbers; or c^u = e^(u log c)."""
    if exponent.number is None and base.number is not None and base.number > 0:
        logarithm = leaf(Atom("log", (number(base.number),), ()))
        return function("exp", product(exponent, stretched(logarithm, exponent.shape)))
    if exponent.number is None:
        raise Refused("the primitive pow has a counterpart for constant exponents only")
    if exponent.number.denominator > 1000 or abs(exponent.number) > 1000:
        advice = "decimals reads 0.1 as 1/10, and 1/3 as 1/3"
        raise Refused(f"pow: the exponent {float(exponent.number):.9g} is no ratio of small whole numbers; {advice}")
    return power(base, exponent.number)


def divided(value: Tensor, divisor: Tensor) -> Tensor:
    """Return a quotient."""
    if divisor.number is not None and divisor.number != 0:
        return scaled(value, 1 / divisor.number)
    source = divisor.alone
    if isinstance(source, Constant):
        return product(value, placed_as(leaf(Constant(_reciprocals(source.values))), divisor))
    return product(value, power(divisor, -ONE))


def _reciprocals(values: NDArray[Any]) -> NDArray[Any]:
    """Return 1/c for each entry, exactly."""
    if values.size > MAX_RATIONALS or not np.all(values != 0):
        why = "by an array of constants with zeros" if values.size <= MAX_RATIONALS else "by many constants"
        raise Refused(f"div: a division {why}, entry by entry; multiply by the reciprocals, as a buffer of the module")
    found = np.empty(values.size, dtype=object)
    found[:] = [1 / exact(value) for value in values.reshape(-1)]
    return ExactArray.of(found).values.reshape(values.shape)


def largest(left: Tensor, right: Tensor) -> Tensor:
    """Return the larger of two, entry by entry."""
    if left.number is not None and right.number is not None:
        return left if left.number >= right.number else right
    for value, other in ((left, right), (right, left)):
        if other.number == 0:
            return rectified(value)
    return applied("max", left, right)


def rectified(value: Tensor) -> Tensor:
    """Return max(u, 0), positive factors taken out."""
    only = value.terms[0] if len(value.terms) == 1 else None
    if only is not None and only.coefficient > 0 and only.factors:
        return scaled(applied("relu", scaled(value, 1 / only.coefficient)), only.coefficient)
    return applied("relu", value)


def clamped(low: Tensor, value: Tensor, high: Tensor) -> Tensor:
    """Return the value within two bounds."""
    return applied("min", applied("max", value, low), high)


def complementary_error(value: Tensor) -> Tensor:
    """Return erfc u = 1 - erf u."""
    return plus(number(ONE), scaled(function("erf", value), -ONE))


def sliced(value: Tensor, axis: int, chosen: NDArray[np.int64]) -> Tensor:
    """Return the chosen places along an axis, as the product with a matrix of zeros and ones."""
    if np.array_equal(chosen, np.arange(value.shape[axis])):
        return value
    unit_rows = np.zeros((len(chosen), value.shape[axis]))
    unit_rows[np.arange(len(chosen)), chosen] = 1
    return moved(unit_rows, value, axis)


def stacked(values: Sequence[Tensor], axis: int) -> Tensor:
    """Return arrays along a new axis."""
    apart = [reshaped(value, (*value.shape[:axis], 1, *value.shape[axis:])) for value in values]
    return concatenated(apart, axis)


def concatenated(values: Sequence[Tensor], axis: int) -> Tensor:
    """Return arrays side by side, each as its product with a matrix of zeros and ones."""
    start = 0
    length = sum(value.shape[axis] for value in values)
    result: Tensor | None = None
    for value in values:
        chosen = np.eye(length, value.shape[axis], -start)
        part = moved(chosen, value, axis)
        result, start = part if result is None else plus(result, part), start + value.shape[axis]
    assert result is not None
    return result


def moved(values: NDArray[Any], value: Tensor, axis: int) -> Tensor:
    """Return the product of a matrix with an array along one axis."""
    first = contraction(matrix(values), value, ((1,), (axis,)), ((), ()))
    return transposed(first, [*range(1, axis + 1), 0, *range(axis + 1, len(value.shape))])


def matrix(values: NDArray[Any]) -> Tensor:
    """Return a matrix as a constant, even if all its entries are one number."""
    core = tuple(extent for extent in values.shape if extent != 1)
    return leaf(Constant(values.reshape(core)), values.shape)


def convolved(value: Tensor, kernel: Tensor, setting: Setting) -> Tensor:
    """Return a convolution of an array with a kernel of constants, as an atom that keeps its setting."""
    if not isinstance(kernel.alone, Constant):
        raise Refused("a convolution has a counterpart for a kernel of constants only")
    shape = setting.shape
    core = tuple(extent for extent in shape if extent != 1)
    places = [place for place, extent in enumerate(shape) if extent != 1]
    return placed(leaf(Atom("convolution", (value, kernel), core, setting)), shape, places)


@dataclass(frozen=True)
class Setting:
    """How a convolution reads its argument: dimension numbers as JAX has them, strides and padding, and both shapes."""

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
