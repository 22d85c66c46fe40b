"""Portraits: the flow in a slice, its stream lines, and where neurons are dead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hopverify.networks import build_model
from hopverify.picturing.portrait import portrait_of, shades_of
from hopverify.picturing.streams import streams_of
from hopverify.spec import parse_spec
from tests.picturing.certificates import CELLS, SWITCH, certified

WINDOW = (-1.0, 1.0, -2.0, 2.0)


def field(rate: Callable[[Any, Any], tuple[Any, Any]]) -> tuple[Any, Any]:
    S, T = np.meshgrid(np.linspace(-1, 1, 61), np.linspace(-2, 2, 61))
    return rate(S, T)


def test_the_flow_and_the_dead_of_the_switch() -> None:
    _, model, certificate = certified(SWITCH)
    found = portrait_of(model, certificate)
    assert found is not None
    S, T = np.meshgrid(found.s, found.t)
    assert np.allclose(found.flow[0], 1 - 2 * np.maximum(T, 0) - S)
    assert np.allclose(found.flow[1], 1 - 2 * np.maximum(S, 0) - T)
    assert (found.dead == (S <= 0).astype(float) + (T <= 0)).all()
    assert found.shades == ((0.5, "1 dead neuron"), (1.5, "2 dead neurons"))
    assert found.dead_share == float(((S <= 0) | (T <= 0)).mean())
    assert found.nullclines
    assert not found.cells


def test_lines_follow_the_flow_and_end_at_rest() -> None:
    found = streams_of(field(lambda s, t: (-s, -t)), WINDOW)
    assert len(found) > 20
    for stream in found:
        points = np.array(stream.line)
        sizes = np.hypot(points[:, 0], points[:, 1] / 2)
        assert sizes[-1] < sizes[0]
        (a, b), (c, d) = stream.arrow
        assert (c - a) * a + (d - b) * b < 0
    assert any(np.hypot(*stream.line[-1]) < 0.1 for stream in found)


def test_lines_are_straight_in_a_straight_flow_and_apart() -> None:
    found = streams_of(field(lambda s, t: (np.ones_like(s), np.zeros_like(s))), WINDOW)
    heights = sorted({round(t, 6) for stream in found for _, t in stream.line})
    assert all(len({round(t, 6) for _, t in stream.line}) == 1 for stream in found)
    assert len(heights) == 26
    assert len(found) >= 26


def test_stiff_flows_lead_along_the_slow_curve() -> None:
    found = streams_of(field(lambda s, t: (0.05 - 0.0 * s, -500 * (t - s))), WINDOW)
    slow = [point for stream in found for point in stream.line if abs(point[1] - point[0]) < 0.05]
    assert len(slow) > 20
    assert max(s for s, _ in slow) - min(s for s, _ in slow) > 1


def test_nothing_flows_at_rest() -> None:
    assert streams_of(field(lambda s, t: (0 * s, 0 * t)), WINDOW) == ()
    text = "{hopverify: 1, name: m, layers: {x: {size: 3, lagrangian: relu, leak: 0}}}"
    assert portrait_of(build_model(parse_spec(text)), replace(certified(SWITCH)[2], results=())) is None


def test_many_numbers_of_dead_neurons_are_told_as_ranges() -> None:
    assert shades_of(np.array([0.0])) == ()
    words = [words for _, words in shades_of(np.arange(10.0))]
    assert words == ["1 to 3 dead neurons", "4 to 5 dead neurons", "6 to 7 dead neurons", "8 to 9 dead neurons"]
    assert [words for _, words in shades_of(np.array([0, 1, 2, 3, 4, 9.0]))][-1] == "9 dead neurons"


def test_cells_are_outlined() -> None:
    _, model, certificate = certified(CELLS)
    found = portrait_of(model, certificate)
    assert found is not None
    assert len(found.cells) == 2
    assert not found.nullclines
