"""Boxes rounded outward to a coarse grid: what a certificate claims of equilibria that are enclosed in doubles."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[Floats, Floats]

# Another processor's enclosure is as wide as the one here, and meets it.
WIDTHS, APART, LEAST = 4.0, 2.0**-50, 2.0**-28


def outward(lower: Floats, upper: Floats, share: float) -> Box:
    """Return ends that lie a ``share`` of each coordinate and a few widths farther out, on a grid as coarse as that."""
    size = np.maximum(np.abs(lower), np.abs(upper))
    far = share * size + APART * float(size.max(initial=0.0)) + WIDTHS * (upper - lower) + LEAST * share
    unit = 2.0 ** np.floor(np.log2(far))
    return np.floor((lower - far) / unit) * unit, np.ceil((upper + far) / unit) * unit


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Return the hulls of boxes that meet, in the order of the first of each."""
    kept: list[Box] = []
    for lower, upper in boxes:
        for k, (low, high) in enumerate(kept):
            if ((lower <= high) & (low <= upper)).all():
                kept[k] = np.minimum(low, lower), np.maximum(high, upper)
                break
        else:
            kept.append((lower, upper))
    return kept
