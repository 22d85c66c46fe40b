"""The gradient of the energy is -HTẋ, H being the Hessian of the Lagrangian (T1); -PTẋ for an altered system (T11)."""

from __future__ import annotations

import numpy as np

from hopverify.testing.laws import Floats, Law, Violation, differ
from hopverify.testing.laws._slopes import beside, slope
from hopverify.testing.subject import Subject

DIRECTIONS = 3
"""Two different gradients have different slopes along almost every direction: a few say as much as all coordinates."""
SHOWN = 12


def _violation(subject: Subject, x: Floats) -> Violation | None:
    x = beside(x)
    wanted, noise = subject.derived.pulled(x, subject.velocity(x)), subject.energy_tolerance(x)
    # What rounding in ẋ may do to -HTẋ.
    stiff = np.abs(subject.derived.pulled(x, subject.velocity_tolerance(x))) + subject.tolerance
    for direction in np.random.default_rng(0).normal(size=(DIRECTIONS, len(x))):
        rate, error = slope(subject.energy, x, direction, noise)
        if differ(rate, wanted @ direction, 2 * error + stiff @ np.abs(direction)):
            gradient = [slope(subject.energy, x, unit, noise)[0] for unit in np.eye(len(x))[:SHOWN]]
            names = ("∇E", "-PTẋ" if subject.derived.is_altered else "-HTẋ")
            return Violation("gradient", x, names, np.array(gradient), wanted[:SHOWN])
    return None


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
