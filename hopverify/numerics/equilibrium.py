"""Equilibria in floating point: follow the flow, then Newton's method with Jacobians by dual numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import joined, split
from hopverify.numerics.limits import Ask, unlimited

Floats = NDArray[np.float64]
EULER_STEPS, NEWTON_STEPS = 400, 60


def jacobian(model: Model, x: Floats, ask: Ask = unlimited) -> Floats:
    """Return the derivative of T ẋ at a state of the layers with τ > 0."""
    columns = []
    for row in np.eye(len(x)):
        ask()
        flow = model.flow(split(model, along(x, row)), Duals(FLOATS))
        columns.append(joined({name: slopes_of(part) for name, part in flow.items()}))
    return np.array(columns, dtype=np.float64).T


def followed(model: Model, x: Floats, *, step: float = 0.5) -> Floats:
    """Return where some hundred steps along T ẋ lead (τ plays no part in where equilibria are)."""
    for _ in range(EULER_STEPS):
        x = np.asarray(x + step * joined(model.flow(split(model, x), FLOATS)), dtype=np.float64)
    return x


def newton(model: Model, x: Floats, ask: Ask = unlimited) -> tuple[Floats, Floats] | None:
    """Return a state with a small flow and the inverse Jacobian there, or None where Newton's method fails."""
    for _ in range(NEWTON_STEPS):
        flow = joined(model.flow(split(model, x), FLOATS))
        try:
            inverse = np.asarray(np.linalg.inv(jacobian(model, x, ask)), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        step: Any = inverse @ flow
        x = np.asarray(x - step * min(1.0, 2.0 / (1e-300 + float(np.max(np.abs(step))))), dtype=np.float64)
        if np.max(np.abs(step)) < 1e-13 * (1 + np.max(np.abs(x))):
            return x, inverse
    return None
