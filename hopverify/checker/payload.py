"""Reading evidence: exact numbers and vectors from JSON values, with every oddity refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from hopverify.errors import EvidenceRejected

# Python refuses to read or write longer numbers, unless its limit of 4,300 digits is raised.
MAX_DIGITS, MAX_BITS = 4000, 13_000
_RATIONAL = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}(/[0-9]{{1,{MAX_DIGITS}}})?")


def rational(value: Any) -> Fraction:
    """Return the rational that a text such as ``"-3/8"`` spells."""
    if not isinstance(value, str) or not _RATIONAL.fullmatch(value):
        raise EvidenceRejected(f"expected a rational number as text, got {value!r:.60}")
    try:
        return Fraction(value)
    except ZeroDivisionError:
        raise EvidenceRejected("a rational number with denominator 0") from None
    except ValueError:
        raise EvidenceRejected("a rational number with more digits than this process reads") from None


def double(value: Any) -> float:
    """Return a rational that must be a double exactly."""
    exact = rational(value)
    try:
        nearest = float(exact)
    except OverflowError:
        nearest = 0.0
    if Fraction(nearest) != exact:
        raise EvidenceRejected(f"expected a number that is a double exactly, got {value!r:.60}")
    return nearest


def is_short(value: Fraction) -> bool:
    """Whether a number has few enough digits to be told as exact text."""
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= MAX_BITS


def text_of(value: Fraction | float) -> str:
    """Return a number as the exact text that :func:`rational` reads; refuse one of thousands of digits."""
    if isinstance(value, float) and not isfinite(value):
        raise EvidenceRejected("a number here is not finite")
    exact = Fraction(value)
    if not is_short(exact):
        raise EvidenceRejected(f"an exact number here has more than {MAX_DIGITS} digits")
    return str(exact)


def texts_of(values: Iterable[Any]) -> list[str]:
    """Return numbers as exact texts."""
    return [text_of(value) for value in values]


def vector(value: Any, length: int) -> np.ndarray[Any, Any]:
    """Return an object array of ``length`` Fractions."""
    if not isinstance(value, list) or len(value) != length:
        raise EvidenceRejected(f"expected a list of {length} rational numbers")
    return np.array([rational(entry) for entry in value], dtype=object)


def state(value: Any, sizes: Mapping[str, int]) -> dict[str, np.ndarray[Any, Any]]:
    """Return a state: one exact vector per layer."""
    if not isinstance(value, Mapping) or set(value) != set(sizes):
        raise EvidenceRejected(f"expected a state of the layers {', '.join(sizes)}")
    return {name: vector(value[name], size) for name, size in sizes.items()}


def index(value: Any, below: int) -> int:
    """Return a whole number 0 ≤ value < below."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise EvidenceRejected(f"expected a whole number below {below}, got {value!r:.60}")
    return value


def shown(ball: Any, digits: int = 8) -> str:
    """Return a ball as text for the reader, such as ``"[0.25 +/- 1e-9]"``."""
    return str(ball.str(digits)) if hasattr(ball, "str") else str(ball)
