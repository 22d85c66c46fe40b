"""Claimed boxes: enclosures of equilibria are told by the evidence, and the checker's own have to lie in them.

The checker encloses an equilibrium in doubles, and their last digits are those of one processor: of the order in which
it sums. So the evidence claims a box for each equilibrium, all ends of which are doubles, and the checker finds that

1. each of its own enclosures lies in exactly one claimed box;
2. each claimed box lies in a box in which Krawczyk's test showed exactly one equilibrium, whose enclosure it holds;
3. no two claimed boxes meet;
4. they stand in the order in which the tree finds them, and none is much wider than the own enclosure, so that nobody
   can blur what a reader is told.

By 2 a claimed box holds exactly one equilibrium, by 1 every equilibrium that was found lies in one of them, and by 3
those of two boxes are two. Whatever is said of an equilibrium is computed from the claimed box in exact numbers or in
balls, and is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.payload import double
from hopverify.errors import EvidenceRejected

Floats = NDArray[np.float64]

# How far the ends of a claimed box may lie from those of the own enclosure: relative to the largest coordinate, and in
# widths of the enclosure.
ABOUT, WIDTHS, LEAST = 2.0**-24, 2.0**8, 2.0**-60


@dataclass(frozen=True, eq=False)
class Enclosure:
    """One equilibrium, enclosed by ``lower`` ≤ x ≤ ``upper``: the only one with ``below`` ≤ x ≤ ``above``."""

    lower: Floats
    upper: Floats
    below: Floats
    above: Floats

    def fits(self, lower: Floats, upper: Floats) -> bool:
        """Whether a claimed box holds this equilibrium and no other, and is not much wider than its enclosure."""
        farthest = ABOUT * float(np.maximum(np.abs(self.lower), np.abs(self.upper)).max())
        far = farthest + WIDTHS * (self.upper - self.lower) + LEAST
        alone = (self.below <= lower) & (upper <= self.above)
        return bool((alone & (self.lower - lower <= far) & (upper - self.upper <= far)).all())


def claimed(stated: Any, own: Sequence[Enclosure], size: int) -> list[tuple[Floats, Floats]]:
    """Return the lower and upper ends of the claimed boxes, one for each equilibrium."""
    if not isinstance(stated, list):
        raise EvidenceRejected("enclosures: expected a list of boxes")
    boxes = [_box(box, size) for box in stated]
    lower, upper = (np.array([box[end] for box in boxes]).reshape(len(boxes), size) for end in (0, 1))
    for k in range(len(boxes)):
        if ((lower[:k] <= upper[k]) & (lower[k] <= upper[:k])).all(axis=1).any():
            raise EvidenceRejected("enclosures: two of the boxes meet")
    places: list[int] = []
    fitting = set()
    for enclosure in own:
        holding = np.flatnonzero(((lower <= enclosure.lower) & (enclosure.upper <= upper)).all(axis=1))
        if len(holding) != 1:
            raise EvidenceRejected("enclosures: an equilibrium that the tree finds is not in one of the boxes")
        place = int(holding[0])
        places.append(place)
        if enclosure.fits(lower[place], upper[place]):
            fitting.add(place)
    if len(fitting) != len(boxes) or list(dict.fromkeys(places)) != list(range(len(boxes))):
        raise EvidenceRejected("enclosures: a box is too wide, out of order, or not of one equilibrium")
    return boxes


def _box(stated: Any, size: int) -> tuple[Floats, Floats]:
    if not isinstance(stated, list) or len(stated) != size:
        raise EvidenceRejected(f"enclosures: expected {size} intervals for each equilibrium")
    if not all(isinstance(ends, list) and len(ends) == 2 for ends in stated):
        raise EvidenceRejected("enclosures: expected a lower and an upper end for each neuron")
    lower, upper = (np.array([double(ends[side]) for ends in stated]) for side in (0, 1))
    if not (lower <= upper).all():
        raise EvidenceRejected("enclosures: an upper end is below the lower one")
    return lower, upper
