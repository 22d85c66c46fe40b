"""Derivatives by finite differences, with how far they may be off: by roundings, and by what the formula neglects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WIDTH = 2.0**-16


def slope(energy: Callable[[Floats], float], x: Floats, direction: Floats, noise: float) -> tuple[float, float]:
    """Return dE/dt along x + t·direction, and a bound of its error; ``noise`` is how far single energies may be off.

    Slopes to both sides are compared, and at two widths: what they differ by is an estimate of what a central
    difference neglects. Beside a kink it is large, and so nothing is concluded there.
    """
    scale = max(1.0, float(np.max(np.abs(x)))) / max(float(np.max(np.abs(direction))), 1e-300)
    wide, narrow = 2 * WIDTH * scale, WIDTH * scale
    ahead, behind = (_one_sided(energy, x, direction, way * narrow) for way in (1, -1))
    far = (_one_sided(energy, x, direction, wide) + _one_sided(energy, x, direction, -wide)) / 2
    central = (ahead + behind) / 2
    return central, abs(far - central) + abs(ahead - behind) + 2 * noise / narrow


def beside(x: Floats) -> Floats:
    """Return a state close to x, off the multiples of 1/64, where the kinks of activations mostly lie."""
    generator = np.random.default_rng(0)
    signs = generator.choice([-1.0, 1.0], size=x.shape)
    return x + signs * generator.uniform(1 / 60, 1 / 35, size=x.shape)


def _one_sided(energy: Callable[[Floats], float], x: Floats, direction: Floats, width: float) -> float:
    return (energy(x + width * direction) - energy(x)) / width
