"""Random states at the scales of activations, and climbing from them to a rise."""

from __future__ import annotations

import numpy as np

from hopverify.networks import build_model
from hopverify.numerics.minimisation import climbed
from hopverify.numerics.scales import scaled_states
from hopverify.spec import parse_spec


def test_states_are_drawn_where_activations_change_and_far_beyond() -> None:
    model = build_model(
        parse_spec(
            "hopverify: 1\nname: net\nlayers:\n  v: {size: 4, lagrangian: {layernorm: {epsilon: 1e-8}}}\n"
            "  x: {size: 3, lagrangian: {tanh: {beta: 100}}}\n  y: {size: 2, lagrangian: {expression: 'x^4/4'}}\n"
        )
    )
    drawn = np.array(list(scaled_states(model, 200, 1)))
    assert drawn.shape == (200, 9)
    assert np.array_equal(drawn, np.array(list(scaled_states(model, 200, 1))))
    spreads = drawn[:, :4].std(axis=1)
    assert np.any(spreads < 1e-3)
    assert np.any(spreads > 3)
    sizes = np.abs(drawn[:, 4:7]).max(axis=1)
    assert np.any(sizes < 0.05)
    assert np.any(sizes > 3)


def test_a_climb_ends_where_the_function_is_positive() -> None:
    values: list[float] = []

    def hill(x: np.ndarray) -> float:
        values.append(1 - float(np.sum((x - 3) ** 2)))
        return values[-1] if np.all(x < 10) else np.inf

    found = climbed(hill, np.array([0.5, -1.0]), evaluations=200)
    assert hill(found) > 0
    assert len(values) < 60
    assert np.isfinite(climbed(hill, np.array([11.0, 12.0]), evaluations=20)).all()
