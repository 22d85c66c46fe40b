"""The gradient of the energy is -HTẋ, H being the Hessian of the Lagrangian (T1); -PTẋ for an altered system (T11)."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.laws._slopes import slope
from hopverify.testing.subject import Subject

MOST_NEURONS = 24
"""In larger models so many directions are tried, not all coordinates."""


def _violation(subject: Subject, x: Floats) -> Violation | None:
    wanted = subject.derived.pulled(x, subject.velocity(x))
    noise, places = subject.energy_tolerance(x), _places(len(x))
    found = np.array([slope(subject.energy, x, unit, noise) for unit in np.eye(len(x))[places]])
    stiff = subject.tolerance * np.abs(subject.derived.pulled(x, subject.derived.velocity_size(x)))
    if not differ(found[:, 0], wanted[places], 2 * found[:, 1] + stiff[places] + subject.tolerance):
        return None
    return Violation("gradient", x, ("∇E", "-HTẋ"), found[:, 0], wanted[places])


def _places(size: int) -> Floats:
    return np.unique(np.linspace(0, size - 1, min(size, MOST_NEURONS)).astype(int))


def _concerns(subject: Subject) -> bool:
    # An energy of the author's own need not have this gradient.
    has = subject.implementation.has
    dynamics = has("velocity") or has("update")
    return has("energy") and dynamics and subject.descends and subject.derived.model.claimed is None


LAW = Law(
    name="gradient",
    order=4,
    said="the gradient of your energy is not -HTẋ",
    concerns=_concerns,
    violation=_violation,
)
