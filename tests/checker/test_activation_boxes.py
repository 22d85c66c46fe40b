"""Bounds of activations on boxes, to the last double: slopes and ranges beside kinks and on them."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from hopverify.checker import boxes as module
from hopverify.checker.boxes import Activations, Boxes
from hopverify.checker.stored import activated
from hopverify.expr.intervals import Interval, enclose
from hopverify.networks import Layer
from hopverify.networks.segments import Segment
from hopverify.spec import ExactArray
from tests.checker.models import layer

# The doubles around 1/3.
BELOW, ABOVE = float(enclose(Fraction(1, 3)).lower), float(enclose(Fraction(1, 3)).upper)


def bent(more: str = "", size: int = 1) -> Layer:
    """Return x/2 up to the kink 1/3, then 3x - 5/6 up to the kink 2, then 43/6 - x."""
    text = f"x/2 + 5/2*relu(x - 1/3) - 4*relu(x - 2){more}"
    return layer(f"activation: {{expression: '{text}', of: neuron}}", size)


def box(lower: float, upper: float, first: int = 0, last: int = 2) -> Boxes:
    return Boxes(np.array([[lower]]), np.array([[upper]]), np.array([[first]]), np.array([[last]]))


def affine(slope: Fraction, intercept: Fraction, lower: float, upper: float) -> tuple[float, float]:
    """Return the ends of slope·[lower, upper] + intercept, rounded outward."""
    found = enclose(slope) * Interval(np.array(lower), np.array(upper)) + enclose(intercept)
    return float(found.lower), float(found.upper)


LEFT, MIDDLE, RIGHT = (
    (Fraction(1, 2), Fraction(0)),
    (Fraction(3), Fraction(-5, 6)),
    (Fraction(-1), Fraction(43, 6)),
)


def test_a_box_without_states_has_slopes_and_ranges_of_zero() -> None:
    found = Activations([bent()])
    for bounds in (found.slopes, found.ranges):
        assert [end.tolist() for end in bounds(box(inf, -inf))] == [[[0.0]], [[0.0]]]
        assert [end.tolist() for end in bounds(box(-4.0, -3.0))] != [[[0.0]], [[0.0]]]


@pytest.mark.parametrize(
    ("allowed", "lower", "upper"),
    [
        ((0, 0), affine(*LEFT, -4.0, ABOVE), affine(*LEFT, -4.0, ABOVE)),
        ((1, 1), affine(*MIDDLE, BELOW, 2.0), affine(*MIDDLE, BELOW, 2.0)),
        ((2, 2), affine(*RIGHT, 2.0, 12.0), affine(*RIGHT, 2.0, 12.0)),
        ((1, 2), affine(*RIGHT, 2.0, 12.0), affine(*MIDDLE, BELOW, 2.0)),
        ((0, 1), affine(*LEFT, -4.0, ABOVE), affine(*MIDDLE, BELOW, 2.0)),
    ],
)
def test_ranges_end_where_the_allowed_segments_do(
    allowed: tuple[int, int], lower: tuple[float, float], upper: tuple[float, float]
) -> None:
    low, high = Activations([bent()]).ranges(box(-4.0, 12.0, *allowed))
    wanted = lower[0], max(lower[1], upper[1])
    assert (low[0, 0], high[0, 0]) == wanted


# ------------------------------------------------------------------ secants


def near(found: tuple[np.ndarray, ...], wanted: tuple[Fraction, ...]) -> bool:
    """Whether λ, λm + μ and δ are those wanted, up to roundings; a radius is no smaller."""
    assert all(np.isfinite(part).all() for part in found)
    gaps = [Fraction(float(part[0, 0])) - end for part, end in zip(found, wanted, strict=True)]
    return all(abs(gap) < Fraction(1, 10**12) for gap in gaps) and gaps[2] >= 0


def test_a_segment_is_met_from_the_lower_bound_of_its_kink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where kinks are known to a quarter only, a segment reaches a quarter further at both ends."""
    monkeypatch.setattr(module, "_bounds", lambda value: (float(value) - 0.25, float(value) + 0.25))
    parts = (
        Segment(None, Fraction(1), Fraction(0), Fraction(0)),
        Segment(Fraction(1), Fraction(3), Fraction(2), Fraction(-2)),
        Segment(Fraction(3), None, Fraction(0), Fraction(4)),
    )
    least, most = module._segment_ranges(parts, box(-10.0, 10.0, 1, 1))
    assert -0.5 - 1e-9 < least[0, 0] <= -0.5
    assert 4.5 <= most[0, 0] < 4.5 + 1e-9


def test_activations_of_layers_as_a_whole_hold_the_exact_ones() -> None:
    """g = (x₀x₁ - x₀, 2x₁ - x₀x₁), at a third that no double is."""
    bilinear = layer("activation: {expression: ['x[0]*x[1] - x[0]', '2*x[1] - x[0]*x[1]']}")
    third = Fraction(1, 3)
    lower, upper = activated(bilinear, ExactArray.of([[third, 3], [2, 4]]))
    for row, exact in zip((0, 1), ((2 * third, 5), (6, 0)), strict=True):
        for low, high, value in zip(lower[row], upper[row], exact, strict=True):
            assert low <= value <= high
            assert high - low < 1e-14
