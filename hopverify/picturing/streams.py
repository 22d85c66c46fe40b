"""Stream lines of a flow on a grid, evenly spaced: for looking.

Lines are followed from many seeds at once, with steps of one length in the picture, by Heun's method on directions: the
mean of those at both ends of a step. Where the flow is stiff, the two cancel but for what leads along the slow curve,
and where they cancel altogether is rest. A line is kept as far as no other runs through the same cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.picturing.slices import Window

Floats = NDArray[np.float64]
Line = tuple[tuple[float, float], ...]

# In units of the picture's side: the step, and the cells; steps each way, points left out, cells that a line needs.
STEP, CELLS, STEPS, EVERY, SHORTEST = 1 / 160, 26, 170, 3, 4
REST = 0.02


@dataclass(frozen=True)
class Stream:
    """A line from its beginning to its end, and the two points between which an arrow shows the way."""

    line: Line
    arrow: Line


def streams_of(flow: tuple[Floats, Floats], window: Window) -> tuple[Stream, ...]:
    """Return the stream lines of rates that have a row for each place upwards, and a column for each place across."""
    left, right, bottom, top = window
    size = np.array([right - left, top - bottom])
    rates = np.stack([flow[0] / size[0], flow[1] / size[1]])
    place = (np.arange(CELLS) + 0.5) / CELLS
    seeds = np.stack(np.meshgrid(place, place), axis=-1).reshape(-1, 2)
    forward, backward = _followed(rates, seeds, 1.0), _followed(rates, seeds, -1.0)
    taken = np.zeros((CELLS, CELLS), dtype=bool)
    found = []
    for k in _spread(len(seeds)):
        line = _free_part(forward[k], backward[k], taken)
        if line is not None:
            found.append(_stream(line * size + (left, bottom)))
    return tuple(found)


def _at(rates: Floats, x: Floats) -> Floats:
    """Return the directions at places, (S, 2), interpolated; 0 at rest."""
    side = rates.shape[1]
    place = np.clip(x, 0.0, 1.0) * (side - 1)
    low = np.minimum(place.astype(np.int64), side - 2)
    (a, b), (i, j) = (place - low).T, low.T
    value = (
        rates[:, j, i] * (1 - a) * (1 - b)
        + rates[:, j, i + 1] * a * (1 - b)
        + rates[:, j + 1, i] * (1 - a) * b
        + rates[:, j + 1, i + 1] * a * b
    ).T
    speed = np.linalg.norm(value, axis=1, keepdims=True)
    found: Floats = np.where(speed > 0, value / np.where(speed > 0, speed, 1.0), 0.0)
    return found


def _followed(rates: Floats, seeds: Floats, sign: float) -> list[Floats]:
    """Return the line from each seed, up to rest or to the edge."""
    x, moving = seeds.copy(), np.ones(len(seeds), dtype=bool)
    places, lengths = [seeds], np.ones(len(seeds), dtype=np.int64)
    for _ in range(STEPS):
        first = _at(rates, x)
        mean = first + _at(rates, x + sign * STEP * first)
        size = np.linalg.norm(mean, axis=1)
        moving &= size > REST
        step = np.where(moving[:, None], sign * STEP * mean / np.where(size > 0, size, 1.0)[:, None], 0.0)
        x = x + step
        moving &= ((x >= 0) & (x <= 1)).all(axis=1)
        if not moving.any():
            break
        places.append(x)
        lengths += moving
    lines = np.stack(places, axis=1)
    return [lines[k, :length] for k, length in enumerate(lengths.tolist())]


def _free_part(forward: Floats, backward: Floats, taken: NDArray[np.bool_]) -> Floats | None:
    """Return the line through a seed as far as its cells are free, which it takes; None if it is too short."""
    halves, own = [], set()
    for half in (backward, forward):
        cells = np.minimum((half * CELLS).astype(np.int64), CELLS - 1)
        blocked = np.flatnonzero(taken[cells[:, 1], cells[:, 0]])
        free = int(blocked[0]) if len(blocked) else len(half)
        halves.append(half[:free])
        own |= {(i, j) for i, j in cells[:free].tolist()}
    if len(own) < SHORTEST:
        return None
    for i, j in own:
        taken[j, i] = True
    return np.concatenate([halves[0][:0:-1], halves[1]])


def _stream(line: Floats) -> Stream:
    middle = len(line) // 2
    shown = line[::EVERY].tolist()
    if (len(line) - 1) % EVERY:
        shown.append(line[-1].tolist())
    arrow = line[[middle, min(middle + 1, len(line) - 1)]].tolist()
    return Stream(tuple((s, t) for s, t in shown), tuple((s, t) for s, t in arrow))


def _spread(count: int) -> list[int]:
    """Return the numbers below ``count`` in an order that spreads them: by their binary digits, read backwards."""
    digits = max(1, (count - 1).bit_length())
    return [k for k in (int(f"{n:0{digits}b}"[::-1], 2) for n in range(2**digits)) if k < count]
