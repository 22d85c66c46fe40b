"""Floating point one can prove with: the rounding it assumes, tested, and upper bounds built from +, -, × and ldexp.

The only facts used are those of IEEE 754 double precision in round-to-nearest: each operation has a relative error of
at most u = 2⁻⁵³ (plus 2⁻¹⁰⁷⁴ where the result underflows), and scaling by a power of two is exact in range.

*Room.* Another processor sums products in another order, so that its results differ from those here, by twice the bound
of an error at most. What is to hold there too is accepted here only with :func:`room`: the unit roundoff then counts as
four of itself. If a quantity as computed here exceeds its limit by four error bounds, the exact one does by three, and
any other computation of it by two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError

UNIT = 2.0**-53
ROOM = 4.0
"""How many times as large error bounds are while evidence is sought."""

_factors = [1.0]

# log 2 = HIGH + LOW to 2^-86; HIGH has 33 bits, so k·HIGH is exact for |k| < 2^20.
_LOG2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LOG2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_INVERSE_LOG2 = float.fromhex("0x1.71547652b82fep+0")
_LOWEST, _HIGHEST = -700.0, 700.0
_TERMS = 14


@contextmanager
def room() -> Iterator[None]:
    """Let only that count as shown which a processor that rounds otherwise will find shown too.

    One state for the process, as the precision of balls: threads that work on parts of one matrix see it.
    """
    _factors.append(ROOM)
    try:
        yield
    finally:
        _factors.pop()


def roomy() -> float:
    """Return 1, and within :func:`room` the factor by which error bounds are larger."""
    return _factors[-1]


def roundoff() -> float:
    """Return the relative error that an operation is taken to have: u, and within :func:`room` a multiple of it."""
    return UNIT * _factors[-1]


def assert_rounding() -> None:
    """Raise unless the processor rounds to nearest and keeps subnormal numbers, in Python and in NumPy's kernels."""
    tiny = np.full(64, 2.0**-1074)
    one, half = np.ones(64), np.full(64, UNIT)
    exact = (
        (one + half == 1.0).all()
        and (one + 3 * half == 1.0 + 2 * (2 * UNIT)).all()
        and (-one - half == -1.0).all()
        and ((tiny * 1.0) == tiny).all()
        and ((tiny + tiny) / 2 == tiny).all()
    )
    if not exact:
        raise HopverifyError(
            "this process does not round to nearest, or flushes subnormal numbers to zero; some library changed the "
            "floating-point mode, and no bound computed here would hold. Run hopverify in a process of its own"
        )


def raised(value: Any, operations: int) -> Any:
    """Return an upper bound of a number ≥ 0 that was computed with at most ``operations`` roundings.

    Each loses a factor (1 - u) at most; (1 - u)^-k ≤ 1 + 2ku for ku ≤ 1/4, and the product here rounds once more.
    """
    return value * (1.0 + (2 * operations + 4) * UNIT)


def upward(value: Any, operations: int) -> Any:
    """Return the same bound with :func:`room`: for what decides, and is not told."""
    return value * (1.0 + (2 * operations + 4) * roundoff())


def exp_upper(exponent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return upper bounds of e^w for an array of doubles (infinite above 700, at least e^-700).

    w = k·log 2 + s with |s| ≤ 0.35; the reduction is off by less than 2^-50, the Taylor polynomial of degree 13 by less
    than 2^-57 relatively, and its evaluation by Horner's rule (three roundings a step) by less than 42·u·e^0.7 < 2^-46.
    The factor 1 + 2^-45 covers them; scaling by 2^k is exact since the result is not subnormal.
    """
    w = np.clip(np.nan_to_num(exponent, nan=0.0), _LOWEST, _HIGHEST)
    k = np.rint(w * _INVERSE_LOG2)
    s = (w - k * _LOG2_HIGH) - k * _LOG2_LOW
    value = np.ones_like(s)
    for term in range(_TERMS - 1, 0, -1):
        value *= s
        value /= term
        value += 1.0
    bound = np.ldexp(value * (1.0 + 2.0**-45), k.astype(np.int32))
    # NaN compares false with everything; it must not slip through as a small bound.
    return np.where(exponent <= _HIGHEST, bound, np.inf)
