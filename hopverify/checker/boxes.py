"""Boxes of states in bulk, and rigorous bounds of activations on them, of layers whose neurons act for themselves.

Each box has, for every neuron, an interval and the range of segments allowed there (piecewise-linear activations). All
bounds are rounded outward; at a kink a slope is the whole interval between its neighbours (Clarke's derivative).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval, enclose
from hopverify.networks import Layer, LayerFunction
from hopverify.networks.segments import Segment, segments

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Boxes:
    """B boxes over N neurons: closed intervals [lower, upper], and the range of segments first..last allowed in each.

    Neurons without segments (smooth activations) have first = last = 0. Ends may be infinite.
    """

    lower: Floats
    upper: Floats
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def __getitem__(self, chosen: Any) -> Boxes:
        return Boxes(self.lower[chosen], self.upper[chosen], self.first[chosen], self.last[chosen])


def _bounds(value: Fraction) -> tuple[float, float]:
    interval = enclose(value)
    return float(interval.lower), float(interval.upper)


class Activations:
    """Rigorous values and slopes of the activations of layers on boxes of all their neurons, layer after layer."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.groups: list[tuple[LayerFunction, NDArray[np.int64], tuple[Segment, ...] | None]] = []
        start = 0
        for layer in layers:
            neurons, start = np.arange(start, start + layer.size), start + layer.size
            self.groups.append((layer.function, neurons, segments(layer.function)))

    def slopes(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of g' (Clarke's derivative) on each box."""
        low, high = np.zeros_like(boxes.lower), np.zeros_like(boxes.upper)
        for function, neurons, parts in self.groups:
            if parts is not None:
                low[:, neurons], high[:, neurons] = _segment_slopes(parts, boxes[:, neurons])
            else:
                found = _evaluated(function.slope, boxes.lower[:, neurons], boxes.upper[:, neurons])
                low[:, neurons], high[:, neurons] = found
        return low, high

    def ranges(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of g on each box; the ends may be infinite."""
        low, high = np.empty_like(boxes.lower), np.empty_like(boxes.upper)
        for function, neurons, parts in self.groups:
            own = boxes[:, neurons]
            if parts is not None:
                low[:, neurons], high[:, neurons] = _segment_ranges(parts, own)
            else:
                low[:, neurons], high[:, neurons] = _evaluated(function.activation[0], own.lower, own.upper)
        return low, high


def _evaluated(expression: Any, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    box = Interval(lower.ravel(), upper.ravel())
    found = as_interval(evaluate(expression, {"x": box}, INTERVALS))
    shape = lower.shape
    return (
        np.broadcast_to(found.lower, box.lower.shape).reshape(shape),
        np.broadcast_to(found.upper, box.upper.shape).reshape(shape),
    )


def _segment_slopes(parts: tuple[Segment, ...], boxes: Boxes) -> tuple[Floats, Floats]:
    low, high = np.full(boxes.lower.shape, np.inf), np.full(boxes.lower.shape, -np.inf)
    for position, part in enumerate(parts):
        allowed = _allowed(part, position, boxes)
        below, above = _bounds(part.slope)
        low, high = np.where(allowed, np.minimum(low, below), low), np.where(allowed, np.maximum(high, above), high)
    return np.where(low > high, 0.0, low), np.where(low > high, 0.0, high)


def _allowed(part: Segment, position: int, boxes: Boxes) -> NDArray[np.bool_]:
    """Which boxes allow a segment and reach into it."""
    start = -np.inf if part.lower is None else _bounds(part.lower)[0]
    end = np.inf if part.upper is None else _bounds(part.upper)[1]
    inside: NDArray[np.bool_] = (boxes.first <= position) & (position <= boxes.last)
    return inside & (boxes.upper >= start) & (boxes.lower <= end)


def _segment_ranges(parts: tuple[Segment, ...], boxes: Boxes) -> tuple[Floats, Floats]:
    least, most = np.full(boxes.lower.shape, np.inf), np.full(boxes.lower.shape, -np.inf)
    for position, part in enumerate(parts):
        allowed = _allowed(part, position, boxes)
        start = np.maximum(boxes.lower, -np.inf if part.lower is None else _bounds(part.lower)[0])
        end = np.minimum(boxes.upper, np.inf if part.upper is None else _bounds(part.upper)[1])
        value = enclose(part.slope) * Interval(start, end) + enclose(part.intercept)
        least = np.where(allowed, np.minimum(least, value.lower), least)
        most = np.where(allowed, np.maximum(most, value.upper), most)
    empty = least > most
    return np.where(empty, 0.0, least), np.where(empty, 0.0, most)
