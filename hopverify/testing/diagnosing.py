"""Which mistake explains what is seen: each suspect's prediction is compared with it, state by state.

What is seen are *series*: the energy, the velocity, the update, the activation at the states of the sample. A suspect
that predicts all of them, the undisturbed ones too, is the mistake. If there is none, each disturbed series is
explained by itself, and an energy also by two suspects together, for mistakes in energies add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hopverify.testing.mistakes import MISTAKES, Suspect
from hopverify.testing.subject import Subject

Floats = NDArray[np.float64]
BLUR = 1e6
Predictor = Callable[[Suspect], Callable[[Floats], Floats] | None]
"""Returns what a suspect predicts at a state, or None where it says nothing, so that it is the spec's own."""


@dataclass(frozen=True, eq=False)
class Series:
    """What is seen of one part at each state of the sample, with the spec's own and the tolerances there."""

    name: str
    states: Sequence[Floats]
    seen: Sequence[Floats]
    own: Sequence[Floats]
    tolerances: Sequence[Floats]
    predictor: Predictor

    @cached_property
    def is_disturbed(self) -> bool:
        """Whether what is seen is not the spec's own."""
        return not all(self._agrees(k, own) for k, own in enumerate(self.own))

    @cached_property
    def is_blurred(self) -> bool:
        """Whether it is the spec's own but for many roundings, as where a formula loses digits: that is no mistake."""
        near = (self._agrees(k, own, BLUR) and np.isfinite(self.seen[k]).all() for k, own in enumerate(self.own))
        return self.is_disturbed and all(near)

    def is_explained(self, suspect: Suspect) -> bool:
        """Return whether a suspect predicts what is seen; one that says nothing predicts the spec's own."""
        predict = self.predictor(suspect)
        if predict is None:
            return not self.is_disturbed
        # The last states are random, and tell suspects apart sooner than zero and the ends do.
        places = reversed(range(len(self.states)))
        return all(self._agrees(k, predict(self.states[k]), suspect.looseness) for k in places)

    def concerns(self, suspect: Suspect) -> bool:
        """Return whether a suspect says something of this part."""
        return self.predictor(suspect) is not None

    def change(self, suspect: Suspect) -> list[Floats]:
        """Return by what a suspect's prediction differs from the spec's own."""
        predict = self.predictor(suspect)
        assert predict is not None
        return [predict(x) - own for x, own in zip(self.states, self.own, strict=True)]

    def add_up(self, *changes: Sequence[Floats]) -> bool:
        """Return whether several changes together are what is seen."""
        rows = enumerate(zip(self.own, *changes, strict=True))
        return all(self._agrees(k, np.sum(row, axis=0)) for k, row in rows)

    def _agrees(self, k: int, predicted: Floats, looseness: float = 1.0) -> bool:
        seen, tolerance = self.seen[k], self.tolerances[k]
        if looseness > 1:
            # What was fitted is off by the same amount everywhere, also where little is to be seen.
            tolerance = np.full_like(tolerance, looseness * np.max(tolerance))
        known = np.isfinite(seen) & np.isfinite(self.own[k]) & np.isfinite(tolerance)
        with np.errstate(all="ignore"):
            return bool(np.all(np.abs(seen - predicted)[known] <= tolerance[known]))


@dataclass(frozen=True)
class Finding:
    """The suspects that explain the disturbed series named here; several together if it takes more than one.

    Without suspects: the series differ by many roundings, and by no more.
    """

    series: tuple[str, ...]
    suspects: tuple[Suspect, ...]


def diagnose(subject: Subject, states: list[Floats]) -> list[Finding]:
    """Return what explains the disturbed series; those that nothing explains are left out."""
    seen = list(_seen(subject, states))
    blurred = [Finding((series.name,), ()) for series in seen if series.is_blurred]
    seen = [series for series in seen if not series.is_blurred]
    disturbed = [series for series in seen if series.is_disturbed]
    if not disturbed:
        return blurred
    suspects: list[Suspect] = []
    for suspect in _suspects(subject, states):
        if all(series.is_explained(suspect) for series in seen):
            return [Finding(tuple(series.name for series in disturbed), (suspect,)), *blurred]
        suspects.append(suspect)
    alone = ((series, _alone(series, [s for s in suspects if series.concerns(s)])) for series in disturbed)
    return [*(Finding((series.name,), found) for series, found in alone if found), *blurred]


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    """Yield suspects, the simple ones first: some of the later ones take a search."""
    for mistake in sorted(MISTAKES, key=lambda each: each.order):
        yield from mistake.suspects(subject, states)


def _alone(series: Series, suspects: list[Suspect]) -> tuple[Suspect, ...]:
    """Return what explains one series by itself: one suspect, or two whose changes of the energy add up."""
    for suspect in suspects:
        if series.is_explained(suspect):
            return (suspect,)
    if series.name != "energy":
        return ()
    simple = [(suspect, series.change(suspect)) for suspect in suspects if suspect.adds]
    for (one, its), (other, others) in combinations(simple, 2):
        if series.add_up(its, others):
            return (one, other)
    return ()


def _seen(subject: Subject, states: list[Floats]) -> Iterator[Series]:
    """Yield a series for each part that is given."""
    yours, derived = subject.implementation, subject.derived
    if yours.has("energy"):
        yield Series(
            "energy",
            states,
            [np.array([subject.rise(x)]) for x in states],
            [np.array([subject.derived_rise(x)]) for x in states],
            [np.array([subject.energy_tolerance(x)]) for x in states],
            lambda suspect: _energy(subject, suspect),
        )
    if yours.has("velocity"):
        seen, own = [yours.velocity(x) for x in states], [derived.velocity(x) for x in states]
        tolerances = [subject.velocity_tolerance(x) for x in states]
        yield Series("velocity", states, seen, own, tolerances, lambda suspect: suspect.velocity)
    if yours.has("update"):
        seen, own = [yours.update(x) for x in states], [subject.derived_update(x) for x in states]
        tolerances = [subject.update_tolerance(x) for x in states]
        yield Series("update", states, seen, own, tolerances, lambda suspect: _update(subject, suspect))
    for layer in yours.activations:
        yield _activation(subject, layer, [np.array(derived.states(x)[layer], dtype=np.float64) for x in states])


def _activation(subject: Subject, layer: str, states: list[Floats]) -> Series:
    yours, derived = subject.implementation, subject.derived
    return Series(
        f"activation of {layer}",
        states,
        [yours.activation(layer, z) for z in states],
        [derived.activation(layer, z) for z in states],
        [subject.tolerance * derived.activation_size(layer, z) for z in states],
        lambda suspect: suspect.activation.get(layer),
    )


def _energy(subject: Subject, suspect: Suspect) -> Callable[[Floats], Floats] | None:
    energy = suspect.energy
    if energy is None:
        return None
    origin = energy(subject.origin)
    return lambda x: np.array([energy(x) - origin])


def _update(subject: Subject, suspect: Suspect) -> Callable[[Floats], Floats] | None:
    velocity = suspect.velocity
    return None if velocity is None else lambda x: x + subject.steps * velocity(x)
