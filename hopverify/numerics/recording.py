"""What is kept of a trajectory: a bounded number of points, and all rises of the energy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.observation import Energy, Observer

Floats = NDArray[np.float64]

POINTS, NUMBERS = 1000, 1_000_000


class Ending(Enum):
    """Why a trajectory ends; the text is for people."""

    REST = "at rest"
    TIME = "not at rest when its time was over; a longer --time follows it further"
    STEPS = "not at rest when its steps were over; a --time of its own follows it further, --method LSODA is faster"
    RUNAWAY = "left the range: the state runs away"
    UNDEFINED = "left the range: the next state, its velocity or its energy is no finite number"
    FAILED = "given up by the solver, whose steps became too small"


@dataclass(frozen=True)
class Rises:
    """How often the energy rose from one step to the next, beyond rounding; the largest rise, and where it was."""

    count: int = 0
    largest: float = 0.0
    step: int = 0
    time: float = 0.0


@dataclass(frozen=True, eq=False)
class Course:
    """A trajectory: ``states`` (points × n) at ``times``; ``energy`` or ``dead`` is None where there is none.

    ``steps`` counts all steps, of which the points are a selection that holds the first and the last. ``speed`` is
    the Euclidean norm of ẋ at the end.
    """

    times: Floats
    states: Floats
    energy: Floats | None
    dead: NDArray[np.int64] | None
    rises: Rises
    steps: int
    speed: float
    ending: Ending


class Record:
    """Takes in every step; ``share`` is the rounding of an energy relative to its terms."""

    def __init__(self, observer: Observer, start: Floats, energy: Energy | None, share: float) -> None:
        self.observer, self.share = observer, share
        self.most = max(20, min(POINTS, NUMBERS // len(start)))
        self.points: list[tuple[float, Floats, Energy | None]] = [(0.0, start, energy)]
        self.stride, self.count, self.rises = 1, 0, Rises()
        self.latest = self.points[0]

    def add(self, time: float, x: Floats, energy: Energy | None) -> None:
        """Take in the next step."""
        self.count += 1
        self._see_rise(time, energy)
        self.latest = (time, x, energy)
        if self.count % self.stride == 0:
            self.points.append(self.latest)
        if len(self.points) > self.most:
            # Every other point goes, so that what is left is evenly spaced.
            self.points = self.points[::2]
            self.stride *= 2

    def _see_rise(self, time: float, energy: Energy | None) -> None:
        before = self.latest[2]
        if energy is None or before is None:
            return
        rise = energy.value - before.value
        if rise <= self.share * max(energy.terms, before.terms):
            return
        old = self.rises
        if rise > old.largest:
            self.rises = Rises(old.count + 1, rise, self.count, time)
        else:
            self.rises = Rises(old.count + 1, old.largest, old.step, old.time)

    def course(self, ending: Ending) -> Course:
        """Return the trajectory up to the last step."""
        points = self.points if self.points[-1] is self.latest else [*self.points, self.latest]
        energies = [energy.value for _, _, energy in points if energy is not None]
        dead = [self.observer.dead(x) for _, x, _ in points] if self.observer.neurons else None
        return Course(
            times=np.array([time for time, _, _ in points]),
            states=np.array([x for _, x, _ in points]),
            energy=np.array(energies) if len(energies) == len(points) else None,
            dead=None if dead is None else np.array(dead, dtype=np.int64),
            rises=self.rises,
            steps=self.count,
            speed=float(np.linalg.norm(self.observer.velocity(self.latest[1]))),
            ending=ending,
        )
