"""Arguments of calls in a graph: nested lists of nodes, arrays and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.interop.tracing.terms import Tensor
from hopverify.interop.tracing.values import (
    Condition,
    Masked,
    Unread,
)


def is_value(each: Any) -> bool:
    """Whether an argument is an array, known or not, rather than a number or a setting of the program."""
    return isinstance(each, Tensor | Condition | Masked | Unread | np.ndarray)


def as_index(values: Sequence[Any]) -> list[Any]:
    """Return indices, of which single ones are numbers that are known exactly, as arrays."""
    return [
        np.array(int(each.number)) if isinstance(each, Tensor) and each.number is not None else each for each in values
    ]


def is_positive(each: Any) -> bool:
    """Whether an operand is a number > 0, by which -∞ remains what it is."""
    known = each.number if isinstance(each, Tensor) else each
    return isinstance(known, int | float | Fraction) and known > 0


def is_float_array(each: Any) -> bool:
    """Whether a value is an array of floating-point numbers."""
    return isinstance(each, np.ndarray) and each.dtype.kind == "f"


def useful(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says where and how an array is kept; types are seen from the result."""
    return {key: value for key, value in kwargs.items() if key not in _KEEPING}


def item(values: Any, index: int) -> Any:
    """Return an entry of a result with several parts; of one that is not read, what it stands for."""
    if isinstance(values, Unread):
        return values
    return values[index] if index < len(values) else Unread("a further result of an operation has no counterpart")


def mapped(value: Any, known: Mapping[Any, Any]) -> Any:
    """Replace nodes in nested arguments by their values."""
    if isinstance(value, list | tuple):
        return (
            type(value)(mapped(each, known) for each in value)
            if type(value) in (list, tuple)
            else [mapped(each, known) for each in value]
        )
    if isinstance(value, dict):
        return {key: mapped(each, known) for key, each in value.items()}
    return known[value] if hasattr(value, "meta") else value


def converted(
    value: Any, convert: Callable[[Any], Any], kinds: Any = Tensor | Condition | Masked | Unread | np.ndarray
) -> Any:
    """Convert the arrays in nested arguments."""
    if isinstance(value, kinds):
        return convert(value)
    if isinstance(value, list | tuple):
        return (
            tuple(converted(each, convert, kinds) for each in value)
            if isinstance(value, tuple)
            else [converted(each, convert, kinds) for each in value]
        )
    if isinstance(value, dict):
        return {key: converted(each, convert, kinds) for key, each in value.items()}
    return value


def flat(value: Any) -> list[Any]:
    """Return the entries of nested lists, in their order."""
    if isinstance(value, list | tuple):
        return [inner for each in value for inner in flat(each)]
    return [value]


_KEEPING = ("dtype", "layout", "device", "pin_memory", "memory_format", "non_blocking", "implicit")
