"""The energy is the one that the spec derives, up to a constant."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.subject import Subject


def _violation(subject: Subject, x: Floats) -> Violation | None:
    yours, wanted = subject.rise(x), subject.derived_rise(x)
    if not differ(yours, wanted, subject.energy_tolerance(x)):
        return None
    at_zero = not subject.origin.any()
    note = "" if at_zero else f"the origin is {np.array2string(subject.origin, precision=6)}"
    names = (f"your E(x) - E({'0' if at_zero else 'origin'})", "derived from the spec")
    return Violation("energy", x, names, yours, wanted, note)


LAW = Law(
    name="energy",
    order=1,
    said="your energy is not the one that the spec derives",
    concerns=lambda subject: subject.implementation.has("energy"),
    violation=_violation,
    compares=True,
)
