"""Local minimisation of a function of a vector, for candidates of witnesses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.limits import Ask, unlimited

Floats = NDArray[np.float64]
NEARLY = 2.0**-20


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


def climbed(function: Callable[[Floats], float], start: Floats, *, evaluations: int) -> Floats:
    """Return a point at which ``function``, of coordinates of one scale, is locally large, by L-BFGS (SciPy).

    The search ends at the first iterate at which it is positive by a margin.
    """
    from scipy.optimize import minimize

    scale = float(np.std(start)) or 1.0

    def below(z: Floats) -> float:
        value = function(start + scale * z)
        return -value if np.isfinite(value) else 1e300

    def is_high(z: Floats) -> None:
        if below(z) < -NEARLY:
            raise StopIteration

    options = {"maxfun": evaluations}
    found = minimize(below, np.zeros_like(start), method="L-BFGS-B", options=options, callback=is_high)
    best: Floats = np.asarray(start + scale * found.x, dtype=np.float64)
    return best


def vanishing(function: Callable[[Floats], Floats], start: Floats, *, evaluations: int = 60) -> Floats | None:
    """Return a point at which ``function`` is about 0, by least squares (SciPy); None where it ends elsewhere."""
    from scipy.optimize import least_squares

    with np.errstate(all="ignore"):
        if not np.isfinite(function(start)).all():
            return None
        try:
            found = least_squares(function, start, max_nfev=evaluations)
        except ValueError:
            return None
    x: Floats = np.asarray(found.x, dtype=np.float64)
    return x if np.max(np.abs(found.fun), initial=0.0) < NEARLY else None
