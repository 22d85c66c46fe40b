"""The energy as a whole has a factor: it still falls, but its gradient is not -HTẋ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.testing.mistakes import FITTED, Floats, Mistake, Suspect
from hopverify.testing.subject import Subject


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    if not subject.implementation.has("energy"):
        return
    ours = np.array([subject.derived_rise(x) for x in states])
    theirs = np.array([subject.rise(x) for x in states])
    finite = np.isfinite(ours) & np.isfinite(theirs)
    power = float(ours[finite] @ ours[finite])
    factor = float(ours[finite] @ theirs[finite]) / power if power else 0.0
    if factor > 0:
        said = f"the energy as a whole is {factor:.6g} times that of the spec"
        change = f"divide it by {factor:.6g}, so that its gradient is -HTẋ"
        yield Suspect(
            "scaled energy", said, change, energy=lambda x: factor * subject.derived.energy(x), looseness=FITTED
        )


MISTAKE = Mistake("scale", 8, _suspects)
