"""Arithmetics: what a term may be evaluated in. A vector is a list of numbers, a matrix a list of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

Value = Any
"""A number of an arithmetic, or a list of values."""


@dataclass(frozen=True)
class Arithmetic:
    """Numbers, and functions of them.

    ``number`` makes one of a rational or a double; ``apply`` has the functions of one and of two numbers, by name;
    ``power`` has u^c for a rational c. ``own`` are the functions of vectors that it has in a way of its own.
    """

    number: Callable[[Any], Any]
    apply: Callable[..., Any]
    power: Callable[[Any, Fraction], Any]
    own: Mapping[str, Callable[..., Value]]

    def total(self, vector: Sequence[Any]) -> Any:
        """Return the sum of a vector."""
        return reduce(lambda u, v: self.apply("add", u, v), vector, self.number(0))

    def dot(self, u: Sequence[Any], v: Sequence[Any]) -> Any:
        """Return Σ u_i v_i."""
        return self.total([self.apply("multiply", *pair) for pair in zip(u, v, strict=True)])


def mapped(function: Callable[[Any], Any], value: Value) -> Value:
    """Return a function of each number of a value."""
    return [mapped(function, each) for each in value] if isinstance(value, list) else function(value)


def beside(function: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    """Return a function of two values that stand beside each other."""
    deep, deeper = axes(left), axes(right)
    if deep == deeper == 0:
        return function(left, right)
    if deep > deeper:
        return [beside(function, each, right) for each in left]
    if deep < deeper:
        return [beside(function, left, each) for each in right]
    return [beside(function, one, other) for one, other in zip(left, right, strict=True)]


def axes(value: Value) -> int:
    """Return 0 for a number, 1 for a vector, 2 for a matrix."""
    return 1 + axes(value[0]) if isinstance(value, list) else 0
