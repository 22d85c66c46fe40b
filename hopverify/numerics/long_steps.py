"""States from which one Euler step raises the energy: the shortest such step, or one of a given length.

Along the ray of a state, φ(h) = E(x + hẋ) - E(x) is ≤ 0 for certified h; where φ > 0 for some longer h, bisection finds
where that begins. States are drawn at several scales, some far out in saturation; others lie beside an equilibrium
along the direction in which the step overshoots most, the eigenvector of the most negative eigenvalue of the
linearisation. The best are improved by a local method. Nothing here proves anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.checker.payload import texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.floats import FLOATS
from hopverify.networks.network import Model, joined, split
from hopverify.numerics.equilibrium import jacobian
from hopverify.numerics.minimisation import climbed, minimise
from hopverify.numerics.sampling import drawn, short, states
from hopverify.numerics.scales import scaled_states
from hopverify.numerics.step_form import ends_of_region
from hopverify.obligations.steps import OfSteps

Floats = NDArray[np.float64]
FAILURES = (HopverifyError, ZeroDivisionError, OverflowError, FloatingPointError, NotImplementedError, ValueError)
FACTORS = (1.01, 1.2, 1.6, 3.0, 20.0)
"""Steps as multiples of the certified one."""

NOISE, BEST, DRAWN, LOCAL, DESCENT = 1e-11, 3, 120, 80, 60
CLOSE, SHARP = 1.002, 1.02
# Each halves the logarithm of the quotient of the ends: this many bring those of all doubles together.
BISECTIONS = 20
MAX_LINEARISED, MAX_LOCAL, MAX_CONFIRMED, MAX_TRIES = 60, 60, 400, 100
CLIMBED, CLIMBS, TINY = 6, 1500, 1e-9
LONGER = 1 + 2.0**-7
DIGITS = (12, 24, 40)


@dataclass(frozen=True)
class Effort:
    """How many ``samples`` a search may draw, from which ``seed``, and whether its time is up."""

    samples: int
    seed: int
    ended: Callable[[], bool]


@dataclass(frozen=True)
class Rising:
    """A state and a step that raises the energy from there, by ``rise``, a ball.

    ``held`` has guesses of instantaneous layers before and after the step, where some of these inhibit themselves.
    """

    state: dict[str, list[str]]
    step: Fraction
    rise: arb
    held: dict[str, Any]


class Ray:
    """φ along the ray of one state; positive values are rises worth the name."""

    def __init__(self, obligation: OfSteps, x: Floats) -> None:
        self.obligation, self.x = obligation, x
        try:
            with np.errstate(all="ignore"):
                state = split(obligation.model, x)
                self.velocity = np.asarray(joined(obligation.model.velocity(state, FLOATS)), dtype=np.float64)
                self.before = float(obligation.energy(state, FLOATS))
        except FAILURES:
            self.before = np.nan
        if not (is_inside(obligation, x) and (obligation.below is None or self.before <= float(obligation.below))):
            self.before = np.nan

    def __call__(self, h: float) -> float:
        """Return φ(h), less what rounding may feign; -∞ where it cannot be evaluated."""
        if not np.isfinite(self.before):
            return -np.inf
        if self.obligation.below is None and not is_inside(self.obligation, self.x + h * self.velocity):
            return -np.inf
        try:
            with np.errstate(all="ignore"):
                state = split(self.obligation.model, self.x + h * self.velocity)
                after = float(self.obligation.energy(state, FLOATS))
        except FAILURES:
            return -np.inf
        rise = after - self.before - NOISE * (abs(after) + abs(self.before))
        return rise if np.isfinite(rise) else -np.inf

    def begins(self, low: float, high: float) -> float | None:
        """Return where φ > 0 begins between a safe step and one that need not be; None if that one is safe."""
        if not self(high) > 0:
            return None
        for _ in range(BISECTIONS):
            if high <= low * CLOSE:
                break
            # Not √(low·high), which underflows for the shortest steps.
            middle = sqrt(low) * sqrt(high)
            low, high = (low, middle) if self(middle) > 0 else (middle, high)
        return high


def is_inside(obligation: OfSteps, x: Floats) -> bool:
    """Whether a state is in the region that is meant."""
    if obligation.region is None:
        return True
    low, high = ends_of_region(obligation.region)
    return bool(np.all(low <= x) and np.all(x <= high))


def shortest_rising(obligation: OfSteps, certified: float, effort: Effort) -> Rising | None:
    """Return a short step that certainly raises the energy, or None if none was found."""
    scored = sorted(_scored(obligation, certified, effort), key=lambda pair: pair[0])[:BEST]
    if not scored:
        return None
    best = scored[0]
    if obligation.model.size <= MAX_LOCAL:
        for _, start in scored:
            if best[0] > certified * SHARP and not effort.ended():
                best = min(best, _improved(obligation, start, (certified, best[0]), effort), key=lambda pair: pair[0])
    return confirmed(obligation, best[1], best[0])


def _improved(obligation: OfSteps, start: Floats, ends: tuple[float, float], effort: Effort) -> tuple[float, Floats]:
    """Return a state near another one from which a shorter step raises the energy, and that length."""
    certified, best = ends

    def objective(x: Floats) -> float:
        found = Ray(obligation, x).begins(certified, 1.2 * best)
        return found if found is not None else 2 * best

    x = minimise(objective, start, evaluations=min(LOCAL, effort.samples))
    return objective(x), x


def _scored(obligation: OfSteps, certified: float, effort: Effort) -> Iterator[tuple[float, Floats]]:
    """Yield states with the length from which on a step raises the energy, where that was seen."""
    highest = FACTORS[-1] * certified
    for x in starts(obligation, certified, effort):
        ray = Ray(obligation, x)
        for factor in FACTORS:
            if factor * certified > highest:
                break
            found = ray.begins(certified, factor * certified)
            if found is not None:
                highest = min(highest, found * 1.5)
                yield found, x
                break
        if highest <= 1.5 * SHARP * certified:
            return


def starts(obligation: OfSteps, step: float, effort: Effort) -> Iterator[Floats]:
    """Yield states to start from, in the region if one is meant."""
    if obligation.region is None:
        yield from _anywhere(obligation, step, effort)
        return
    low, high = ends_of_region(obligation.region)
    for x in _anywhere(obligation, step, effort):
        yield short(np.clip(x, low, high), 24)
    if np.isfinite(low).all() and np.isfinite(high).all():
        generator = np.random.default_rng(effort.seed)
        for _ in range(drawn(effort.samples, DRAWN)):
            yield short(low + (high - low) * generator.random(len(low)))


def _anywhere(obligation: OfSteps, step: float, effort: Effort) -> Iterator[Floats]:
    """Yield random states, and those beside the equilibria to which the first of them lead."""
    model = obligation.model
    count = drawn(effort.samples, min(DRAWN, max(10, 20_000 // model.size)))
    for number, x in enumerate(states(model.size, count, effort.seed)):
        if effort.ended():
            return
        if number < 2 and model.size <= MAX_LINEARISED:
            yield from _beside(obligation, x, step)
        yield x
        if number % 6 == 5:
            yield 16 * x
    yield from (short(x, 24) for x in scaled_states(model, count // 2, effort.seed) if not effort.ended())


def _beside(obligation: OfSteps, x: Floats, step: float) -> Iterator[Floats]:
    """Yield states beside the end of a descent, along the direction in which steps overshoot most."""
    model = obligation.model
    try:
        with np.errstate(all="ignore"):
            for _ in range(DESCENT):
                x = np.asarray(joined(obligation.after(split(model, x), step, FLOATS)), dtype=np.float64)
            taus = np.array([float(tau) for layer in model.dynamic for tau in layer.each(layer.tau)])
            values, vectors = np.linalg.eig(jacobian(model, x) / taus[:, None])
    except (*FAILURES, np.linalg.LinAlgError):
        return
    yield x
    direction = np.real(vectors[:, int(np.argmin(values.real))])
    for size in (1e-3, 0.1, 1.0):
        yield x + size * direction
        yield x - size * direction


def rising_at(obligation: OfSteps, length: Fraction, effort: Effort) -> Iterator[Rising]:
    """Yield candidates of a state from which a step of this length raises the energy."""
    h = float(length)
    scored = [(_promise(obligation, x, h), x) for x in starts(obligation, h, effort)]
    scored = sorted((pair for pair in scored if np.isfinite(pair[0][1])), key=lambda pair: pair[0])[-CLIMBED:]
    for (rises, _), x in reversed(scored):
        if effort.ended():
            return
        if obligation.model.size <= MAX_LOCAL and not rises:
            x = climbed(lambda y: Ray(obligation, y)(h), x, evaluations=min(CLIMBS, 4 * effort.samples))
        found = confirmed(obligation, x, h, exactly=length) if Ray(obligation, x)(h) > 0 else None
        if found is not None:
            yield found


def _promise(obligation: OfSteps, x: Floats, h: float) -> tuple[bool, float]:
    """Return whether a step raises the energy, and by how much.

    Of one that does not, the change is relative to the squared change of activations, or of states: near equilibria
    all changes are tiny.
    """
    ray = Ray(obligation, x)
    rise = ray(h)
    if rise > 0 or not np.isfinite(rise):
        return bool(rise > 0), rise
    ends = [x, x + h * ray.velocity]
    if obligation.system is None:
        with np.errstate(all="ignore"):
            ends = [_activations(obligation.model, each) for each in ends]
    return False, rise / (TINY + float(np.sum((ends[1] - ends[0]) ** 2)))


def _activations(model: Model, x: Floats) -> Floats:
    _, gamma = model.complete(split(model, x), FLOATS)
    return np.concatenate([np.asarray(gamma[layer.name], dtype=np.float64) for layer in model.dynamic])


def confirmed(obligation: OfSteps, x: Floats, h: float, *, exactly: Fraction | None = None) -> Rising | None:
    """Return a short rational state, and a step about as long, for which balls confirm the rise; None if none does."""
    if obligation.model.size > MAX_CONFIRMED:
        return None
    # In balls each try costs as much as W has entries.
    for bits in DIGITS if obligation.model.size <= MAX_TRIES else DIGITS[1:2]:
        near = short(x, bits)
        state = {name: texts_of(values.tolist()) for name, values in split(obligation.model, near).items()}
        for step in [exactly] if exactly is not None else _longer(h):
            try:
                found = _in_balls(obligation, state, step)
            except FAILURES:
                continue
            if found.rise > 0:
                return found
    return None


def _in_balls(obligation: OfSteps, stated: dict[str, list[str]], step: Fraction) -> Rising:
    """Return by how much a step raises the energy."""
    model = obligation.model
    with precision():
        before = {
            name: BALLS.array(np.array([Fraction(each) for each in values], dtype=object))
            for name, values in stated.items()
        }
        after = obligation.after(before, BALLS.number(step), BALLS)
        rise = obligation.energy(after, BALLS) - obligation.energy(before, BALLS)
        held = {"guesses": [_guesses(model, each) for each in (before, after)]} if model.inhibition else {}
        return Rising(stated, step, arb(rise), held)


def _guesses(model: Model, state: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the states of instantaneous layers, rounded to what balls hold."""
    x, _ = model.complete(state, BALLS)
    return {
        layer.name: [_middle(each) for each in x[layer.name]] for layer in model.layers.values() if layer.instantaneous
    }


def _middle(value: Any) -> str:
    mantissa, exponent = arb(value).mid().man_exp()
    return str(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))


def _longer(h: float) -> list[Fraction]:
    """Return steps of a few digits, a little longer."""
    return [Fraction(float(short(np.array([h * factor]), 10)[0])) for factor in (1 + 2.0**-9, LONGER, LONGER**4)]
