"""simulate(spec): starts → trajectories in floating point → plain values, with what `verify` knows beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.networks import build_model
from hopverify.numerics.observation import Observer
from hopverify.numerics.recording import Course, Ending
from hopverify.numerics.simulation import EULER, Limits, integrate, require_method
from hopverify.numerics.starting_states import Disturbance, Start, starts
from hopverify.simulation.borrowing import Listed, certified_step, listed_equilibria
from hopverify.simulation.values import Choice, Equilibrium, Nearest, Simulation, Step, Trajectory, Wishes
from hopverify.spec import ModelSpec

Watch = Callable[[float, str], None]

# Unless a time is given: this many of the longest time constant, and no more steps than an impatient person waits for.
TIMES, STEPS = 100, 100_000
MOST_STEPS = 10_000_000
# Without a certified step: so many steps in the shortest time constant.
FRACTION = 100
# A state at rest that is this near to a listed equilibrium, relatively, has reached it.
REACHED = 1e-5


def simulate(spec: ModelSpec, wishes: Wishes, *, watch: Watch = lambda share, what: None) -> Simulation:
    """Return the trajectories that are asked for; raise ``HopverifyError`` for what cannot be done.

    ``watch`` hears how many trajectories are done, as a number with a fraction, and what is worked on.
    """
    require_method(wishes.method)
    model = build_model(spec)
    observer = Observer(model)
    disturbance = Disturbance(wishes.noise, wishes.flips)
    begun = starts(model, wishes.starts, seed=wishes.seed, scale=wishes.scale, disturbance=disturbance)
    step = _step(spec, wishes, observer, watch)
    limits = _limits(wishes, step, observer)
    courses = [_course(observer, start, step, wishes.method, limits, k, watch) for k, start in enumerate(begun)]
    listed = Listed()
    if any(course.ending is Ending.REST for course in courses):
        watch(float(len(begun)), "listing the equilibria")
        listed = listed_equilibria(spec)
    return Simulation(
        file=spec.file,
        name=spec.name,
        digest=spec.digest,
        method=wishes.method,
        step=step if wishes.method == EULER else None,
        time=limits.time,
        rest=wishes.rest,
        variables=observer.names,
        energy=observer.kind,
        without_energy=observer.without,
        neurons=observer.neurons,
        listing=listed.said,
        trajectories=tuple(_trajectory(observer, *pair, listed) for pair in zip(begun, courses, strict=True)),
    )


def _step(spec: ModelSpec, wishes: Wishes, observer: Observer, watch: Watch) -> Step:
    """Return the step of the discrete update: what is asked for, or a certified one, or a short one."""
    short = Step(observer.times[0] / FRACTION, Choice.SHORT, None)
    if wishes.method != EULER:
        return short
    watch(0.0, "looking for a certified step")
    longest = certified_step(spec)
    if wishes.step is not None:
        return Step(wishes.step, Choice.ASKED, longest)
    if longest is None:
        return short
    update = observer.shortest_update
    if longest == "any" or longest >= update:
        leaky = all(0 not in layer.leak for layer in observer.model.dynamic)
        return Step(update, Choice.UPDATE if leaky else Choice.TAU, longest)
    return Step(longest / 2, Choice.HALF, longest)


def _limits(wishes: Wishes, step: Step, observer: Observer) -> Limits:
    """Return where trajectories end at the latest."""
    if wishes.time is None:
        return Limits(float(max(TIMES * observer.times[-1], step.size)), STEPS, wishes.rest)
    if wishes.method == EULER and wishes.time > MOST_STEPS * step.size:
        raise HopverifyError(
            f"--time {float(wishes.time):g} is more than {MOST_STEPS:,} steps of {float(step.size):g}: "
            "give a shorter --time, a longer --step, or --method LSODA"
        )
    return Limits(float(wishes.time), MOST_STEPS, wishes.rest)


def _course(
    observer: Observer, start: Start, step: Step, method: str, limits: Limits, done: int, watch: Watch
) -> Course:
    def report(share: float) -> None:
        watch(done + share, f"trajectory {done + 1}: {start.name}")

    report(0.0)
    try:
        return integrate(observer, start.x, method=method, step=float(step.size), limits=limits, watch=report)
    except HopverifyError as error:
        raise HopverifyError(f"{start.name}: {error}") from error


def _trajectory(observer: Observer, start: Start, course: Course, listed: Listed) -> Trajectory:
    distance, nearest = _nearest(observer, course)
    at_rest = course.ending is Ending.REST
    return Trajectory(
        start=start.name,
        ending=course.ending.name.lower(),
        ending_said=course.ending.value,
        steps=course.steps,
        speed=course.speed,
        times=tuple(course.times.tolist()),
        states=tuple(tuple(row) for row in course.states.tolist()),
        energy=None if course.energy is None else tuple(course.energy.tolist()),
        dead=None if course.dead is None else tuple(course.dead.tolist()),
        distance=distance,
        rises=course.rises.count,
        rise=course.rises.largest,
        rise_step=course.rises.step,
        rise_time=course.rises.time,
        equilibrium=_equilibrium(observer.whole(course.states[-1]), listed) if at_rest else None,
        nearest=nearest,
    )


def _nearest(observer: Observer, course: Course) -> tuple[tuple[float, ...] | None, Nearest | None]:
    """Return the distances to the stored pattern that is nearest to the end, and which it is; None without patterns."""
    found = observer.nearest(course.states[-1])
    if found is None:
        return None, None
    memory, number, at_end = found
    distances = tuple(observer.distances(course.states, memory, number).tolist())
    labels = observer.model.memories[memory].labels
    name = f"{memory}[{number}]" + (f" ({labels[number]})" if labels else "")
    return distances, Nearest(name, distances[0], at_end)


def _equilibrium(x: NDArray[np.float64], listed: Listed) -> Equilibrium | None:
    """Return the listed equilibrium nearest to a state of all neurons."""
    if not listed.equilibria:
        return None
    distances = [float(np.max(np.abs(x - np.array(state)))) for state, _ in listed.equilibria]
    place = int(np.argmin(distances))
    reached = distances[place] <= REACHED * (1 + float(np.max(np.abs(x))))
    return Equilibrium(place + 1, len(distances), listed.equilibria[place][1], distances[place], reached)
