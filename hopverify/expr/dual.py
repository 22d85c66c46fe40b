"""Dual numbers over any number system: a value and its derivative along one direction.

Over balls they give rigorous directional derivatives (forward automatic differentiation), which is what the
checker evaluates: dE/dt along the flow, and H·d as the derivative of the activation along d.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.differentiate import derivative_of
from hopverify.expr.evaluate import Arithmetic, Value, evaluate, scalar_operation


@dataclass(frozen=True)
class Dual:
    """``value + slope·ε`` with ε² = 0; both are scalars of the base system."""

    value: Any
    slope: Any

    @scalar_operation
    def __add__(self, other: Any) -> Dual:
        value, slope = _parts(other)
        return Dual(self.value + value, self.slope + slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    @scalar_operation
    def __sub__(self, other: Any) -> Dual:
        value, slope = _parts(other)
        return Dual(self.value - value, self.slope - slope)

    @scalar_operation
    def __rsub__(self, other: Any) -> Dual:
        value, slope = _parts(other)
        return Dual(value - self.value, slope - self.slope)

    @scalar_operation
    def __mul__(self, other: Any) -> Dual:
        value, slope = _parts(other)
        return Dual(self.value * value, self.slope * value + self.value * slope)

    __rmul__ = __mul__

    @scalar_operation
    def __truediv__(self, other: Any) -> Dual:
        value, slope = _parts(other)
        return Dual(self.value / value, (self.slope - self.value * slope / value) / value)

    @scalar_operation
    def __rtruediv__(self, other: Any) -> Dual:
        quotient = other / self.value
        return Dual(quotient, -quotient * self.slope / self.value)


def _parts(other: Any) -> tuple[Any, Any]:
    return (other.value, other.slope) if isinstance(other, Dual) else (other, 0)


def values_of(array: Value) -> Value:
    """Return the values of a scalar or an array of duals (numbers of the base pass through)."""
    return np.frompyfunc(lambda u: _parts(u)[0], 1, 1)(array)


def slopes_of(array: Value) -> Value:
    """Return the slopes of a scalar or an array of duals (0 for numbers of the base)."""
    return np.frompyfunc(lambda u: _parts(u)[1], 1, 1)(array)


def along(point: Value, direction: Value) -> Value:
    """Return point + ε·direction as an array of duals."""
    return np.frompyfunc(Dual, 2, 1)(point, direction)


class Duals(Arithmetic):
    """Dual numbers over ``base``."""

    def __init__(self, base: Arithmetic) -> None:
        self.base = base

    @property
    def working_precision(self) -> int:
        return self.base.working_precision

    def number(self, value: Fraction) -> Value:
        return self.base.number(value)

    def array(self, values: np.ndarray[Any, Any]) -> Value:
        return self.base.array(values)

    def elementary(self, name: str, *argument: Value) -> Value:
        if not argument:
            return self.base.elementary(name)
        derivative = derivative_of(name)

        def function(u: Any) -> Any:
            if not isinstance(u, Dual):
                return self.base.elementary(name, u)
            slope = evaluate(derivative, {"u": u.value}, self.base)
            return Dual(self.base.elementary(name, u.value), slope * u.slope)

        return np.frompyfunc(function, 1, 1)(*argument)

    def power(self, base: Value, exponent: Fraction) -> Value:
        def function(u: Any) -> Any:
            if not isinstance(u, Dual):
                return self.base.power(u, exponent)
            slope = self.base.power(u.value, exponent - 1) * self.base.number(exponent) if exponent != 0 else 0
            return Dual(self.base.power(u.value, exponent), slope * u.slope)

        return np.frompyfunc(function, 1, 1)(base)

    def where_defined(self, base: Value) -> Value:
        def function(u: Any) -> Any:
            return (
                Dual(self.base.where_defined(u.value), u.slope) if isinstance(u, Dual) else self.base.where_defined(u)
            )

        return np.frompyfunc(function, 1, 1)(base)

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        """Differentiate Σ relu(s - t)^e = 1 implicitly: t' = Σ w s' / Σ w with w = relu(s - t)^(e-1)."""
        values, slopes = values_of(scores), slopes_of(scores)
        t = self.base.threshold(values, exponent)
        gaps = values - t
        if exponent == 1:
            weights = self.base.elementary("step", gaps)
        else:
            weights = self.base.power(self.base.elementary("relu", gaps), exponent - 1)
        return Dual(t, self.base.average(weights, slopes))

    def shift(self, vector: Value) -> Value:
        return self.base.shift(values_of(vector))

    def softmax(self, vector: Value) -> Value:
        """Return softmax with the slopes p∘(u' - Σ p u')."""
        p, slopes = self.base.softmax(values_of(vector)), slopes_of(vector)
        return along(p, p * (slopes - self.base.average(p, slopes)))
