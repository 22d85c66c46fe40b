"""Many states at once: vectors of n numbers for each of P states, as arrays whose last axis counts the states.

The model's formulas are written for one state. On arrays of this class they mean the same for P of them: a vector of
the model, (n,), meets (n, P) as a column, sums and largest entries leave the last axis alone. Formulas that do not fit
(they reshape, or transpose) raise or come out wrong, so that
:mod:`hopverify.picturing.sampling` compares with single states.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.floats import Floats

BISECTIONS = 60


class Many(np.ndarray[Any, Any]):
    """Numbers for P states: the last axis counts states, those before it are the axes that one state has."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        options.pop("out", None)
        plain = [np.asarray(each) if ufunc is np.matmul else _spread(each) for each in inputs]
        return _again(getattr(ufunc, method)(*plain, **options))

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.append:
            vector, last = (np.asarray(each) for each in args)
            return many(np.concatenate([vector, np.broadcast_to(last, (1, vector.shape[-1]))]))
        return _again(super().__array_function__(function, types, args, kwargs))

    def sum(self, *args: Any, **kwargs: Any) -> Any:
        """Return the sum over all axes of a state."""
        return _again(np.asarray(self).sum(axis=tuple(range(self.ndim - 1))))

    def max(self, *args: Any, **kwargs: Any) -> Any:
        """Return the largest entry of each state."""
        return _again(np.asarray(self).max(axis=tuple(range(self.ndim - 1))))


def many(values: Any) -> Many:
    """Return numbers for P states, (…, P), as such."""
    return np.ascontiguousarray(values, dtype=np.float64).view(Many)


def _again(result: Any) -> Any:
    return result.view(Many) if isinstance(result, np.ndarray) else result


def _spread(value: Any) -> Any:
    """Return a number, or an array of one state with a last axis of length 1."""
    array = np.asarray(value)
    return array if isinstance(value, Many) or array.ndim == 0 else array[..., None]


class ManyFloats(Floats):
    """Double precision on :class:`Many`: what :class:`~hopverify.expr.floats.Floats` does with a vector at once."""

    def elementary(self, name: str, *argument: Value) -> Value:
        found = super().elementary(name, *argument)
        return _again(found) if any(isinstance(each, Many) for each in argument) else found

    def power(self, base: Value, exponent: Fraction) -> Value:
        found = super().power(base, exponent)
        return _again(found) if isinstance(base, Many) else found

    def threshold(self, scores: Value, exponent: Fraction) -> Value:
        plain = np.asarray(scores)
        high = plain.max(axis=0)
        low = high - 1.0
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            above = (np.maximum(plain - middle, 0.0) ** float(exponent)).sum(axis=0) >= 1
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return many(low)

    def softmax(self, vector: Value) -> Value:
        return Arithmetic.softmax(self, vector)


MANY = ManyFloats()
