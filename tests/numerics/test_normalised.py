"""Normalised layers on boxes: ranges and slopes hold what points show, as the kernel has them."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.expr.floats import FLOATS
from hopverify.numerics.mean_value import MeanValue
from hopverify.numerics.normalised import normalised
from tests.numerics.models import model_of

LAYERS = ("{layernorm: {gamma: -2, epsilon: 1/100}}", "{spherical: {gamma: 3, epsilon: 1/100}}")


@pytest.mark.parametrize("lagrangian", LAYERS)
def test_ranges_and_slopes_hold_those_of_points(lagrangian: str) -> None:
    model = model_of(f"{{size: 3, lagrangian: {lagrangian}}}", str(np.eye(3).tolist()))
    layer, random = model.layers["x"], np.random.default_rng(0)
    for middle in random.normal(size=(10, 3)):
        lower, upper = middle - 0.05, middle + 0.05
        field = MeanValue(model, lower, upper)
        low, high = field.natural(lower[None], upper[None])
        D_low, D_high = field._slopes(lower[None], upper[None])
        for x in random.uniform(lower, upper, size=(20, 3)):
            g = np.asarray(layer.function.activate(x, FLOATS), dtype=np.float64)
            assert ((low[0] <= g + 1e-12) & (g <= high[0] + 1e-12)).all()
            for j in range(3):
                step = 1e-6 * np.eye(3)[j]
                moved = [np.asarray(layer.function.activate(x + s * step, FLOATS), dtype=np.float64) for s in (1, -1)]
                slope = (moved[0] - moved[1]) / 2e-6
                assert ((D_low[0, :, j] - 1e-6 <= slope) & (slope <= D_high[0, :, j] + 1e-6)).all()


def test_all_states_have_the_range_of_the_form() -> None:
    model = model_of(f"{{size: 3, lagrangian: {LAYERS[1]}}}", str(np.eye(3).tolist()))
    ends = np.full(3, np.inf)
    low, high = MeanValue(model, -ends, ends).natural(-ends[None], ends[None])
    assert (low >= -3.001).all()
    assert (high <= 3.001).all()


def test_other_layers_are_none() -> None:
    for lagrangian in ("softmax", "{layernorm: {delta: [1, 0, 0]}}"):
        assert (
            normalised(model_of(f"{{size: 3, lagrangian: {lagrangian}}}", str(np.eye(3).tolist())).layers["x"].function)
            is None
        )
