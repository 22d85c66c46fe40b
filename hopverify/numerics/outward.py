"""Boxes rounded outward to a coarse grid: what a certificate claims of equilibria that are enclosed in doubles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[Floats, Floats]

# The enclosures that are handed over were made with room, so that those of other processors lie in them, or nearly so.
WIDTHS = 0.25


def outward(lower: Floats, upper: Floats, share: float) -> Box:
    """Return ends that lie about a ``share`` of each coordinate farther out, on a grid as coarse as that.

    Coordinates that are small beside the others, or 0, are moved by a share of a share.
    """
    size = np.maximum(np.abs(lower), np.abs(upper))
    far = share * (size + 2.0**-14 * float(size.max(initial=0.0)) + 2.0**-28) + WIDTHS * (upper - lower)
    unit = 2.0 ** np.floor(np.log2(far))
    return np.floor((lower - far) / unit) * unit, np.ceil((upper + far) / unit) * unit
