"""The velocity is ẋ = (drive + b - ρx)/τ."""

from __future__ import annotations

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.subject import Subject

NAMES = ("your velocity", "derived from the spec")


def _violation(subject: Subject, x: Floats) -> Violation | None:
    yours, wanted = subject.implementation.velocity(x), subject.derived.velocity(x)
    if not differ(yours, wanted, subject.velocity_tolerance(x)):
        return None
    return Violation("velocity", x, NAMES, yours, wanted)


LAW = Law(
    name="velocity",
    order=2,
    said="your velocity is not that of the spec",
    concerns=lambda subject: subject.implementation.has("velocity"),
    violation=_violation,
    compares=True,
)
