"""The shape of an activation against its values on a fine grid."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.numerics.activation_shape import Shape
from tests.numerics.models import model_of

CELLS = {"tanh": 2, "erf": 2, "softplus": 1, "gelu": 3, "silu": 3, "relu": 2, "hard_tanh": 3, "elu": 2, "identity": 1}


@pytest.mark.parametrize("name", CELLS)
def test_least_values_and_ranges_are_those_of_a_fine_grid(name: str) -> None:
    shape = Shape(model_of(f"{{size: 1, lagrangian: {name}}}").layers["x"].function, -9.0, 8.0)
    assert len(shape.cells) == CELLS[name]
    random = np.random.default_rng(0)
    lower = random.uniform(-9, 8, 400) * random.choice([1, 0.1, 0.01], 400)
    upper = np.minimum(lower + random.uniform(0, 5, 400) * random.choice([1, 0.1, 0.01], 400), 8)
    p, q = random.normal(size=(2, 400))
    x = lower[:, None] + (upper - lower)[:, None] * np.linspace(0, 1, 2001)
    g, h = shape.values(x), shape.slopes(x)
    at, value = shape.least(p, q, lower, upper)
    assert (p * at - q * value <= (p[:, None] * x - q[:, None] * g).min(axis=1) + 1e-9).all()
    assert np.abs(value - shape.values(at)).max() == 0
    least, most = shape.range(lower, upper)
    assert np.abs(least - g.min(axis=1)).max() < 1e-5
    assert np.abs(most - g.max(axis=1)).max() < 1e-5
    flattest, steepest = shape.slope_range(lower, upper)
    assert (flattest <= h.min(axis=1) + 1e-3).all()
    assert (steepest >= h.max(axis=1) - 1e-3).all()
