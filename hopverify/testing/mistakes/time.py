"""Time: time constants that are ignored or multiplied by, and steps of another length than is said."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.testing.mistakes import FITTED, Floats, Mistake, Suspect
from hopverify.testing.subject import Subject

NAME = "time constant ignored"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    derived, tau = subject.derived, subject.derived.tau
    said = "the time constants are ignored"
    yield Suspect(NAME, said, "divide by τ: ẋ = (drive + b - ρx)/τ", velocity=lambda x: derived.velocity(x) * tau)
    said = "the time constants multiply the velocity"
    change = "divide by τ: ẋ = (drive + b - ρx)/τ"
    yield Suspect(NAME, said, change, velocity=lambda x: derived.velocity(x) * tau**2)
    if not subject.implementation.has("update") and not subject.implementation.has("velocity"):
        return
    factor = _factor(subject, states)
    if factor is None:
        return

    def scaled(x: Floats) -> Floats:
        return factor * derived.velocity(x)

    if subject.implementation.has("update"):
        which = "a whole update" if subject.step is None else f"h = {subject.step:g}"
        what = "too long" if factor > 1 else "too short"
        said = f"the step of the update is {what}: {factor:.6g} times {which}"
        change = f"multiply the step by {1 / factor:.6g}, or state the one that you mean (step=…)"
        name = "step too long" if factor > 1 else "step too short"
    else:
        name, said = "scaled velocity", f"the velocity is {factor:.6g} times that of the spec"
        change = f"multiply it by {1 / factor:.6g}, or change tau in the spec"
    yield Suspect(name, said, change, velocity=scaled, looseness=FITTED)


def _factor(subject: Subject, states: list[Floats]) -> float | None:
    """Return the factor c > 0 by which c·ẋ comes nearest to what is seen."""
    ours = np.concatenate([subject.derived.velocity(x) for x in states])
    theirs = np.concatenate([subject.velocity(x) for x in states])
    finite = np.isfinite(ours) & np.isfinite(theirs)
    power = float(ours[finite] @ ours[finite])
    factor = float(ours[finite] @ theirs[finite]) / power if power else 0.0
    return factor if factor > 0 else None


MISTAKE = Mistake("time", 5, _suspects)
