"""The values that a program computes while it is read, whatever library wrote the program.

A value depends on the arguments (a symbolic array, or a comparison of two), or is an array of constants, or is not
understood. What is not understood is no error until the result depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.interop.tracing.calls import broadcast
from hopverify.interop.tracing.functions import ONE
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.tensors import applied, constant, leaf, number, plus, product, scaled, sources
from hopverify.interop.tracing.terms import Shift, Tensor


class CannotRead(HopverifyError):
    """A program that has no counterpart in the expression language; the text names the operation and its place."""


@dataclass(frozen=True)
class Unread:
    """A value that is not understood, and why."""

    why: str


@dataclass(frozen=True)
class Condition:
    """Whether the entries of an array are positive."""

    positive: Tensor


@dataclass(frozen=True)
class Masked:
    """An array whose entries are -∞ where they are not ``kept``: log Σ exp and softmax leave them out."""

    value: Tensor
    kept: NDArray[np.bool_]


MINUS_INFINITY = Unread("-∞ has no counterpart but as what log Σ exp and softmax leave out")

Value = Tensor | NDArray[Any] | Condition | Unread | Masked
"""An array that depends on the arguments, one that does not, a comparison, or a value that is not understood."""


def constant_value(values: NDArray[Any], literal: Callable[[Any], Fraction]) -> Value:
    """Return constants; a single number is exact from here on, as ``literal`` reads it."""
    if values.dtype.kind not in "biuf" and not _is_float(values):
        return Unread(f"constants of type {values.dtype}")
    if values.dtype.kind == "b" or values.ndim:
        return values
    if values == -np.inf:
        return MINUS_INFINITY
    return number(literal(values[()])) if np.isfinite(values) else Unread("a constant that is not finite")


def as_tensor(value: Value) -> Tensor:
    """Return a value as a symbolic array; raise :class:`CannotRead` if it is none."""
    if isinstance(value, Unread):
        raise CannotRead(value.why)
    if isinstance(value, Masked):
        raise Refused(MINUS_INFINITY.why)
    if isinstance(value, Condition):
        return applied("step", value.positive)
    if isinstance(value, np.ndarray):
        if not np.isfinite(value).all():
            raise Refused("an array of constants that are not all finite")
        return constant(value.astype(float) if value.dtype.kind == "b" else value)
    return value


def depends(value: Value) -> bool:
    """Whether a value depends on the arguments."""
    return isinstance(value, Condition | Masked) or (isinstance(value, Tensor) and value.number is None)


def as_array(value: Value, dtype: Any) -> NDArray[Any]:
    """Return a value that does not depend on the arguments as an array of numbers of that type."""
    if isinstance(value, np.ndarray):
        return value
    assert isinstance(value, Tensor)
    assert value.number is not None
    return np.full(value.shape, float(value.number)).astype(dtype)


def unread_among(values: Sequence[Value]) -> Unread | None:
    """Return the first value that is not understood."""
    return next((each for each in values if isinstance(each, Unread)), None)


def compared(name: str, left: Tensor, right: Tensor, shape: tuple[int, ...]) -> Value:
    """Return a comparison, ``name`` being one of :data:`COMPARISONS`."""
    difference = plus(left, scaled(right, -ONE))
    if difference.number is not None:
        return np.full(shape, COMPARISONS[name](difference.number))
    if name in ("eq", "ne"):
        raise Refused(f"the primitive {name}, a comparison for equality, has no counterpart")
    return Condition(difference if name in ("gt", "ge") else scaled(difference, -ONE))


def masked(value: Value, array: Value) -> Value | None:
    """Return the sum of a value and an array of constants with -∞ in it; None for other summands."""
    if isinstance(array, np.ndarray) and array.dtype.kind == "f" and np.isneginf(array).any():
        kept = ~np.isneginf(array)
        if np.isfinite(array[kept]).all() and isinstance(value, Tensor | np.ndarray):
            finite = plus(*(broadcast(as_tensor(each), array.shape) for each in (value, np.where(kept, array, 0.0))))
            return Masked(finite, kept)
    return None


def connected(name: str, values: Sequence[Value], shape: tuple[int, ...]) -> Value:
    """Return whether both conditions hold, or one of them, or not the only one; ``name`` is one of CONNECTIVES."""
    parts = [broadcast(_positive(each), shape) for each in values]
    if name.endswith("not"):
        return Condition(scaled(parts[0], -ONE))
    return Condition(applied("min" if name.endswith("and") else "max", *parts))


def _positive(value: Value) -> Tensor:
    """Return an array that is positive where a condition holds, and negative where it does not."""
    if isinstance(value, Condition):
        return value.positive
    if isinstance(value, np.ndarray) and value.dtype.kind == "b":
        return constant(np.where(value, 1.0, -1.0))
    raise Refused("a connective has a counterpart for comparisons only")


def selected(which: Value, otherwise: Value, case: Value) -> Value:
    """Return ``case`` where a condition holds, and ``otherwise`` elsewhere."""
    if isinstance(which, np.ndarray) and which.dtype.kind == "b" and (which.all() or not which.any()):
        return case if which.all() else otherwise
    unread = unread_among((which, otherwise, case))
    if unread is not None:
        return unread
    if not isinstance(which, np.ndarray | Condition):
        raise Refused("a choice between cases has a counterpart for a comparison only")
    two = [as_tensor(each) for each in (otherwise, case)]
    if isinstance(which, Condition):
        return applied("where", which.positive, two[1], two[0])
    return plus(two[0], product(plus(two[1], scaled(two[0], -ONE)), as_tensor(which)))


def stopped(value: Value, shape: tuple[int, ...], count: int) -> Value:
    """Return a value whose gradient is stopped as an unknown one: what remains of it in the result is refused."""
    if not isinstance(value, Unread) and not depends(value):
        return value
    return leaf(Shift(count, tuple(extent for extent in shape if extent != 1)), shape)


def without_shifts(result: Tensor, name: str) -> Tensor:
    """Return the result; raise if it depends on a part whose gradient is stopped, which the program calls ``name``."""
    if any(isinstance(source, Shift) for source in sources(result)):
        raise CannotRead(f"{name}: the value depends on a part whose gradient is stopped ({LARGEST})")
    return result


LARGEST = "of log Σ exp along one axis of several, too; it is read over all entries of an array"

CONNECTIVES = ("bitwise_and", "bitwise_or", "bitwise_not", "logical_and", "logical_or", "logical_not")

# The value of a comparison of two numbers by their difference.
COMPARISONS: dict[str, Callable[[Fraction], bool]] = {
    "gt": lambda d: d > 0,
    "ge": lambda d: d >= 0,
    "lt": lambda d: d < 0,
    "le": lambda d: d <= 0,
    "eq": lambda d: d == 0,
    "ne": lambda d: d != 0,
}


def _is_float(values: NDArray[Any]) -> bool:
    """Whether the type is one of ml_dtypes' short floats, which NumPy holds as of kind V."""
    return "float" in values.dtype.name
