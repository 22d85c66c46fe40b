"""The update is x + hẋ, or where no step is given the whole one, x ← (drive + b)/ρ."""

from __future__ import annotations

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.subject import Subject

NAMES = ("your update", "derived from the spec")


def _violation(subject: Subject, x: Floats) -> Violation | None:
    yours, wanted = subject.implementation.update(x), subject.derived_update(x)
    if not differ(yours, wanted, subject.update_tolerance(x)):
        return None
    return Violation("update", x, NAMES, yours, wanted)


LAW = Law(
    name="update",
    order=3,
    said="your update is not that of the spec",
    concerns=lambda subject: subject.implementation.has("update"),
    violation=_violation,
    compares=True,
)
