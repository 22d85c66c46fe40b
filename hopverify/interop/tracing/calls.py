"""A call of an operation of PyTorch: what its result is like, how numbers are read, and what broadcasting does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.tensors import constant, number, placed, scaled
from hopverify.interop.tracing.terms import Constant, Tensor

MAX_SPREAD = 100_000
Rule = Callable[..., Any]


@dataclass(frozen=True)
class Call:
    """What a call returns: its shape, and the type of floats in which it computes; how numbers are read."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    literal: Callable[[Any], Fraction]
    by_sums: bool = False

    def number(self, value: Any) -> Tensor:
        """Return a number of the program, or a tensor, as a tensor."""
        if isinstance(value, Tensor):
            return value
        held_as = np.dtype(self.dtype).type(value)
        if not np.isfinite(held_as):
            raise Refused(f"{self.name}: the number {value} has no counterpart")
        return number(self.literal(held_as))

    def operand(self, value: Any) -> Tensor:
        """Return a number or a tensor in the shape of the result, as broadcasting has it."""
        return broadcast(self.number(value), self.shape)


def broadcast(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return a value in a larger shape: axes of length 1 are stretched, and new ones stand in front."""
    source = value.alone
    if isinstance(source, Constant) and value.shape != shape and prod(shape) <= MAX_SPREAD:
        return constant(np.broadcast_to(source.values.reshape(value.shape), shape))
    return placed(value, shape, range(len(shape) - len(value.shape), len(shape)))


def times(call: Call, value: Tensor, factor: Any) -> Tensor:
    """Return a multiple by a number of the program."""
    by = call.number(factor).number
    if by is None:
        raise Refused(f"{call.name}: a factor that depends on the state, where a number is meant")
    return scaled(value, by)
