"""A simulation in words, for a person who looks at the terminal: what is shared, then a small table a trajectory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from hopverify.reporting.plain import plain
from hopverify.reporting.wording import LONGEST_VECTOR, number
from hopverify.simulation import Simulation, Step, Trajectory

# Where steps are certified, rises that are so small beside the energy are roundings.
ROUNDING = 1e-12
CAVEAT = "This is a picture, not a proof: trajectories are computed in floating point, from a few states."
WIDTH = 16


def simulation_in_words(simulation: Simulation) -> str:
    """Return the whole report as lines of plain text."""
    return "\n".join(plain(line) for line in [*_shared(simulation), *_tables(simulation), "", CAVEAT])


def _shared(simulation: Simulation) -> Iterator[str]:
    yield f"{simulation.name}  {simulation.file}"
    until = f"until every |ẋ_i| ≤ {_short(simulation.rest)}, or t = {_short(simulation.time)}"
    if simulation.step is None:
        yield f"{simulation.method} of SciPy, {until}; its steps are not certified"
    else:
        yield f"x⁺ = x + hẋ with h = {_exact(simulation.step.size)}, {until}"
        yield from step_in_words(simulation.step)
    if simulation.energy is None:
        yield f"no energy: {simulation.without_energy}"
    if simulation.listing is not None:
        yield simulation.listing


def step_in_words(step: Step) -> Iterator[str]:
    """Yield why the step has its size, and what is certified of it.

    >>> from hopverify.simulation import Choice
    >>> list(step_in_words(Step(Fraction(3), Choice.ASKED, Fraction(1))))
    ['h is as asked for', 'not certified: `step_size` shows that steps up to 1 never raise the energy']
    """
    yield f"h is {step.choice.value}"
    if step.longest is None:
        yield "not certified: `step_size` shows of no step that it never raises the energy"
        return
    which = "steps of any length" if step.longest == "any" else f"steps up to {_exact(step.longest)}"
    verdict = "certified" if step.certified else "not certified"
    yield f"{verdict}: `step_size` shows that {which} never raise the energy"


def _tables(simulation: Simulation) -> Iterator[str]:
    for position, trajectory in enumerate(simulation.trajectories, start=1):
        yield ""
        yield f"{position}  from {trajectory.start}"
        for title, said in rows(simulation, trajectory):
            yield f"   {title:<{WIDTH}}{said}"


def rows(simulation: Simulation, trajectory: Trajectory) -> Iterator[tuple[str, str]]:
    """Yield the rows of a trajectory's table: what each is about, and what there is to say."""
    steps = f"{trajectory.steps:,} step{'' if trajectory.steps == 1 else 's'}"
    yield "end", f"after {steps}, t = {_short(trajectory.times[-1])}: {trajectory.ending_said}"
    if trajectory.energy is not None:
        certified = simulation.step is not None and simulation.step.certified
        yield f"energy {simulation.energy}", f"{_change(trajectory.energy)}; {_rises(trajectory, certified)}"
    if trajectory.dead is not None:
        dead = trajectory.dead
        yield "dead neurons", f"{dead[0]:,} at the start, {dead[-1]:,} at the end, of {simulation.neurons:,}"
    yield "speed ‖ẋ‖", _short(trajectory.speed)
    if trajectory.equilibrium is not None:
        yield "equilibrium", _equilibrium(trajectory)
    if trajectory.nearest is not None:
        nearest = trajectory.nearest
        yield "nearest memory", f"{nearest.pattern}: ‖x - ξ‖ {_change((nearest.at_start, nearest.at_end))}"
    yield "state", f"x = {_vector(trajectory.states[-1])}"


def _rises(trajectory: Trajectory, certified: bool) -> str:
    if trajectory.rises == 0:
        return "never rose"
    if certified and trajectory.rise <= ROUNDING * (1 + max(map(abs, trajectory.energy or ()))):
        return "never rose beyond rounding"
    times = "once" if trajectory.rises == 1 else f"at {trajectory.rises:,} steps"
    most = "" if trajectory.rises == 1 else "most "
    where = f"step {trajectory.rise_step:,}, t = {_short(trajectory.rise_time)}"
    return f"rose {times}, {most}by {_short(trajectory.rise)} at {where}"


def _equilibrium(trajectory: Trajectory) -> str:
    found = trajectory.equilibrium
    assert found is not None
    which = f"{found.number} of {found.count}, {found.stability}"
    if found.reached:
        return f"reached {which}; ≈{_short(found.distance)} away"
    return f"none of the list; the nearest is {which}, {_short(found.distance)} away"


def _change(values: tuple[float, ...]) -> str:
    return f"{_short(values[0])} → {_short(values[-1])}"


def _vector(values: tuple[float, ...]) -> str:
    head = ", ".join(_short(value) for value in values[:LONGEST_VECTOR])
    return f"({head})" if len(values) <= LONGEST_VECTOR else f"({head}, … {len(values):,} in all)"


def _short(value: float) -> str:
    return re.sub(r"e([+-])0+", r"e\1", f"{value:.6g}").replace("e+", "e")


def _exact(value: Fraction) -> str:
    return number(str(value))
