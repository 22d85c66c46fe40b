"""Boxes of states in bulk, and rigorous bounds of all activations of a network on them.

Each box has, for every neuron, an interval and the range of segments allowed there (piecewise-linear activations). All
bounds are rounded outward; at a kink a slope is the whole interval between its neighbours (Clarke's derivative). Slopes
are those of each neuron, (B, N), where every layer is elementwise, and else H, (B, N, N), block by block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import roundoff, upward
from hopverify.checker.whole_layers import WholeLayer
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

    def __len__(self) -> int:
        return len(self.lower)

    def __getitem__(self, chosen: Any) -> Boxes:
        return Boxes(self.lower[chosen], self.upper[chosen], self.first[chosen], self.last[chosen])

    @property
    def is_void(self) -> NDArray[np.bool_]:
        """Which boxes hold no point at all."""
        return np.asarray((self.lower > self.upper).any(axis=1))


def _bounds(value: Fraction) -> tuple[float, float]:
    interval = enclose(value)
    return float(interval.lower), float(interval.upper)


class Activations:
    """Rigorous values and slopes of the activations of layers on boxes of all their neurons, layer after layer."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.groups: list[tuple[LayerFunction, NDArray[np.int64], tuple[Segment, ...] | None]] = []
        self.whole: list[tuple[WholeLayer, NDArray[np.int64]]] = []
        start = 0
        for layer in layers:
            neurons, start = np.arange(start, start + layer.size), start + layer.size
            if layer.function.elementwise:
                self.groups.append((layer.function, neurons, segments(layer.function)))
            else:
                self.whole.append((WholeLayer(layer), neurons))

    def reached(self, boxes: Boxes) -> Boxes:
        """Return the boxes with only those segments allowed into which they reach."""
        first, last = boxes.first.copy(), boxes.last.copy()
        for _, neurons, parts in self.groups:
            if parts is not None:
                allowed = np.array([_allowed(part, k, boxes[:, neurons]) for k, part in enumerate(parts)])
                first[:, neurons] = allowed.argmax(axis=0)
                last[:, neurons] = len(parts) - 1 - allowed[::-1].argmax(axis=0)
        return Boxes(boxes.lower, boxes.upper, first, last)

    def slopes(self, boxes: Boxes) -> tuple[Floats, Floats]:
        """Return bounds of g' (Clarke's derivative) on each box: of each neuron, or of the whole matrix H."""
        low, high = np.zeros_like(boxes.lower), np.zeros_like(boxes.upper)
        for function, neurons, parts in self.groups:
            if parts is not None:
                low[:, neurons], high[:, neurons] = _segment_slopes(parts, boxes[:, neurons])
            else:
                found = _evaluated(function.slope, boxes.lower[:, neurons], boxes.upper[:, neurons])
                low[:, neurons], high[:, neurons] = found
        if not self.whole:
            return low, high
        low, high = (bound[:, :, None] * np.eye(bound.shape[1]) for bound in (low, high))
        for layer, neurons in self.whole:
            block = np.ix_(np.arange(len(boxes)), neurons, neurons)
            low[block], high[block] = layer.jacobian(boxes.lower[:, neurons], boxes.upper[:, neurons])
        return low, high

    def values(self, boxes: Boxes, points: Floats) -> tuple[Floats, Floats]:
        """Return bounds of g at one point of each box (within the allowed segments)."""
        low, high = np.empty_like(points), np.empty_like(points)
        for function, neurons, parts in self.groups:
            at = points[:, neurons]
            if parts is not None:
                low[:, neurons], high[:, neurons] = _segment_values(parts, boxes[:, neurons], at)
            else:
                low[:, neurons], high[:, neurons] = _evaluated(function.activation[0], at, at)
        for layer, neurons in self.whole:
            low[:, neurons], high[:, neurons] = layer.values(points[:, neurons], points[:, neurons])
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
        for layer, neurons in self.whole:
            low[:, neurons], high[:, neurons] = layer.ranges(boxes.lower[:, neurons], boxes.upper[:, neurons])
        return low, high

    def secants(self, boxes: Boxes, middle: Floats) -> tuple[Floats, Floats, Floats]:
        """Return λ, λm + μ and δ with g(x) = λx + μ ± δ on each box; for piecewise-linear activations."""
        slope, value, radius = (np.empty_like(middle) for _ in range(3))
        for _, neurons, parts in self.groups:
            assert parts is not None
            found = _secants(parts, boxes[:, neurons], middle[:, neurons])
            slope[:, neurons], value[:, neurons], radius[:, neurons] = found
        return slope, value, radius


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


def _segment_values(parts: tuple[Segment, ...], boxes: Boxes, at: Floats) -> tuple[Floats, Floats]:
    low, high = np.full(at.shape, np.inf), np.full(at.shape, -np.inf)
    point = Boxes(at, at, boxes.first, boxes.last)
    for position, part in enumerate(parts):
        # A midpoint beside the allowed segments is continued along the nearest of them: the affine function there is
        # one of the functions that agree with g on the box.
        here = _allowed(part, position, point)
        here |= (position == boxes.first) & (at <= _start(part)) | (position == boxes.last) & (at >= _end(part))
        value = enclose(part.slope) * Interval(at, at) + enclose(part.intercept)
        low = np.where(here, np.minimum(low, value.lower), low)
        high = np.where(here, np.maximum(high, value.upper), high)
    return low, high


def _secants(parts: tuple[Segment, ...], boxes: Boxes, middle: Floats) -> tuple[Floats, Floats, Floats]:
    """Return λ, the value λm + μ at the middle, and δ, with g(x) = λx + μ ± δ on each box, in its allowed segments."""
    ends = [_segment_values(parts, boxes, at) for at in (boxes.lower, boxes.upper)]
    width = boxes.upper - boxes.lower
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(width > 0, (ends[1][0] - ends[0][0]) / width, 0.0)
    slope = np.where(np.isfinite(slope), slope, 0.0)
    # g - λx is piecewise linear: its extremes on the box lie at the ends and at the kinks inside.
    low, high = np.full(width.shape, np.inf), np.full(width.shape, -np.inf)
    secant = Interval(slope, slope)
    for at, (below, above) in zip((boxes.lower, boxes.upper), ends, strict=True):
        gap = Interval(below, above) - secant * Interval(at, at)
        low, high = np.minimum(low, gap.lower), np.maximum(high, gap.upper)
    for position, part in enumerate(parts[:-1]):
        assert part.upper is not None
        kink = enclose(part.upper)
        inside = (boxes.lower <= kink.upper) & (kink.lower <= boxes.upper)
        inside &= (boxes.first <= position + 1) & (position <= boxes.last)
        gap = enclose(part.value(part.upper)) - secant * kink
        low, high = (
            np.where(inside, np.minimum(low, gap.lower), low),
            np.where(inside, np.maximum(high, gap.upper), high),
        )
    centre = low / 2 + high / 2
    value = slope * middle + centre
    error = (np.abs(slope * middle) + np.abs(centre) + np.abs(value)) * (4 * roundoff())
    return slope, value, upward(np.maximum(high - centre, centre - low) + error, 8)


def _start(part: Segment) -> float:
    return -np.inf if part.lower is None else _bounds(part.lower)[1]


def _end(part: Segment) -> float:
    return np.inf if part.upper is None else _bounds(part.upper)[0]
