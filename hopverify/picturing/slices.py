"""Slices: planes of states. Two neurons where the model has two, a plane through three states, or two neurons of many.

A point of the slice is origin + s·across + t·up. Directions of a plane through states are orthonormal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Window = tuple[float, float, float, float]

# States on a plane lie within this share of its size of it. Triples are formed of so many states.
ON_PLANE, CANDIDATES = 1e-6, 14
MARGIN, LEAST = 0.35, 0.6


@dataclass(frozen=True, eq=False)
class Slice:
    """``kind``: the whole space of two neurons, two ``neurons`` of many with the others held, or a plane of states."""

    origin: Floats
    across: Floats
    up: Floats
    kind: Literal["whole", "neurons", "plane"]
    horizontal: str
    vertical: str
    held: str = ""
    neurons: tuple[int, int] | None = None

    def points(self, s: Floats, t: Floats) -> Floats:
        """Return the states at coordinates, as columns."""
        return self.origin[:, None] + np.outer(self.across, s) + np.outer(self.up, t)

    def place(self, x: Floats) -> tuple[float, float] | None:
        """Return the coordinates of a state, or None if it is not on the slice."""
        moved = x - self.origin
        s, t = (float(moved @ d / (d @ d)) for d in (self.across, self.up))
        off = np.linalg.norm(moved - s * self.across - t * self.up)
        size = float(np.linalg.norm(moved))
        near = tuple(0.0 if abs(c) <= 1e-12 * size else c for c in (s, t))
        return (near[0], near[1]) if off <= ON_PLANE * (1 + np.linalg.norm(x)) else None


def of_neurons(x: Floats, i: int, j: int, names: Sequence[str], held: str = "") -> Slice:
    """Return the slice along two neurons through a state; its coordinates are the states of the two."""
    size = len(x)
    origin, across, up = x.copy(), np.zeros(size), np.zeros(size)
    origin[[i, j]], across[i], up[j] = 0.0, 1.0, 1.0
    labels = [f"state of {names[k]}" for k in (i, j)]
    if size == 2:
        return Slice(origin, across, up, "whole", labels[0], labels[1], neurons=(i, j))
    return Slice(origin, across, up, "neurons", labels[0], labels[1], held, (i, j))


def through(states: Sequence[Floats], names: Sequence[str]) -> Slice | None:
    """Return the plane through three states, or None if they lie on a line."""
    a, b, c = states
    across, away = b - a, c - a
    width = float(np.linalg.norm(across))
    if width == 0:
        return None
    across = across / width
    up = away - (away @ across) * across
    height = float(np.linalg.norm(up))
    if height <= ON_PLANE * (width + float(np.linalg.norm(away))):
        return None
    first, second, third = names
    labels = f"distance from {first} towards {second}", f"distance towards {third}"
    return Slice(a, across, up / height, "plane", *labels)


def best_triple(states: Sequence[Floats], preferred: Sequence[bool]) -> tuple[int, int, int] | None:
    """Return three states whose plane holds as many of the others as possible, at right angles if there are several.

    ``preferred`` states (stable ones) come before others.
    """
    ranked = sorted(range(min(len(states), CANDIDATES)), key=lambda k: not preferred[k])
    best, found = (0, 0, 0.0), None
    for a, b, c in combinations(ranked, 3):
        for triple in ((a, b, c), (b, a, c), (c, a, b)):
            plane = through([states[k] for k in triple], ("", "", ""))
            if plane is None:
                continue
            score = _score(plane, states, [preferred[k] for k in triple], states[triple[2]])
            if score > best:
                best, found = score, triple
    return found


def _score(plane: Slice, states: Sequence[Floats], preferred: Sequence[bool], third: Floats) -> tuple[int, int, float]:
    held = sum(plane.place(x) is not None for x in states)
    away = third - plane.origin
    slant = abs(float(away @ plane.across)) / float(np.linalg.norm(away))
    return held, sum(preferred), 1 - round(slant, 6)


def window(places: Sequence[tuple[float, float]], *, square: bool) -> Window:
    """Return the part of a slice that shows some places, with a margin; at least one unit or so for a single one."""
    s, t = np.array(places if len(places) else [(0.0, 0.0)], dtype=np.float64).T
    centres = [float(v.max() + v.min()) / 2 for v in (s, t)]
    spans = [float(v.max() - v.min()) for v in (s, t)]
    largest = max(spans)
    if largest == 0:
        largest = 2 * max(1.0, *(abs(c) for c in centres))
    least = largest if square else LEAST * largest
    halves = [max(span, least) * (0.5 + MARGIN) for span in spans]
    (a, b), (h, k) = centres, halves
    return (a - h, a + h, b - k, b + k)
