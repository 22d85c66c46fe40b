"""Approximate equilibria of networks with linear drives, x = A g(x) + β, in floating point.

Where one equilibrium attracts everything (T16), the same holds for sA in place of A, 0 ≤ s ≤ 1: the one solution of
x = sA g(x) + β is followed from β to s = 1, by Newton's method in steps that are as long as it converges. Elsewhere
the flow is followed from a start, and its end polished by Newton's method.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import LinearNetwork
from hopverify.spec.exact_array import ExactArray

Floats = NDArray[np.float64]
NEWTON_STEPS, EULER_STEPS, MAX_STEPS = 24, 400, 400
CLOSE, NEARLY, SHORTEST = 2.0**-40, 2.0**-6, 2.0**-40


class Settling:
    """The map x ↦ sA g(x) + β of one network, and where it leads."""

    def __init__(self, network: LinearNetwork) -> None:
        self.places, self.size = network.places(), network.size
        self.A = ExactArray.of(network.W / network.leak[:, None]).floats()
        self.beta = ExactArray.of(network.b / network.leak).floats()

    def followed(self) -> Floats | None:
        """Return about the one solution, where there is one for every 0 ≤ s ≤ 1; None where Newton's method fails."""
        x, s, step = self.beta.copy(), 0.0, 1.0
        for _ in range(MAX_STEPS):
            further = min(1.0, s + step)
            found = self.polished(x, further)
            if found is None:
                step /= 4
                if step < SHORTEST:
                    return None
            else:
                x, s, step = found, further, 2 * step
            if s == 1.0:
                return x
        return None

    def settled(self, x: Floats) -> Floats | None:
        """Return about the equilibrium in which the flow from a state ends, or None."""
        with np.errstate(all="ignore"):
            for _ in range(EULER_STEPS):
                change, size = self._change(x, 1.0)
                x = x + change / 2
                if not np.max(np.abs(change)) >= CLOSE:
                    break
            # What still moves on would lead Newton's method anywhere.
            return self.polished(x) if (np.abs(change) <= NEARLY * size).all() else None

    def polished(self, x: Floats, s: float = 1.0) -> Floats | None:
        """Return the limit of Newton's method for x = sA g(x) + β, or None."""
        with np.errstate(all="ignore"):
            for _ in range(NEWTON_STEPS):
                change, size = self._change(x, s)
                if not np.isfinite(change).all():
                    return None
                if (np.abs(change) <= CLOSE * size).all():
                    return x
                try:
                    x = x + np.linalg.solve(np.eye(self.size) - s * self._steepened(x), change)
                except np.linalg.LinAlgError:
                    return None
        return None

    def _change(self, x: Floats, s: float) -> tuple[Floats, Floats]:
        """Return sA g(x) + β - x, and the size of its terms."""
        parts = [layer.function.activate(x[neurons], FLOATS) for layer, neurons in self.places]
        g = np.concatenate(parts).astype(np.float64)
        change: Floats = s * (self.A @ g) + self.beta - x
        return change, 1 + np.abs(x) + np.abs(self.A) @ np.abs(g)

    def _steepened(self, x: Floats) -> Floats:
        """Return A·H at a state."""
        found = np.empty_like(self.A)
        for layer, neurons in self.places:
            own, n = layer.function, len(neurons)
            if own.slope is not None:
                found[:, neurons] = self.A[:, neurons] * evaluate(own.slope, {"x": x[neurons]}, FLOATS)
            else:
                columns = [own.hessian_times(x[neurons], unit, FLOATS) for unit in np.eye(n)]
                found[:, neurons] = self.A[:, neurons] @ np.array(columns, dtype=np.float64).T
        return found
