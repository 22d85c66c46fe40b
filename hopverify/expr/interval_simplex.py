"""Softmax and the threshold of entmax for intervals of scores, as sharp as their monotonicity allows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hopverify.expr.interval import Bounds, Interval, as_interval, down, power, up


def shares(weights: list[Interval]) -> list[Interval]:
    """Return w_i/Σ w for weights ≥ 0, between 0 and 1.

    The sums of the other weights are those before and those after; n + 1 roundings of numbers ≥ 0 lose a factor of at
    most 1 ± (n + 2)·2⁻⁵³ to first order, doubled here, and the sum with the own weight and the quotient two more.
    """
    low, high = (
        np.array(np.broadcast_arrays(*ends)) for ends in zip(*((w.lower, w.upper) for w in weights), strict=True)
    )
    slack = 4.0 * (len(weights) + 8) * 2.0**-53
    with np.errstate(invalid="ignore"):
        least = low / (low + _others(high) * (1 + slack)) * (1 - slack)
        most = high / (high + _others(low) * (1 - slack)) * (1 + slack)
    least, most = np.fmax(down(least), 0.0), np.fmin(np.where(np.isnan(most), 1.0, up(most)), 1.0)
    return [Interval(a, b) for a, b in zip(least, most, strict=True)]


def _others(weights: Bounds) -> Bounds:
    """Return for each row the sum of the other rows."""
    none = np.zeros_like(weights[:1])
    before = np.concatenate([none, np.cumsum(weights, axis=0)[:-1]])
    after = np.concatenate([np.cumsum(weights[::-1], axis=0)[-2::-1], none])
    return np.asarray(before + after)


def threshold(scores: Bounds, exponent: Fraction, side: int) -> Bounds:
    """Return bounds of the t with Σ relu(s - t)^exponent = 1, for vectors of scores in the columns.

    The sum falls with t, so t is bounded by any number at which an enclosure of the sum lies on one side of 1. Such a
    number is found beside the root that floats find; max(s) - 1 ≤ t ≤ max(s) holds in any case.
    """
    top = scores.max(axis=0)
    low, high = down(top - 1.0), top
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(60):
            middle = low / 2 + high / 2
            above = (np.maximum(scores - middle, 0.0) ** float(exponent)).sum(axis=0) >= 1
            low, high = np.where(above, middle, low), np.where(above, high, middle)
    step = np.array([-1.0, 1.0])[side] * (2.0**-44) * (1 + np.abs(top))
    at = (low if side == 0 else high) + step
    total = as_interval(0.0)
    for score in scores:
        gap = Interval(score, score) - at
        total = total + power(Interval(np.maximum(gap.lower, 0.0), np.maximum(gap.upper, 0.0)), exponent)
    crude = down(top - 1.0)
    found: Bounds = np.where(total.lower >= 1, np.maximum(at, crude), crude)
    return found if side == 0 else np.where(total.upper <= 1, np.minimum(at, top), top)
