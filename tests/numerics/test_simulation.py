"""Trajectories in floating point: the update and SciPy's solvers beside closed forms, rises, and every ending."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.numerics.observation import Observer
from hopverify.numerics.recording import POINTS, Course, Ending, Rises
from hopverify.numerics.simulation import EULER, METHODS, SOLVERS, Limits, integrate
from tests.numerics.models import model_of

LONG = Limits(time=40.0, steps=100_000, rest=1e-9)
DECAY = "{size: 1, lagrangian: identity, bias: [2], tau: 0.5}"
ORIGIN = "{size: 1, lagrangian: identity}"


def follow(
    layer: str, start: list[float], *, weights: str = "[[0]]", method: str = EULER, step: float = 0.1, limits: Limits
) -> Course:
    observer = Observer(model_of(layer, weights))
    return integrate(observer, np.array(start), method=method, step=step, limits=limits)


def test_the_update_is_x_plus_h_times_the_velocity() -> None:
    course = follow(DECAY, [5.0], step=0.125, limits=Limits(time=1.0, steps=99, rest=0.0))
    # T ẋ = 2 - x with τ = 1/2: the distance from 2 shrinks by 1 - h/τ in each step.
    assert course.states[:, 0] == pytest.approx([2 + 3 * 0.75**k for k in range(9)], rel=1e-14)
    assert course.times.tolist() == [0.125 * k for k in range(9)]
    assert (course.steps, course.ending) == (8, Ending.TIME)
    assert course.speed == pytest.approx(2 * 3 * 0.75**8)


@pytest.mark.parametrize("method", SOLVERS)
def test_each_solver_follows_the_exponential(method: str) -> None:
    course = follow(DECAY, [5.0], method=method, limits=Limits(time=1.0, steps=100_000, rest=0.0))
    assert course.ending is Ending.TIME
    assert course.times[-1] == 1.0
    assert course.states[:, 0] == pytest.approx(2 + 3 * np.exp(-2 * course.times), abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_at_an_equilibrium_nothing_moves(method: str) -> None:
    course = follow(DECAY, [2.0], method=method, limits=LONG)
    assert (course.steps, course.ending, course.speed) == (0, Ending.REST, 0.0)
    assert course.states.tolist() == [[2.0]]


@pytest.mark.parametrize("method", METHODS)
def test_rest_ends_a_run(method: str) -> None:
    course = follow(DECAY, [5.0], method=method, limits=LONG)
    assert course.ending is Ending.REST
    assert 0 < course.times[-1] < LONG.time
    assert course.speed <= LONG.rest


def test_steps_that_are_over_end_a_run() -> None:
    course = follow(DECAY, [5.0], limits=Limits(time=40.0, steps=7, rest=1e-9))
    assert (course.steps, course.ending) == (7, Ending.STEPS)


@pytest.mark.parametrize("method", METHODS)
def test_a_state_that_runs_away_ends_a_run(method: str) -> None:
    # ẋ = 2x - x.
    course = follow(ORIGIN, [1.0], weights="[[2]]", method=method, limits=LONG)
    assert course.ending is Ending.RUNAWAY
    assert 1e9 < course.states[-1, 0] < 1e11


def test_what_is_no_number_ends_a_run_before_it() -> None:
    # ẋ = exp(x) - x leaves the doubles within a few steps.
    course = follow("{size: 1, lagrangian: exp}", [3.0], weights="[[1]]", limits=LONG)
    assert course.ending is Ending.UNDEFINED
    assert np.isfinite(course.states).all()
    assert course.energy is not None
    assert np.isfinite(course.energy).all()


def test_a_start_that_is_no_number_is_refused() -> None:
    with pytest.raises(HopverifyError, match="start nearer to 0"):
        follow("{size: 1, lagrangian: exp}", [800.0], weights="[[1]]", limits=LONG)
    assert follow("{size: 1, lagrangian: exp}", [-800.0], weights="[[1]]", limits=LONG).steps > 0


class GivesUp:
    def __init__(self, *_: object, **__: object) -> None:
        self.status = "running"

    def step(self) -> None:
        self.status = "failed"


class Refuses(GivesUp):
    def step(self) -> None:
        raise ValueError("array must not contain infs or NaNs")


@pytest.mark.parametrize("solver", [GivesUp, Refuses])
def test_a_solver_that_gives_up(monkeypatch: pytest.MonkeyPatch, solver: type) -> None:
    monkeypatch.setattr("scipy.integrate.Radau", solver)
    course = follow(DECAY, [5.0], method="Radau", limits=LONG)
    assert (course.ending, course.states.tolist()) == (Ending.FAILED, [[5.0]])


def test_a_method_that_there_is_not() -> None:
    with pytest.raises(HopverifyError, match="no method is called 'RK54'; did you mean 'RK45'"):
        follow(DECAY, [5.0], method="RK54", limits=LONG)


def test_rises_of_the_energy_are_seen() -> None:
    # With h = 3 the update is x⁺ = -2x, and E = x²/2 goes 1/2, 2, 8, 32.
    course = follow(ORIGIN, [1.0], step=3.0, limits=Limits(time=99.0, steps=3, rest=1e-9))
    assert course.energy is not None
    assert course.energy.tolist() == [0.5, 2.0, 8.0, 32.0]
    assert course.rises == Rises(count=3, largest=24.0, step=3, time=9.0)


def test_rounding_is_no_rise() -> None:
    # x⁺ = -x: the energy stays where it is, up to rounding.
    course = follow("{size: 1, lagrangian: tanh}", [0.3], step=2.0, limits=Limits(time=99.0, steps=40, rest=1e-9))
    assert course.steps == 40
    assert course.rises.count == 0


def test_a_long_run_keeps_few_points_and_every_rise() -> None:
    course = follow(ORIGIN, [1.0], step=2.0000001, limits=Limits(time=1e9, steps=5000, rest=0.0))
    assert course.steps == course.rises.count == 5000
    assert POINTS / 2 <= len(course.times) <= POINTS + 1
    gaps = np.diff(course.times)
    assert gaps[:-1] == pytest.approx(gaps[0])
    assert (course.times[0], course.times[-1]) == (0.0, pytest.approx(5000 * 2.0000001))
    # Thinned or not, the last point is where the steps led.
    assert abs(course.states[-1, 0]) == pytest.approx(1.0000001**5000, rel=1e-9)


def test_a_wide_model_keeps_fewer_points() -> None:
    observer: Any = SimpleNamespace(times=[1], energy=lambda x: None, velocity=lambda x: -x, neurons=0)
    course = integrate(observer, np.ones(100_000), method=EULER, step=0.01, limits=Limits(1.0, 99, 0.0))
    assert course.energy is course.dead is None
    assert (course.steps, course.states.shape[0]) == (99, 14)


def test_progress_is_told_in_shares() -> None:
    told: list[float] = []
    observer = Observer(model_of(DECAY))
    integrate(observer, np.array([5.0]), method=EULER, step=1e-3, limits=Limits(1.0, 10**6, 0.0), watch=told.append)
    assert told == sorted(told)
    assert len(told) == 1000 // 128
    assert told[-1] == pytest.approx(0.896, abs=1e-3)
    assert all(0 < share <= 1 for share in told)
    assert math.isfinite(sum(told))
