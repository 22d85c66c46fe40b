"""Landscapes: energies, levels, and where the energy is exactly flat."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.networks import build_model
from hopverify.picturing.landscape import flatness, landscape_of, levels_of
from hopverify.picturing.slices import of_neurons, through
from hopverify.spec import parse_spec, read_spec
from tests.picturing.certificates import SHIFTED, SPECS, SWITCH, certified


def test_the_switch_is_flat_where_both_are_dead_and_a_valley_where_one_is() -> None:
    _, model, certificate = certified(SWITCH)
    found = landscape_of(model, certificate)
    assert found is not None
    assert found.kind == "E"
    S, T = np.meshgrid(found.s, found.t)
    assert (found.flat["+"] == ((S <= 0) & (T <= 0))).all()
    # E does not change with the dead neuron, so the hatching runs along its axis.
    assert (found.flat["-"] == ((S <= 0) & (T > 0))).all()
    assert (found.flat["|"] == ((S > 0) & (T <= 0))).all()
    alive = (S > 0) & (T > 0)
    expected = np.where(alive, S**2 / 2 + T**2 / 2 + 2 * S * T - S - T, np.nan)
    assert np.allclose(found.values[alive], expected[alive])
    assert found.share("+") == pytest.approx(float(((S <= 0) & (T <= 0)).mean()))
    assert len(found.ghosts) == 1


def test_hatched_states_have_the_energy_of_their_neighbours_along_the_hatching() -> None:
    _, model, certificate = certified(SWITCH)
    found = landscape_of(model, certificate)
    assert found is not None
    for hatch, axis in (("-", 1), ("|", 0)):
        both = np.roll(found.flat[hatch], 1, axis=axis) & found.flat[hatch]
        moved = np.roll(found.values, 1, axis=axis)
        assert (moved[both] == found.values[both]).all()
    assert len(set(found.values[found.flat["+"]])) == 1


def test_a_shift_of_a_softmax_layer_is_hatched_upwards() -> None:
    _, model, certificate = certified(SHIFTED)
    found = landscape_of(model, certificate)
    assert found is not None
    assert set(found.flat) == {"|"}
    assert found.share("|") == 1
    assert np.allclose(found.values, found.values[0], atol=1e-9)


def test_slanted_valleys_are_hatched_by_their_direction() -> None:
    model = build_model(parse_spec(SWITCH))
    x, y = np.eye(2)
    plane = through([np.zeros(2), x + y, x - y], ["", "", ""])
    assert plane is not None
    # The first neuron alive alone: E changes along x, at 45° to the axes, and not along y.
    masks = flatness(model, plane, np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]]))
    assert {hatch: mask.tolist() for hatch, mask in masks.items()} == {
        "\\": [True, False, False, False],
        "/": [False, True, False, False],
        "+": [False, False, False, True],
    }
    steep = through([np.zeros(2), x + 0.4 * y, y], ["", "", ""])
    assert steep is not None
    assert "." in flatness(model, steep, np.array([[1.0], [0.0]]))


def test_directions_that_no_dead_neuron_moves_along_are_not_flat() -> None:
    model = build_model(parse_spec(SWITCH))
    plane = of_neurons(np.zeros(2), 0, 1, ["x", "y"])
    assert flatness(model, plane, np.ones((2, 3))) == {}


def test_an_energy_of_the_authors_own_is_not_hatched() -> None:
    text = SWITCH.replace("checks:", "energy: dot(x, x)\nchecks:")
    model = build_model(parse_spec(text))
    found = landscape_of(model, certified(SWITCH)[2])
    assert found is not None
    assert found.flat == {}


def test_models_without_an_energy_have_no_landscape() -> None:
    model = build_model(read_spec(SPECS / "negative-vector-layernorm.yaml"))
    assert landscape_of(model, certified(SWITCH)[2]) is None


def test_levels_part_the_values_and_are_none_of_a_flat_region() -> None:
    values = np.concatenate([np.zeros(500), np.linspace(-1, 3, 500)])
    levels = levels_of(values)
    assert levels[0] < -1
    assert levels[-1] > 3
    assert all(abs(level) > 1e-6 for level in levels)
    assert list(levels) == sorted(set(levels))
    assert levels_of(np.array([2.0, 2.0, np.nan])) == pytest.approx((2.0, 2.0), abs=1e-5)
    # Short, so that they can stand beside a bar.
    assert all(len(f"{level:.9g}") <= 7 for level in levels[1:-1])
