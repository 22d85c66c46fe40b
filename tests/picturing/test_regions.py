"""Regions: what of a box lies on a slice, and the ghosts and cells of certificates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hopverify.picturing.regions import Region, cells_in, ghosts_in, part_in
from hopverify.picturing.slices import of_neurons, through
from hopverify.picturing.views import view_of
from tests.picturing.certificates import CELLS, SWITCH, certified, sampler

INF = np.inf
PLANE = of_neurons(np.zeros(2), 0, 1, ["x", "y"])
WINDOW = (-1.0, 1.0, -2.0, 2.0)


def corners(lower: list[float], upper: list[float]) -> set[tuple[float, float]]:
    found = part_in(WINDOW, PLANE, np.array(lower), np.array(upper))
    return {(round(s, 6), round(t, 6)) for s, t in found or ()}


def test_boxes_are_cut_at_the_window() -> None:
    assert corners([-INF, -INF], [0.0, 0.0]) == {(-1.0, -2.0), (0.0, -2.0), (0.0, 0.0), (-1.0, 0.0)}
    assert corners([-INF, -INF], [INF, INF]) == {(-1.0, -2.0), (1.0, -2.0), (1.0, 2.0), (-1.0, 2.0)}
    assert part_in(WINDOW, PLANE, np.array([2.0, 0.0]), np.array([3.0, 1.0])) is None


def test_equal_ends_make_lines_and_points() -> None:
    assert corners([0.5, -INF], [0.5, 0.0]) == {(0.5, -2.0), (0.5, 0.0)}
    assert corners([0.5, 1.0], [0.5, 1.0]) == {(0.5, 1.0)}


def test_a_box_on_a_slanted_plane_is_a_polygon_of_states_within() -> None:
    plane = through([np.zeros(3), np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])], ["", "", ""])
    assert plane is not None
    lower, upper = np.full(3, -0.5), np.array([0.5, 0.25, INF])
    found = part_in((-2.0, 2.0, -2.0, 2.0), plane, lower, upper)
    assert found is not None
    assert len(found) >= 3
    s, t = np.array(found).T
    states = plane.points(s, t).T
    assert (states >= lower - 1e-6).all()
    assert (states <= upper + 1e-6).all()


def test_the_ghost_of_the_switch_is_the_quadrant_where_both_are_dead() -> None:
    _, model, certificate = certified(SWITCH)
    (ghost,) = ghosts_in(WINDOW, PLANE, model, certificate)
    assert {(round(s, 6), round(t, 6)) for s, t in ghost.corners} == {
        (-1.0, -2.0),
        (0.0, -2.0),
        (0.0, 0.0),
        (-1.0, 0.0),
    }
    assert ghost.middle == pytest.approx((-0.5, -1.0), abs=1e-6)
    assert Region("", ((1.0, 2.0),)).middle == (1.0, 2.0)


def test_cells_hold_the_equilibria_that_the_flow_leads_to() -> None:
    _, model, certificate = certified(CELLS)
    view = view_of(sampler(CELLS), certificate)
    assert view is not None
    cells = cells_in(view.window, view.plane, model, certificate)
    assert [cell.name for cell in cells] == ["stored[0]", "stored[1]"]
    reached = {mark.source: mark.at for mark in view.marks if mark.kind == "reached"}
    assert set(reached) == {"stored[0]", "stored[1]"}
    for cell in cells:
        s, t = np.array(cell.corners).T
        assert s.min() <= reached[cell.name][0] <= s.max()
        assert t.min() <= reached[cell.name][1] <= t.max()


def test_what_the_certificate_does_not_certify_is_not_drawn() -> None:
    _, model, certificate = certified(CELLS)
    view = view_of(sampler(CELLS), certificate)
    assert view is not None
    (entry,) = certificate.results
    (row,) = entry["obligations"]
    told = [{**cell, "verdict": "unknown"} for cell in row["data"]["cells"]]
    changed = {**entry, "obligations": [{**row, "data": {**row["data"], "cells": told}}]}
    assert not cells_in(view.window, view.plane, model, replace(certificate, results=(changed,)))
