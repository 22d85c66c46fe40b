"""Intervals of states with tanh at their ends, and least values of pu + q·g(u) on them, as in ``proofs/Curves.v``.

Nothing of this file is trusted: it says in floating point what Coq finds in bounds of its own.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import NamedTuple

from hopverify.exporting.curves import Curve


class End(NamedTuple):
    """A state, and about tanh of β times it."""

    place: Fraction
    tanh: float


class Side(NamedTuple):
    """An interval, with ends or without, and points inside it."""

    low: End | None
    high: End | None
    inner: tuple[End, ...] = ()

    @property
    def width(self) -> float:
        """The length."""
        return inf if self.low is None or self.high is None else float(self.high.place - self.low.place)

    @property
    def tanh(self) -> tuple[float, float]:
        """The ends between which tanh is."""
        return -1.0 if self.low is None else self.low.tanh, 1.0 if self.high is None else self.high.tanh

    @property
    def middle(self) -> float:
        """The state in the middle of a finite interval."""
        assert self.low is not None
        assert self.high is not None
        return float(self.low.place + self.high.place) / 2


def end_at(curve: Curve, place: Fraction) -> End:
    """Return an end."""
    return End(place, curve.tanh(place))


def steep(curve: Curve, low: float, high: float) -> tuple[float, float]:
    """Return bounds of the slope where tanh lies between two numbers."""
    factor = float(curve.gain * curve.beta)
    squares = sorted((low * low, high * high))
    return factor * (1 - squares[1]), factor * (1 - (0.0 if low <= 0 <= high else squares[0]))


def least_on(curve: Curve, p: float, q: float, side: Side) -> float:
    """Return a lower bound of pu + q·g(u); -inf if there is none."""
    if side.low is not None and side.high is not None and p != 0:
        ends = (side.low, *side.inner, side.high)
        return min(_piece(curve, p, q, a, b) for a, b in pairwise(ends))
    low, high = side.tanh
    least = q * _value(curve, low if q >= 0 else high)
    if p == 0:
        return least
    end = side.low if p > 0 else side.high
    return -inf if end is None else p * float(end.place) + least


def _piece(curve: Curve, p: float, q: float, a: End, b: End) -> float:
    if a.place > b.place:
        return inf
    slopes = sorted(q * each for each in steep(curve, a.tanh, b.tanh))
    down, up = p + slopes[0], p + slopes[1]
    first, last = (p * float(each.place) + q * _value(curve, each.tanh) for each in (a, b))
    if down >= 0:
        return first
    if up <= 0:
        return last
    return (up * first - down * last + down * up * float(b.place - a.place)) / (up - down)


def _value(curve: Curve, t: float) -> float:
    return float(curve.middle) + float(curve.gain) * t
