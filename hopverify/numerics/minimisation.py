"""Local minimisation of a function of a vector, for candidates of witnesses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.limits import Ask, unlimited

Floats = NDArray[np.float64]


def minimise(
    function: Callable[[Floats], float], start: Floats, *, evaluations: int = 400, ask: Ask = unlimited
) -> Floats:
    """Return a point at which ``function`` is locally small, by Nelder and Mead's or Powell's method (SciPy)."""
    from scipy.optimize import minimize

    def guarded(x: Floats) -> float:
        ask()
        value = function(x)
        return value if np.isfinite(value) else 1e300

    method = "Nelder-Mead" if start.size <= 6 else "Powell"
    found = minimize(guarded, start, method=method, options={"maxfev": evaluations})
    best: Floats = np.asarray(found.x, dtype=np.float64)
    return best
