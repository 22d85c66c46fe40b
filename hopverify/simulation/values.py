"""What a simulation is asked for, and what comes of it: plain values without arrays, for reports of any format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal

from hopverify.results import in_words


@dataclass(frozen=True)
class Wishes:
    """What is asked for; ``starts`` are texts (:mod:`hopverify.numerics.starting_states`).

    ``step`` and ``time`` of None stand for the certified step, and for a time that depends on the time constants;
    ``rest`` is the largest coordinate of ẋ that counts as rest.
    """

    starts: tuple[str, ...] = ("random",)
    seed: int = 0
    scale: float = 1.0
    noise: float = 0.0
    flips: int = 0
    method: str = "euler"
    step: Fraction | None = None
    time: Fraction | None = None
    rest: float = 1e-9


class Choice(Enum):
    """Why a step has its size; the value is for people."""

    ASKED = "as asked for"
    UPDATE = "the shortest τ/ρ: a whole update, to where the flow points"
    TAU = "the shortest τ: there are neurons without leak, which have no whole update"
    HALF = "half the longest certified step: with the longest itself the energy need not fall"
    SHORT = "a hundredth of the shortest τ"


@dataclass(frozen=True)
class Step:
    """The step of the discrete update; ``longest`` certified one by `step_size`, ``any``, or None if none is known."""

    size: Fraction
    choice: Choice
    longest: Fraction | Literal["any"] | None

    @property
    def certified(self) -> bool:
        """Whether no update with this step raises the energy, as `step_size` has shown."""
        return self.longest is not None and (self.longest == "any" or self.size <= self.longest)


@dataclass(frozen=True)
class Equilibrium:
    """The listed equilibrium nearest to the end: its number from 1, of how many, and the largest coordinate away."""

    number: int
    count: int
    stability: str
    distance: float
    reached: bool


@dataclass(frozen=True)
class Nearest:
    """The stored pattern nearest to the end, and its Euclidean distances."""

    pattern: str
    at_start: float
    at_end: float


@dataclass(frozen=True)
class Trajectory:
    """One trajectory: ``states`` has a row for each of ``times``, of which the last is the end.

    ``energy``, ``dead`` and ``distance`` (to the pattern nearest to the end) have an entry for each time, or are None.
    ``rises`` counts the steps at which the energy rose beyond rounding; the largest rise was at ``rise_step``.
    ``ending`` is rest, time, steps, runaway, undefined or failed, which ``ending_said`` puts in words.
    """

    start: str
    ending: str
    ending_said: str
    steps: int
    speed: float
    times: tuple[float, ...]
    states: tuple[tuple[float, ...], ...]
    energy: tuple[float, ...] | None
    dead: tuple[int, ...] | None
    distance: tuple[float, ...] | None
    rises: int
    rise: float
    rise_step: int
    rise_time: float
    equilibrium: Equilibrium | None
    nearest: Nearest | None


@dataclass(frozen=True, repr=False)
class Simulation:
    """All trajectories of one spec, with what they share; ``print`` shows them in words.

    ``step`` is None for a solver. ``energy`` is E or V, or None for the reason ``without_energy``. ``neurons`` counts
    those that can be dead. ``listing`` says why no equilibria are listed, or that some may be missing.
    """

    file: str
    name: str
    digest: str
    method: str
    step: Step | None
    time: float
    rest: float
    variables: tuple[str, ...]
    energy: str | None
    without_energy: str | None
    neurons: int
    listing: str | None
    trajectories: tuple[Trajectory, ...]

    def __repr__(self) -> str:
        return (
            f"<Simulation of {self.name!r}: {', '.join(f'{each.start}: {each.ending}' for each in self.trajectories)}>"
        )

    def __str__(self) -> str:
        return in_words(self)
