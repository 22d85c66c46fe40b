"""Arrays of exact numbers.

An array of doubles holds dyadic rationals, and holds them exactly; a number that no double holds (1/10, 1/3, 2⁵³ + 1)
makes its array one of fractions. The form is canonical: fractions are used only where doubles do not do, so equal
numbers have equal digests wherever they came from.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.spec.spread import Spread


@dataclass(frozen=True, eq=False)
class ExactArray:
    """Exact numbers in the shape of an array; made by :meth:`of`. With a ``spread`` it stands for all arrays near it.

    >>> ExactArray.of([[0, Fraction(1, 2)]]).is_dyadic, ExactArray.of([Fraction(1, 10)]).is_dyadic
    (True, False)
    >>> ExactArray.of([1, 2]) == ExactArray.of(np.array([1.0, 2.0], dtype=np.float32))
    True
    """

    values: NDArray[Any]
    spread: Spread | None = None

    def __post_init__(self) -> None:
        if self.values.dtype not in (np.dtype(np.float64), np.dtype(object)):
            raise TypeError(f"an exact array holds float64 or Fraction, not {self.values.dtype}: use ExactArray.of")
        frozen = self.values.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "values", frozen)

    @classmethod
    def of(cls, numbers: Any, *, copy: bool = True) -> ExactArray:
        """Return the array of the given numbers: an ndarray of floats or integers, or nested lists of exact numbers.

        Floats must be finite. With ``copy=False`` an array of doubles is kept and not copied.
        """
        array = numbers if isinstance(numbers, np.ndarray) else np.array(numbers, dtype=object)
        if array.dtype.kind == "f":
            return cls(_dyadic(array, copy))
        if array.dtype.kind in "iu" and (not array.size or -(2**53) <= int(array.min()) <= int(array.max()) <= 2**53):
            return cls(array.astype(np.float64))
        return cls(_canonical(_fractions(array)))

    @classmethod
    def full(cls, shape: int | tuple[int, ...], number: Fraction) -> ExactArray:
        """Return the array that holds one number everywhere; it takes no memory for its size."""
        return cls(np.broadcast_to(cls.of([number]).values, shape))

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.values.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.values.ndim

    @property
    def is_dyadic(self) -> bool:
        """Whether doubles hold all the numbers, so that :attr:`values` are float64."""
        return self.values.dtype == np.float64

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the kind of numbers, the shape, the numbers in row-major order, and the spread if there is one."""
        kind = "float64" if self.is_dyadic else "rational"
        state = hashlib.sha256(f"{kind}{list(self.shape)}\n".encode())
        if self.is_dyadic:
            # + 0.0 makes -0.0 the same number as 0.0.
            state.update(np.asarray(self.values + 0.0, dtype="<f8").tobytes())
        else:
            for value in self.values.flat:
                state.update(f"{value}\n".encode())
        if self.spread is not None:
            state.update(f"± {self.spread}".encode())
        return state.hexdigest()

    def fractions(self) -> NDArray[Any]:
        """Return the numbers as :class:`fractions.Fraction`."""
        if not self.is_dyadic:
            return self.values
        return _fractions(self.values)

    def floats(self) -> NDArray[np.float64]:
        """Return the nearest doubles; a number beyond their range becomes an infinity."""
        if self.is_dyadic:
            return self.values
        return np.array([_nearest(value) for value in self.values.flat], dtype=np.float64).reshape(self.shape)

    def transpose(self) -> ExactArray:
        """Return the array with its axes reversed."""
        return ExactArray(self.values.T, self.spread)

    def vector(self) -> ExactArray:
        """Return a matrix of one row or one column as the vector of its numbers; every other array as it is.

        >>> ExactArray.of([[1], [2]]).vector().shape, ExactArray.of([[1, 2], [3, 4]]).vector().shape
        ((2,), (2, 2))
        """
        return self._reshaped(self.values.size) if self.ndim == 2 and 1 in self.shape else self

    def rows(self, width: int) -> ExactArray:
        """Return a vector as one row of this width, or as rows of width 1; every other array as it is.

        >>> [ExactArray.of([1, 2]).rows(width).shape for width in (2, 1, 3)]
        [(1, 2), (2, 1), (2,)]
        """
        return self._reshaped(-1, width) if self.ndim == 1 and width in (1, self.shape[0]) else self

    def _reshaped(self, *shape: int) -> ExactArray:
        return ExactArray(self.values.reshape(shape), self.spread)

    def within(self, spread: Spread) -> ExactArray:
        """Return the array with this spread around its numbers."""
        return replace(self, spread=spread)

    def widened(self, factor: Fraction) -> ExactArray:
        """Return the array with a spread that is so many times as large; itself if it has none."""
        return self if self.spread is None else self.within(self.spread.widened(factor))

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, ExactArray) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)


def _dyadic(array: NDArray[Any], copy: bool) -> NDArray[np.float64]:
    if array.dtype.itemsize > 8:
        raise TypeError(f"an exact array is made of float64 at most, not of {array.dtype}")
    values = np.array(array, dtype=np.float64, order="C", copy=True if copy else None)
    if not np.isfinite(values).all():
        raise ValueError("an exact array holds finite numbers only")
    return values


def _fractions(array: NDArray[Any]) -> NDArray[Any]:
    result = np.empty(array.size, dtype=object)
    result[:] = [value if type(value) is Fraction else Fraction(value) for value in array.ravel().tolist()]
    return result.reshape(array.shape)


def _canonical(fractions: NDArray[Any]) -> NDArray[Any]:
    """Return doubles if they hold all the fractions, otherwise the fractions."""
    return fractions.astype(np.float64) if _all_doubles(fractions.flat) else fractions


def _all_doubles(fractions: Iterable[Fraction]) -> bool:
    return all(_is_double(value) for value in fractions)


def _is_double(value: Fraction) -> bool:
    denominator = value.denominator
    if denominator & (denominator - 1):
        return False
    if value.numerator.bit_length() <= 53 and denominator.bit_length() <= 1022:
        return True
    nearest = _nearest(value)
    return math.isfinite(nearest) and Fraction(nearest) == value


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
