"""Views: which slice is taken, and what is marked on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hopverify.networks import build_model
from hopverify.picturing.planes import edges, two_neurons
from hopverify.picturing.sampling import Sampler
from hopverify.picturing.views import view_of
from hopverify.spec import parse_spec
from tests.picturing.certificates import CELLS, IMAGES, SHIFTED, SWITCH, certified, sampler


def test_two_neurons_are_their_own_slice() -> None:
    view = view_of(sampler(SWITCH), certified(SWITCH)[2])
    assert view is not None
    assert view.plane.kind == "whole"
    assert [(mark.kind, mark.label) for mark in view.marks] == [("stable", "1"), ("unstable", "2"), ("stable", "3")]
    assert view.elsewhere == 0
    s, t, points = view.grid(5)
    assert points.shape == (2, 25)
    assert (points[0, :5] == s).all()
    assert (points[1, ::5] == t).all()


def test_a_plane_through_equilibria_counts_those_elsewhere() -> None:
    view = view_of(sampler("relu-five-equilibria"), certified("relu-five-equilibria")[2])
    assert view is not None
    assert view.plane.kind == "plane"
    assert [mark.kind for mark in view.marks] == ["stable"] * 3
    assert view.elsewhere == 2


def test_without_equilibria_patterns_are_shown_and_where_the_flow_leads_from_them() -> None:
    _, _, certificate = certified(CELLS)
    view = view_of(sampler(CELLS), certificate)
    assert view is not None
    assert {mark.kind for mark in view.marks} >= {"reached"}
    without = replace(certificate, results=())
    view = view_of(sampler(CELLS), without)
    assert view is not None
    assert {mark.kind for mark in view.marks} == {"stored"}


def test_a_pattern_without_a_ball_is_shown_with_its_competitor() -> None:
    view = view_of(sampler(IMAGES), certified(IMAGES)[2])
    assert view is not None
    assert {mark.label for mark in view.marks} == {"seen[0]", "seen[1]", "seen[2]"}
    assert view.plane.horizontal == "distance from seen[1] towards seen[2]"


def test_a_slice_along_the_shift_that_the_energy_does_not_see() -> None:
    view = view_of(sampler(SHIFTED), certified(SHIFTED)[2])
    assert view is not None
    assert view.plane.vertical == "shift of h, all its states alike"
    assert np.allclose(view.plane.up, np.array([0, 0, 0, 1, 1, 1]) / np.sqrt(3))
    assert view.plane.across @ view.plane.up == pytest.approx(0, abs=1e-12)


def test_a_dead_neuron_and_an_alive_one_make_a_slice_and_kinks_are_shown() -> None:
    text = SWITCH.replace("size: 2", "size: 3").replace("[[0, -2], [-2, 0]]", "[[0, -2, 0], [-2, 0, 0], [0, 0, 0]]")
    own = Sampler(build_model(parse_spec(text)))
    assert two_neurons(own, np.array([1.0, 2.0, -1.0])) == (0, 2)
    assert two_neurons(own, np.array([1.0, 2.0, 3.0])) == (0, 1)
    view = view_of(own, replace(certified(SWITCH)[2], results=()))
    assert view is not None
    assert (view.plane.kind, view.plane.held) == ("neurons", "all other states at 0")
    shown = list(edges(own, view.plane, [(1.0, 1.0)]))
    assert (0.0, 1.0) in shown
    assert min(s for s, _ in shown) < 0


def test_one_state_variable_has_no_slice() -> None:
    text = "{hopverify: 1, name: m, layers: {x: {size: 1, lagrangian: relu}}}"
    assert view_of(Sampler(build_model(parse_spec(text))), certified(SWITCH)[2]) is None
