"""Derivatives by central differences, with how far they may be off: by roundings, and by what the formula neglects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def slope(energy: Callable[[Floats], float], x: Floats, direction: Floats, noise: float) -> tuple[float, float]:
    """Return dE/dt along x + t·direction, and a bound of its error; ``noise`` is how far single energies may be off.

    What two widths differ by is an estimate of what the wider one neglects; beside a kink it is large, and so nothing
    is concluded there.
    """
    scale = max(1.0, float(np.max(np.abs(x)))) / max(float(np.max(np.abs(direction))), 1e-300)
    width = 1e-4 * scale
    wide, narrow = (_central(energy, x, direction, w) for w in (width, width / 2))
    return narrow, abs(wide - narrow) + 2 * noise / width


def _central(energy: Callable[[Floats], float], x: Floats, direction: Floats, width: float) -> float:
    return (energy(x + width * direction) - energy(x - width * direction)) / (2 * width)
