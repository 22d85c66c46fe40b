"""Approximate equilibria of networks with linear drives, x = A g(x) + β, in floating point.

Where one equilibrium attracts everything (T16), the same holds for sA in place of A, 0 ≤ s ≤ 1: the one solution of
x = sA g(x) + β is followed from β to s = 1, by Newton's method in steps that are as long as it converges. Elsewhere
the flow is followed from a start, and its end polished by Newton's method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor

Floats = NDArray[np.float64]
NEWTON_STEPS, EULER_STEPS, MAX_STEPS = 24, 400, 400
CLOSE, SHORTEST = 2.0**-40, 2.0**-40


def followed(contractor: Contractor) -> Floats | None:
    """Return about the one solution, where there is one for every 0 ≤ s ≤ 1; None where Newton's method fails."""
    x, s, step = contractor.beta.copy(), 0.0, 1.0
    for _ in range(MAX_STEPS):
        further = min(1.0, s + step)
        found = polished(contractor, x, further)
        if found is None:
            step /= 4
            if step < SHORTEST:
                return None
        else:
            x, s, step = found, further, 2 * step
        if s == 1.0:
            return x
    return None


def settled(contractor: Contractor, x: Floats) -> Floats | None:
    """Return about the equilibrium in which the flow from a state ends, or None."""
    with np.errstate(all="ignore"):
        for _ in range(EULER_STEPS):
            change, _ = _change(contractor, x, 1.0)
            x = x + change / 2
            if np.max(np.abs(change)) < CLOSE:
                break
    return polished(contractor, x) if np.isfinite(x).all() else None


def polished(contractor: Contractor, x: Floats, s: float = 1.0) -> Floats | None:
    """Return the limit of Newton's method for x = sA g(x) + β, or None."""
    with np.errstate(all="ignore"):
        for _ in range(NEWTON_STEPS):
            change, size = _change(contractor, x, s)
            if not np.isfinite(change).all():
                return None
            if (np.abs(change) <= CLOSE * size).all():
                return x
            here = Boxes(x[None], x[None], np.zeros((1, len(x)), dtype=np.int64), contractor.last[None])
            low, high = contractor.activations.slopes(here)
            slopes = low[0] / 2 + high[0] / 2
            A = s * contractor.A
            try:
                x = x + np.linalg.solve(np.eye(len(x)) - (A @ slopes if slopes.ndim == 2 else A * slopes), change)
            except np.linalg.LinAlgError:
                return None
    return None


def _change(contractor: Contractor, x: Floats, s: float) -> tuple[Floats, Floats]:
    """Return sA g(x) + β - x, and the size of its terms."""
    none = np.zeros((1, len(x)), dtype=np.int64)
    low, high = contractor.activations.values(Boxes(x[None], x[None], none, contractor.last[None]), x[None])
    g = low[0] / 2 + high[0] / 2
    change: Floats = s * (contractor.A @ g) + contractor.beta - x
    return change, 1 + np.abs(x) + np.abs(contractor.A) @ np.abs(g)
