"""Ghost regions (T6): flat regions on which ∇E = 0 although no equilibrium lies there.

One segment for each neuron: those on a flat segment (slope 0) may have any state in it, the others must satisfy their
equation strictly inside their segment. If the flat ones' own equations put them into their segments too, there is an
equilibrium; if not, the region is a ghost, and the neurons whose targets lie outside wake up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.model import LinearNetwork
from hopverify.model.segments import Segment, segments

MAX_PATTERNS = 2**14


@dataclass(frozen=True, eq=False)
class Ghost:
    """A ghost: the segment of each neuron, x⋆(γ) of the region's activation, and the neurons that wake up."""

    pattern: tuple[int, ...]
    target: Any
    waking: tuple[int, ...]


class Undecided(Exception):
    """A singular system: the region may hold a continuum of critical states."""


def parts_of(network: LinearNetwork) -> list[tuple[Segment, ...]] | None:
    """Return the segments of all neurons, or None if an activation is not piecewise linear."""
    parts = [segments(function) for function in network.functions]
    return None if any(part is None for part in parts) else [part for part in parts if part is not None]


def count_of_patterns(parts: Sequence[Sequence[Segment]]) -> int:
    """Return how many choices of one segment a neuron there are."""
    return prod(len(part) for part in parts)


def ghost_at(systems: SegmentSystems, parts: Sequence[Sequence[Segment]], pattern: Sequence[int]) -> Ghost | None:
    """Return the ghost in one choice of segments, None if there is none; raise :class:`Undecided` if singular."""
    chosen = [part[k] for part, k in zip(parts, pattern, strict=True)]
    x = systems.targets(chosen)
    if x is None:
        return None
    if isinstance(x, Face):
        raise Undecided
    steep = [i for i, part in enumerate(chosen) if part.slope != 0]
    if not all(chosen[i].is_inside(x[i]) for i in steep):
        return None
    waking = tuple(i for i, part in enumerate(chosen) if part.slope == 0 and not part.holds(x[i]))
    return Ghost(tuple(pattern), x, waking) if waking else None


def ghosts(network: LinearNetwork, parts: Sequence[Sequence[Segment]]) -> Iterator[Ghost]:
    """Yield every ghost, over all choices of segments."""
    systems = SegmentSystems(network)
    for pattern in product(*(range(len(part)) for part in parts)):
        found = ghost_at(systems, parts, pattern)
        if found is not None:
            yield found
