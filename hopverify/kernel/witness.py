"""Parts of claims that name a point at which two things differ."""

from __future__ import annotations

from typing import Any

from flint import arb

from hopverify.kernel.facts import Case
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import rational


def index(case: Case, value: Any, size: int) -> int:
    """Return the number of a neuron."""
    case.need(type(value) is int and 0 <= value < size, f"expected a neuron, a whole number from 0 to {size - 1}")
    return int(value)


def are_apart(case: Case, u: arb, v: arb, apart: Any) -> None:
    """Refuse two numbers that are not certainly at least so far apart, by a positive rational."""
    distance = rational(apart, case.where)
    case.need(distance > 0, "the distance is not positive")
    case.need(abs(u - v) >= ball(distance), "the two are not certainly so far apart")
