"""Slices: planes through states, their coordinates, and windows."""

from __future__ import annotations

import numpy as np

from hopverify.picturing.slices import best_triple, of_neurons, through, window

A, B, C = np.array([1.0, 0.0, 0.0]), np.array([1.0, 2.0, 0.0]), np.array([1.0, 1.0, 3.0])


def test_a_plane_through_three_states_holds_them_and_measures_distances() -> None:
    plane = through([A, B, C], ["1", "2", "3"])
    assert plane is not None
    assert plane.place(A) == (0.0, 0.0)
    assert plane.place(B) == (2.0, 0.0)
    assert plane.place(C) == (1.0, 3.0)
    assert plane.place(C + np.array([1.0, 0.0, 0.0])) is None
    assert (plane.horizontal, plane.vertical) == ("distance from 1 towards 2", "distance towards 3")
    states = plane.points(np.array([2.0, 1.0]), np.array([0.0, 3.0]))
    assert np.allclose(states.T, [B, C])


def test_states_on_a_line_have_no_plane() -> None:
    assert through([A, B, (A + B) / 2], ["", "", ""]) is None
    assert through([A, A, C], ["", "", ""]) is None


def test_a_slice_of_neurons_has_their_states_as_coordinates() -> None:
    plane = of_neurons(np.array([1.0, 2.0, 3.0]), 0, 2, ["x[0]", "x[1]", "x[2]"], "all others as at 1")
    assert (plane.kind, plane.neurons, plane.held) == ("neurons", (0, 2), "all others as at 1")
    assert plane.place(np.array([5.0, 2.0, -1.0])) == (5.0, -1.0)
    assert plane.place(np.array([5.0, 2.5, -1.0])) is None
    assert of_neurons(np.zeros(2), 0, 1, ["x[0]", "x[1]"], "unused").kind == "whole"


def test_the_plane_that_holds_most_states_is_taken() -> None:
    corners = [np.array([x, y, 0.0]) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    found = best_triple([C, *corners], [True] * 5)
    assert found is not None
    assert 0 not in found
    # A right angle at the first of the three.
    plane = through([[C, *corners][k] for k in found], ["", "", ""])
    assert plane is not None
    assert sorted(at for x in corners if (at := plane.place(x))) == [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    assert best_triple([A, B], [True, True]) is None


def test_stable_states_come_first() -> None:
    states = [A, B, C, C + A]
    assert set(best_triple(states, [True, False, True, True]) or ()) == {0, 2, 3}


def test_windows_hold_what_they_show_with_a_margin() -> None:
    left, right, bottom, top = window([(0.0, 0.0), (2.0, 1.0)], square=False)
    assert left < -0.3
    assert right > 2.3
    assert bottom < -0.2
    assert top > 1.2
    left, right, bottom, top = window([(0.0, 0.0), (2.0, 1.0)], square=True)
    assert np.isclose(right - left, top - bottom)
    left, right, bottom, top = window([], square=False)
    assert left < -0.9
    assert right > 0.9
    left, right, _, _ = window([(50.0, 0.0)], square=False)
    assert left < 20
    assert right > 80
