"""Equilibria as they are found: polished by Newton's method, and enclosed in boxes that a proof may claim.

A box has ends on a coarse grid, some 2⁻³⁶ of each coordinate from the equilibrium; Krawczyk's test holds in it with
room, as far as doubles can tell. Where that reaches over an end of the region, more digits are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.outward import outward

Floats = NDArray[np.float64]
NEWTON_STEPS, CLOSE, STALLED, NEARBY = 30, 1e-14, 1e-8, 2.0**-14
SHARES = (2.0**-36, 2.0**-30, 2.0**-44)
"""Close to a fold, where the derivative is small, doubles know less of an equilibrium: its box has to be wider."""


Interval = tuple[Fraction, Fraction]
Place = list[Any]
"""A state in rational texts, or the ends of a box, as a claim lists it."""

Sharper = Callable[[Floats], Iterator[Place]]
"""Yields places of the equilibrium near a state that the kernel accepts, narrower and narrower ones."""


class Field(Protocol):
    """A map F with its derivative, and bounds of its slopes."""

    def residual(self, x: Floats) -> Floats:
        """Return F(x)."""

    def jacobian(self, x: Floats) -> Floats:
        """Return F'(x)."""

    def deviations(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return R and a bound of |I - RJ| for all slopes J of F on boxes."""


class Enclosures:
    """The equilibria that a search has found; those outside the region are known, and not listed."""

    def __init__(self, field: Field, region: Sequence[Interval] | None, sharper: Sharper = lambda x: iter(())) -> None:
        self.field, self.region, self.sharper = field, region, sharper
        self.boxes: list[tuple[Floats, Floats]] = []
        self.places: list[Place] = []
        self.inside: list[bool] = []

    def near(self, lower: Floats, upper: Floats) -> int | None:
        """Return the number of the equilibrium to which Newton's method leads from the middle of a box.

        Where it leads nowhere near, that of the nearest one that is known: F may be injective on the hull of both.
        """
        width = upper - lower
        for number, (low, high) in enumerate(self.boxes):
            if (lower <= high).all() and (low <= upper).all():
                return number
        middle = (lower + upper) / 2
        x = self._polished(middle, width)
        if x is None:
            distances = [float(np.max(np.abs(low - middle))) for low, _ in self.boxes]
            return int(np.argmin(distances)) if distances else None
        for number, (low, high) in enumerate(self.boxes):
            if (low <= x).all() and (x <= high).all():
                return number
        return self.add(x)

    def add(self, x: Floats) -> int | None:
        """Enclose an equilibrium and return its number; None where that fails, or it may lie on either side of an end
        of the region."""
        for share in SHARES:
            lower, upper = outward(x, x, share)
            apart = all((upper < low).any() or (high < lower).any() for low, high in self.boxes)
            if not (apart and self._is_one(lower, upper)):
                continue
            place = [[str(Fraction(a)), str(Fraction(b))] for a, b in zip(lower.tolist(), upper.tolist(), strict=True)]
            inside = is_inside(self.region, place)
            if inside is not None:
                return self._kept((lower, upper), place, inside)
            if share == SHARES[-1]:
                decided = ((each, is_inside(self.region, each)) for each in self.sharper(x))
                return next((self._kept((lower, upper), own, side) for own, side in decided if side is not None), None)
        return None

    def _kept(self, box: tuple[Floats, Floats], place: Place, inside: bool) -> int:
        self.boxes.append(box)
        self.places.append(place)
        self.inside.append(inside)
        return len(self.boxes) - 1

    def ends(self, number: int) -> tuple[Floats, Floats]:
        """Return a box around the place of an equilibrium."""
        return self.boxes[number]

    def order(self) -> list[int]:
        """Return the numbers of those in the region, sorted by their states."""
        listed = [number for number, inside in enumerate(self.inside) if inside]
        return sorted(listed, key=lambda number: np.round(self.boxes[number][0], 6).tolist())

    def states(self) -> list[Place]:
        """Return the places of those in the region, in that order, as a claim lists them."""
        return [self.places[number] for number in self.order()]

    def word(self, number: int) -> tuple[Any, ...]:
        """Return the leaf of a box that has no equilibrium but this one."""
        return ("one", number) if self.inside[number] else ("elsewhere", self.places[number])

    def _polished(self, x: Floats, width: Floats) -> Floats | None:
        """Return the limit of Newton's method, None where it leads far away."""
        start, last = x, np.inf
        with np.errstate(all="ignore"):
            for _ in range(NEWTON_STEPS):
                try:
                    step = np.linalg.solve(self.field.jacobian(x), self.field.residual(x))
                except np.linalg.LinAlgError:
                    return None
                x = x - step
                if not (np.abs(x - start) <= 2 * width + NEARBY * (1 + np.abs(start))).all():
                    return None
                size = float(np.max(np.abs(step) / (1 + np.abs(x))))
                # Steps that are small, and get no smaller, are roundings.
                if size <= CLOSE or last / 2 <= size <= STALLED:
                    return x
                last = size
        return None

    def _is_one(self, lower: Floats, upper: Floats) -> bool:
        """Return whether Krawczyk's test holds in a box, with room."""
        half = (upper - lower) / 2
        R, C = self.field.deviations(lower[None], upper[None])
        shift = np.abs(R[0] @ self.field.residual(lower + half))
        return bool((shift + C[0] @ half < 0.75 * half).all())


def is_inside(region: Sequence[Interval] | None, place: Place) -> bool | None:
    """Return whether a place lies in the closed region, or outside; None for neither."""
    if region is None:
        return True
    ends = [tuple(map(Fraction, each if isinstance(each, list) else (each, each))) for each in place]
    if all(low <= a and b <= high for (a, b), (low, high) in zip(ends, region, strict=True)):
        return True
    return False if any(b < low or high < a for (a, b), (low, high) in zip(ends, region, strict=True)) else None
