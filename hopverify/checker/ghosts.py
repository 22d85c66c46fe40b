"""Ghost regions (T6): flat regions on which ∇E = 0 although no equilibrium lies there.

One segment for each neuron: those on a flat segment (slope 0) may have any state in it, the others must satisfy their
equation strictly inside their segment. If the flat ones' own equations put them into their segments too, there is an
equilibrium; if not, the region is a ghost, and the neurons whose targets lie outside wake up. Instantaneous neurons
satisfy their equations at every moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment, segments

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
    asked = zip(parts, pattern, x, systems.instantaneous, strict=True)
    if not all(_is_critical(own, k, state, settled) for own, k, state, settled in asked):
        return None
    waking = tuple(i for i, part in enumerate(chosen) if part.slope == 0 and not part.holds(x[i]))
    return Ghost(tuple(pattern), x, waking) if waking else None


def _is_critical(own: Sequence[Segment], k: int, x: Fraction, settled: bool) -> bool:
    """Whether a neuron's own equation holds in its segment k: always on a flat one, else strictly inside.

    A kink between two steep segments counts for the right one. A kink beside a flat segment belongs to that: the
    activation there is the flat one's. A neuron that is settled (τ = 0) is at x, on a flat segment too.
    """
    if own[k].slope == 0:
        return not settled or own[k].holds(x)
    if own[k].is_inside(x):
        return True
    return k > 0 and x == own[k].lower and own[k - 1].slope != 0


def ghosts(network: LinearNetwork, parts: Sequence[Sequence[Segment]]) -> tuple[list[Ghost], int]:
    """Return every ghost, over all choices of segments, and how many choices were singular and stay undecided."""
    systems, found, singular = SegmentSystems(network), [], 0
    for pattern in product(*(range(len(part)) for part in parts)):
        try:
            ghost = ghost_at(systems, parts, pattern)
        except Undecided:
            singular += 1
            continue
        if ghost is not None:
            found.append(ghost)
    return found, singular
