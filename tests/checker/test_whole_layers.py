"""Whole layers on boxes: bounds against those by hand, more boxes than neurons, and boxes without an end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hopverify.checker import whole_layers
from hopverify.checker.whole_layers import WholeLayer, _stacked
from hopverify.expr.intervals import Interval
from tests.checker.models import layer

Floats = NDArray[np.float64]
INF = float("inf")


def bilinear() -> WholeLayer:
    """g = (x₀x₁ - x₀, 2x₁ - x₀x₁): what occurs twice makes natural evaluation wide."""
    return WholeLayer(layer("activation: {expression: ['x[0]*x[1] - x[0]', '2*x[1] - x[0]*x[1]']}"))


LOWER = np.array([[1.0, 3.0], [-1.0, 0.0], [2.0, 4.0]])
UPPER = np.array([[2.0, 5.0], [1.0, 2.0], [2.0, 4.0]])

NATURAL = [
    # [3, 10] - [1, 2] and [6, 10] - [3, 10]; [-2, 2] - [-1, 1] and [0, 4] - [-2, 2]; the point.
    [[1, 9], [-4, 7]],
    [[-3, 3], [-2, 6]],
    [[6, 6], [0, 0]],
]
JACOBIANS = [
    # x₁ - 1, x₀; -x₁, 2 - x₀.
    [[[2, 4], [1, 2]], [[-5, -3], [0, 1]]],
    [[[-1, 1], [-1, 1]], [[-2, 0], [1, 3]]],
    [[[3, 3], [2, 2]], [[-4, -4], [0, 0]]],
]
MEAN_VALUES = [
    # At (3/2, 4): 9/2 ± (4/2 + 2), 2 ± (5/2 + 1). At (0, 1): 0 ± (1 + 1), 2 ± (2 + 3). At the point itself.
    [[0.5, 8.5], [-1.5, 5.5]],
    [[-2, 2], [-3, 7]],
    [[6, 6], [0, 0]],
]
BOTH = [[[1, 8.5], [-1.5, 5.5]], [[-2, 2], [-2, 6]], [[6, 6], [0, 0]]]


def agrees(found: tuple[Floats, Floats], wanted: Any) -> None:
    """The bounds enclose those by hand, and are hardly wider."""
    low, high = found
    exact = np.array(wanted, dtype=float)
    assert low.shape == high.shape == exact.shape[:-1]
    assert (low <= exact[..., 0]).all()
    assert (high >= exact[..., 1]).all()
    assert np.allclose(low, exact[..., 0], rtol=0, atol=1e-13)
    assert np.allclose(high, exact[..., 1], rtol=0, atol=1e-13)


def test_natural_evaluation() -> None:
    agrees(bilinear().values(LOWER, UPPER), NATURAL)


def test_jacobians() -> None:
    agrees(bilinear().jacobian(LOWER, UPPER), JACOBIANS)


def test_mean_value_forms() -> None:
    agrees(bilinear()._mean_value(LOWER, UPPER), MEAN_VALUES)


def test_mean_value_forms_of_boxes_whose_middle_is_rounded() -> None:
    """From 1 to the next double the middle is 1: what is added then rises with x, and does not fall."""
    found = WholeLayer(layer("activation: {expression: ['(x[0] - 1)*2^60', '(1 - x[1])*2^60']}"))
    low, high = found._mean_value(np.ones((1, 2)), np.full((1, 2), 1 + 2.0**-52))
    assert np.allclose(low, [[0, -256]], rtol=0, atol=1e-9)
    assert np.allclose(high, [[256, 0]], rtol=0, atol=1e-9)
    assert high[0, 0] >= 256
    assert low[0, 1] <= -256


def test_the_better_of_both_ends_is_taken() -> None:
    agrees(bilinear().ranges(LOWER, UPPER), BOTH)


@pytest.mark.parametrize("end", [(1, 1), (1, 0)])
def test_only_boxes_with_all_ends_have_a_mean_value_form(end: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """One end is infinite, of the second box: above or below; the others' bounds are as good as before."""
    asked: list[Floats] = []
    plain = WholeLayer._mean_value

    def recorded(self: WholeLayer, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        asked.extend([lower, upper])
        return plain(self, lower, upper)

    monkeypatch.setattr(WholeLayer, "_mean_value", recorded)
    for infinite in ("lower", "upper"):
        asked.clear()
        lower, upper = LOWER.copy(), UPPER.copy()
        if infinite == "lower":
            lower[end] = -INF
        else:
            upper[end] = INF
        low, high = bilinear().ranges(lower, upper)
        agrees((low[[0, 2]], high[[0, 2]]), [BOTH[0], BOTH[2]])
        assert np.array_equal(asked, [LOWER[[0, 2]], UPPER[[0, 2]]])


def test_no_box_with_all_ends_needs_no_mean_value_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WholeLayer, "_mean_value", None)
    low, high = bilinear().ranges(np.array([[-INF, 0.0]]), np.array([[1.0, 1.0]]))
    assert low.shape == high.shape == (1, 2)


@pytest.mark.parametrize(("limit", "wanted"), [(1, NATURAL), (2, BOTH), (3, BOTH)])
def test_larger_layers_do_without(limit: int, wanted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_layers, "MAX_MEAN_VALUE", limit)
    agrees(bilinear().ranges(LOWER, UPPER), wanted)


def test_three_neurons_and_one_box() -> None:
    """H_ij stands at [box, i, j]: of (x₁, x₂, x₀x₂) it has neither symmetry nor a repeated entry."""
    found = WholeLayer(layer("activation: {expression: ['x[1]', '2*x[2]', 'x[0]*x[2]']}", 3))
    lower, upper = np.array([[3.0, 0.0, 5.0]]), np.array([[4.0, 1.0, 7.0]])
    zero = [0, 0]
    agrees(found.jacobian(lower, upper), [[[zero, [1, 1], zero], [zero, zero, [2, 2]], [[5, 7], zero, [3, 4]]]])
    agrees(found.values(lower, upper), [[[0, 1], [10, 14], [15, 28]]])
    # 7/2·6 ± (7/2 + 4).
    agrees(found._mean_value(lower, upper), [[[0, 1], [10, 14], [13.5, 28.5]]])


def test_values_stay_within_those_of_all_states() -> None:
    """Softmax lies in [0, 1], where rounding outward would leave it."""
    found = WholeLayer(layer("lagrangian: softmax"))
    low, high = found.values(np.array([[-INF, -1.0], [800.0, 0.0]]), np.array([[INF, 1.0], [900.0, 0.0]]))
    assert np.array_equal(low[0], [0, 0])
    assert np.array_equal(high[0], [1, 1])
    assert low[1, 0] > 1 - 1e-12
    assert high[1, 0] == 1
    assert low[1, 1] == 0
    assert high[1, 1] < 1e-12


def test_what_is_not_a_number_bounds_nothing() -> None:
    nan = float("nan")
    entries = [
        Interval(np.array([nan, 1.0]), np.array([2.0, 3.0])),
        Interval(np.array([4.0, 5.0]), np.array([6.0, nan])),
    ]
    low, high = _stacked(entries, 2)
    assert low.tolist() == [[-INF, 4], [1, 5]]
    assert high.tolist() == [[2, 6], [3, INF]]


def test_numbers_hold_for_every_box() -> None:
    low, high = _stacked([Interval(np.asarray(1.0), np.asarray(2.0)), 3], 2)
    assert low.tolist() == [[1, 3], [1, 3]]
    assert high.tolist() == [[2, 3], [2, 3]]
