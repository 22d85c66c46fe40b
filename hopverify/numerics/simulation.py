"""Trajectories in floating point, for looking: the discrete update that people run, or one of SciPy's solvers.

    x⁺ = x + hẋ,   Tẋ = drive(γ) + b - ρ∘x      (``euler``; with h = τ = ρ = 1 it is x⁺ = drive(γ) + b)

A run always ends: at rest, when its time or its steps are over, or where the state leaves the range in which doubles
say anything. Nothing here is part of a proof.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.numerics.observation import Energy, Observer
from hopverify.numerics.recording import Course, Ending, Record
from hopverify.registry import did_you_mean

Floats = NDArray[np.float64]
Step = tuple[float, Floats]
Watch = Callable[[float], None]

EULER = "euler"
SOLVERS = ("RK45", "DOP853", "Radau", "BDF", "LSODA")
METHODS = (EULER, *SOLVERS)
RELATIVE, ABSOLUTE = 1e-10, 1e-12
# Rounding of an energy relative to its terms, some hundred units in the last place; and what solvers neglect.
ROUNDING, NEGLECTED = 1e-13, 10 * RELATIVE
# A state this many times larger than where it began and where it was driven to at first runs away.
RUNAWAY = 1e9
PAUSE = 128


@dataclass(frozen=True)
class Limits:
    """Where a trajectory ends at the latest: its time, its steps, and the largest coordinate of ẋ that is rest."""

    time: float
    steps: int
    rest: float


def require_method(method: str) -> None:
    """Raise an error with the methods that there are, unless this is one of them."""
    if method not in METHODS:
        raise HopverifyError(f"no method is called {method!r}{did_you_mean(method, list(METHODS))}")


def integrate(
    observer: Observer, start: Floats, *, method: str, step: float, limits: Limits, watch: Watch | None = None
) -> Course:
    """Return the trajectory from a state by a method of :data:`METHODS`; ``step`` is that of ``euler`` only.

    ``watch`` hears now and then which share of the time or of the steps is over. Raises ``HopverifyError`` for a
    method that there is not, and for a start at which velocity or energy are not finite.
    """
    require_method(method)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        energy = observer.energy(start)
        if not _defined(observer.velocity(start), energy):
            raise HopverifyError("velocity or energy are no finite numbers at the start: start nearer to 0")
        record = Record(observer, start, energy, ROUNDING if method == EULER else NEGLECTED)
        if _largest(observer.velocity(start)) <= limits.rest:
            return record.course(Ending.REST)
        steps = _euler(observer, start, step) if method == EULER else _solved(observer, start, method, limits.time)
        return record.course(_followed(observer, steps, limits, record, watch))


def _euler(observer: Observer, x: Floats, step: float) -> Iterator[Step]:
    """Yield the discrete update, for ever. Times are multiples of the step, so that no sum of roundings drifts."""
    number = 0
    while True:
        number += 1
        x = x + step * observer.velocity(x)
        yield number * step, x


def _solved(observer: Observer, x: Floats, method: str, time: float) -> Iterator[Step]:
    """Yield the steps that a solver of SciPy accepts, up to a time; they end early where the solver fails."""
    from scipy import integrate

    try:
        solver = getattr(integrate, method)(
            lambda _, state: observer.velocity(np.array(state)), 0.0, x, time, rtol=RELATIVE, atol=ABSOLUTE
        )
        while solver.status == "running":
            solver.step()
            if solver.status == "failed":
                return
            yield float(solver.t), np.array(solver.y, dtype=np.float64)
    except (ValueError, np.linalg.LinAlgError):
        # Implicit solvers refuse matrices that are not finite.
        return


def _followed(observer: Observer, steps: Iterator[Step], limits: Limits, record: Record, watch: Watch | None) -> Ending:
    """Take steps into the record until something ends them, and return what."""
    start = record.latest[1]
    bound = RUNAWAY * max(1.0, _largest(start), _largest(start + float(observer.times[-1]) * observer.velocity(start)))
    for time, x in steps:
        energy, velocity = observer.energy(x), observer.velocity(x)
        if not np.isfinite(x).all() or not _defined(velocity, energy):
            return Ending.UNDEFINED
        record.add(time, x, energy)
        if watch is not None and record.count % PAUSE == 0:
            watch(min(1.0, max(time / limits.time, record.count / limits.steps)))
        if _largest(x) > bound:
            return Ending.RUNAWAY
        if _largest(velocity) <= limits.rest:
            return Ending.REST
        if time >= limits.time * (1 - 1e-12):
            return Ending.TIME
        if record.count >= limits.steps:
            return Ending.STEPS
    return Ending.FAILED


def _defined(velocity: Floats, energy: Energy | None) -> bool:
    return bool(np.isfinite(velocity).all()) and (energy is None or math.isfinite(energy.value))


def _largest(x: Floats) -> float:
    return float(np.max(np.abs(x)))
