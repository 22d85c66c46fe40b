"""The energy does not rise along the flow: dE/dt ≤ 0."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation
from hopverify.testing.laws._slopes import beside, slope
from hopverify.testing.subject import Subject


def _violation(subject: Subject, x: Floats) -> Violation | None:
    x = beside(x)
    velocity = subject.velocity(x)
    if not np.isfinite(velocity).all() or not velocity.any():
        return None
    rate, error = slope(subject.energy, x, velocity, subject.energy_tolerance(x))
    if not rate > 2 * error + subject.tolerance:
        return None
    return Violation("descent", x, ("dE/dt along the flow", "at most"), rate, 0.0)


def _concerns(subject: Subject) -> bool:
    given = any(subject.implementation.has(part) for part in ("energy", "velocity", "update"))
    return given and subject.descends and subject.derived.without_energy is None


LAW = Law(
    name="descent",
    order=5,
    said="the energy rises along the flow",
    concerns=_concerns,
    violation=_violation,
)
