"""Bounds of activations on boxes, to the last double: slopes, ranges, values and secants beside kinks and on them."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter

import numpy as np
import pytest

from hopverify.checker import boxes as module
from hopverify.checker.boxes import Activations, Boxes
from hopverify.checker.whole_layers import WholeLayer
from hopverify.expr.intervals import Interval, enclose
from hopverify.networks import Layer
from hopverify.networks.segments import Segment
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


@pytest.mark.parametrize(
    ("lower", "upper", "first", "last", "slopes", "reached"),
    [
        (-4.0, nextafter(BELOW, -inf), 0, 2, (0.5, 0.5), (0, 0)),
        (-4.0, BELOW, 0, 2, (0.5, 3.0), (0, 1)),
        (ABOVE, 1.0, 0, 2, (0.5, 3.0), (0, 1)),
        (nextafter(ABOVE, inf), 1.0, 0, 2, (3.0, 3.0), (1, 1)),
        (1.0, nextafter(2.0, 0.0), 0, 2, (3.0, 3.0), (1, 1)),
        (1.0, 2.0, 0, 2, (-1.0, 3.0), (1, 2)),
        (2.0, 5.0, 0, 2, (-1.0, 3.0), (1, 2)),
        (nextafter(2.0, 3.0), 5.0, 0, 2, (-1.0, -1.0), (2, 2)),
        (-inf, inf, 0, 2, (-1.0, 3.0), (0, 2)),
        (-4.0, 5.0, 0, 0, (0.5, 0.5), (0, 0)),
        (-4.0, 5.0, 1, 1, (3.0, 3.0), (1, 1)),
        (-4.0, 5.0, 2, 2, (-1.0, -1.0), (2, 2)),
    ],
)
def test_segments_reach_to_the_doubles_around_a_kink(
    lower: float, upper: float, first: int, last: int, slopes: tuple[float, float], reached: tuple[int, int]
) -> None:
    found, given = Activations([bent()]), box(lower, upper, first, last)
    assert [bound.tolist() for bound in found.slopes(given)] == [[[slopes[0]]], [[slopes[1]]]]
    narrowed = found.reached(given)
    assert (narrowed.first.tolist(), narrowed.last.tolist()) == ([[reached[0]]], [[reached[1]]])


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


@pytest.mark.parametrize(
    ("allowed", "at", "parts"),
    [
        ((0, 2), -1.0, [LEFT]),
        ((0, 2), 1.0, [MIDDLE]),
        ((0, 2), 3.0, [RIGHT]),
        ((0, 2), 2.0, [MIDDLE, RIGHT]),
        ((0, 2), BELOW, [LEFT, MIDDLE]),
        ((0, 2), ABOVE, [LEFT, MIDDLE]),
        ((1, 1), -1.0, [MIDDLE]),
        ((1, 1), 3.0, [MIDDLE]),
        ((0, 0), 3.0, [LEFT]),
        ((2, 2), 1.0, [RIGHT]),
        ((1, 2), -1.0, [MIDDLE]),
        ((0, 1), 3.0, [MIDDLE]),
    ],
)
def test_values_beside_the_allowed_segments_continue_the_nearest(
    allowed: tuple[int, int], at: float, parts: list[tuple[Fraction, Fraction]]
) -> None:
    low, high = Activations([bent()]).values(box(-4.0, 5.0, *allowed), np.array([[at]]))
    ends = [affine(*part, at, at) for part in parts]
    assert (low[0, 0], high[0, 0]) == (min(end[0] for end in ends), max(end[1] for end in ends))


def test_slopes_of_whole_layers_stand_in_their_blocks() -> None:
    """Two boxes of a neuron with kinks and three neurons of a softmax: blocks on the diagonal, zeros beside."""
    soft = layer("lagrangian: softmax", 3)
    lower = np.array([[-4.0, 0.0, 1.0, -1.0], [1.0, -2.0, 0.5, 0.0]])
    upper = np.array([[1.0, 0.5, 1.5, 0.0], [1.5, -2.0, 0.75, 3.0]])
    last = np.array([[2, 0, 0, 0]] * 2)
    given = Boxes(lower, upper, 0 * last, last)
    block = WholeLayer(soft).jacobian(lower[:, 1:], upper[:, 1:])
    owns = np.array([[0.5, 3], [3, 3]])
    for found, own, whole in zip(Activations([bent(), soft]).slopes(given), owns, block, strict=True):
        wanted = np.zeros((2, 4, 4))
        wanted[:, 0, 0] = own
        wanted[:, 1:, 1:] = whole
        assert found.tolist() == wanted.tolist()


# ------------------------------------------------------------------ secants


def near(found: tuple[np.ndarray, ...], wanted: tuple[Fraction, ...]) -> bool:
    """Whether λ, λm + μ and δ are those wanted, up to roundings; a radius is no smaller."""
    assert all(np.isfinite(part).all() for part in found)
    gaps = [Fraction(float(part[0, 0])) - end for part, end in zip(found, wanted, strict=True)]
    return all(abs(gap) < Fraction(1, 10**12) for gap in gaps) and gaps[2] >= 0


@pytest.mark.parametrize(
    ("lower", "upper", "allowed"),
    [
        # Across both kinks, one, or none; with fewer segments allowed than the box meets; a point.
        (-4, 3, (0, 2)),
        (1, Fraction(3, 2), (0, 2)),
        (3, Fraction(7, 2), (0, 2)),
        (-2, -1, (0, 2)),
        (-4, 3, (0, 0)),
        (-4, 3, (1, 1)),
        (-4, 3, (2, 2)),
        (1, 1, (0, 2)),
    ],
)
@pytest.mark.parametrize("shift", [0, 100])
def test_secants_hold_all_values_and_no_more(
    lower: Fraction, upper: Fraction, allowed: tuple[int, int], shift: int
) -> None:
    """g - λx is worked out at the ends and the kinks that bend it."""
    parts = [(a, b + shift) for a, b in (LEFT, MIDDLE, RIGHT)][allowed[0] : allowed[1] + 1]
    kinks = [Fraction(1, 3), Fraction(2)][allowed[0] : allowed[1]]

    def value(x: Fraction) -> Fraction:
        return next((a * x + b for (a, b), kink in zip(parts, kinks, strict=False) if x <= kink), None) or (
            parts[-1][0] * x + parts[-1][1]
        )

    points = [Fraction(lower), Fraction(upper), *(kink for kink in kinks if lower <= kink <= upper)]
    slope = (value(points[1]) - value(points[0])) / (points[1] - points[0]) if lower < upper else Fraction(0)
    gaps = [value(x) - slope * x for x in points]
    middle = Fraction(1, 4)
    centre, radius = (max(gaps) + min(gaps)) / 2, (max(gaps) - min(gaps)) / 2
    found = Activations([bent(f" + {shift}")]).secants(
        box(float(lower), float(upper), *allowed), np.array([[float(middle)]])
    )
    assert near(found, (slope, slope * middle + centre, radius))


@pytest.mark.parametrize(("lower", "upper"), [(-inf, 1.0), (1.0, inf)])
def test_unbounded_boxes_have_secants_without_slope(lower: float, upper: float) -> None:
    with np.errstate(invalid="ignore"):
        slope = Activations([bent()]).secants(box(lower, upper), np.array([[0.0]]))[0]
    assert slope.tolist() == [[0.0]]


def test_every_rounding_of_a_secant_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the unit 2⁻⁶ the radius is a sixteenth of |λm| + |c| + |λm + c|, beside what the kinks ask for."""
    monkeypatch.setattr(module, "roundoff", lambda: 2.0**-6)
    found = Activations([bent(" - 100")]).secants(box(1.0, 1.5), np.array([[4.0]]))
    centre = Fraction(-5, 6) - 100
    assert near(found, (Fraction(3), 12 + centre, (12 - centre - 12 - centre) / 16))
    found = Activations([bent(" + 100")]).secants(box(1.0, 1.5), np.array([[4.0]]))
    centre = 100 - Fraction(5, 6)
    assert near(found, (Fraction(3), 12 + centre, (24 + 2 * centre) / 16))


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
