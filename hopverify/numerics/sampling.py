"""Random states for witness searches: several scales, both signs, some zeros; and short rationals near them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What searches draw is told for so many samples, which is what is drawn unless stated.
USUAL = 2000
SCALES = (0.3, 1.0, 2.0, 5.0, 0.05, 20.0)


def states(n: int, count: int, seed: int) -> Iterator[Floats]:
    """Yield ``count`` states of n numbers, rounded to short rationals; the same for the same seed."""
    generator = np.random.default_rng(seed)
    for position in range(count):
        x = generator.normal(size=n) * SCALES[position % len(SCALES)]
        if position % 3 == 2:
            x[generator.random(n) < 0.3] = 0.0
        yield short(x)


def drawn(samples: int, usual: int) -> int:
    """Return how many states a search draws, where it draws ``usual`` ones unless stated; in proportion, if more.

    >>> drawn(2000, 120), drawn(20, 120), drawn(20_000, 120)
    (120, 20, 1200)
    """
    return min(samples, usual) if samples <= USUAL else samples * usual // USUAL


def short(x: Floats, bits: int = 12) -> Floats:
    """Return x rounded to multiples of 2^-bits of its largest entry's power of two: short to write, exact to read."""
    largest = float(np.max(np.abs(x), initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return np.zeros_like(x)
    unit = 2.0 ** (int(np.floor(np.log2(largest))) - bits)
    rounded: Floats = np.round(x / unit) * unit
    return rounded
