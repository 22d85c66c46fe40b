"""No update raises the energy."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation
from hopverify.testing.subject import Subject


def _violation(subject: Subject, x: Floats) -> Violation | None:
    updated = subject.implementation.update(x)
    if not np.isfinite(updated).all():
        return None
    before, after = subject.energy(x), subject.energy(updated)
    tolerance = subject.energy_tolerance(x) + subject.energy_tolerance(updated)
    if not after - before > tolerance:
        return None
    return Violation("step", x, ("E after one update", "E before"), after, before)


LAW = Law(
    name="step",
    order=6,
    said="an update raises the energy",
    concerns=lambda s: s.implementation.has("update") and s.update_descends and s.derived.without_energy is None,
    violation=_violation,
)
