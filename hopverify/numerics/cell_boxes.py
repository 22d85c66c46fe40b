"""Boxes of many cells at once, in floating point: hulls, scaling from a centre, and whether images lie inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.cells import Ends

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ROOM = 2.0**-8


def opened(ends: Ends, sides: tuple[Flags, Flags]) -> Ends:
    """Return the boxes with the ends that ``sides`` names made infinite."""
    return Ends(np.where(sides[0], -np.inf, ends.lower), np.where(sides[1], np.inf, ends.upper))


def is_inside(image: Ends, x: Floats, ends: Ends) -> Flags:
    """Return which images lie in the boxes, with room for rounding."""
    below, above = inside(image, x, ends)
    return np.asarray((below & above).all(axis=0))


def inside(image: Ends, x: Floats, ends: Ends) -> tuple[Flags, Flags]:
    """Return which lower and which upper ends of the images lie in the boxes, with room for rounding."""
    with np.errstate(invalid="ignore"):
        low, high = ends.lower + ROOM * (x - ends.lower), ends.upper - ROOM * (ends.upper - x)
    low, high = np.where(np.isinf(ends.lower), -np.inf, low), np.where(np.isinf(ends.upper), np.inf, high)
    return np.asarray(image.lower >= low), np.asarray(image.upper <= high)


def hull(one: Ends, other: Ends) -> Ends:
    """Return the least boxes that contain both."""
    return Ends(np.minimum(one.lower, other.lower), np.maximum(one.upper, other.upper))


def chosen_of(where: Flags, one: Ends, other: Ends) -> Ends:
    """Return the boxes of the one where that is chosen, else of the other."""
    return Ends(np.where(where, one.lower, other.lower), np.where(where, one.upper, other.upper))


def scaled(x: Floats, ends: Ends, factor: Floats) -> Ends:
    """Return the boxes scaled from the states x."""
    return Ends(x + factor * (ends.lower - x), x + factor * (ends.upper - x))
