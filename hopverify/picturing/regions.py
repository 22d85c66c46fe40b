"""Regions of states, boxes with finite, infinite or equal ends, and what of them lies on a slice: convex polygons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.segments import segments
from hopverify.picturing.certified import data_of, dynamic_part, mapping, number, numbers
from hopverify.picturing.slices import Slice, Window

Floats = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]
TOLERANCE = 1e-9
GHOSTS, CELLS = 200, 40


@dataclass(frozen=True)
class Region:
    """The part of a box in a window: the corners of a polygon, of which a line has two and a point one."""

    name: str
    corners: Points

    @property
    def middle(self) -> tuple[float, float]:
        """The mean of the corners."""
        s, t = zip(*self.corners, strict=True)
        return sum(s) / len(s), sum(t) / len(t)


def part_in(window: Window, plane: Slice, lower: Floats, upper: Floats) -> Points | None:
    """Return the polygon of the states lower ≤ x ≤ upper in a window of a slice, or None if it is empty."""
    left, right, bottom, top = window
    corners = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    slopes = np.stack([plane.across, plane.up], axis=1)
    # a·(s, t) ≤ b, for upper and lower ends.
    a, b = np.concatenate([slopes, -slopes]), np.concatenate([upper - plane.origin, plane.origin - lower])
    size = np.abs(corners).max()
    room = TOLERANCE * (1 + np.abs(plane.origin).max() + np.abs(slopes).max() * size)
    with np.errstate(invalid="ignore"):
        # A polygon only shrinks, so that conditions that hold at its corners need no look again.
        broken = np.flatnonzero((a @ corners.T > b[:, None] + room).any(axis=1))
    for k in broken:
        corners = _cut(corners, a[k], b[k] + room)
        if not len(corners):
            return None
    return _distinct(corners, size)


def _cut(corners: Floats, a: Floats, b: float) -> Floats:
    """Return the polygon of the points with a·p ≤ b (Sutherland and Hodgman)."""
    heights = corners @ a - b
    kept = []
    for k, height in enumerate(heights):
        following = (k + 1) % len(corners)
        if height <= 0:
            kept.append(corners[k])
        if (height < 0 < heights[following]) or (heights[following] < 0 < height):
            share = height / (height - heights[following])
            kept.append(corners[k] + share * (corners[following] - corners[k]))
    return np.array(kept).reshape(-1, 2)


def _distinct(corners: Floats, size: float) -> Points:
    """Return the corners without those that lie together."""
    found: list[tuple[float, float]] = []
    for s, t in corners.tolist():
        if all(abs(s - p) + abs(t - q) > 100 * TOLERANCE * (1 + size) for p, q in found):
            found.append((s, t))
    return tuple(found)


def ghosts_in(window: Window, plane: Slice, model: Model, certificate: Certificate) -> tuple[Region, ...]:
    """Return the ghost regions of a certificate that the window shows."""
    told = any(data.get("ghosts") for data, _ in data_of(certificate, "ghost_regions"))
    network = linear_network(model) if told else None
    if network is None:
        return ()
    found = []
    for lower, upper, name in _ghosts(certificate, network):
        corners = part_in(window, plane, dynamic_part(lower, model), dynamic_part(upper, model))
        if corners:
            found.append(Region(name, corners))
    return tuple(found)


def _ghosts(certificate: Certificate, network: LinearNetwork) -> Iterator[tuple[Floats, Floats, str]]:
    """Yield the ends of each ghost: dead neurons anywhere on their flat segments, alive ones where they rest."""
    for data, _ in data_of(certificate, "ghost_regions"):
        rows = data.get("ghosts")
        for row in rows[:GHOSTS] if isinstance(rows, list) else ():
            ends = _ends(mapping(row), network)
            if ends is not None:
                yield *ends, f"wakes up: {row.get('wakes_up')}"


def _ends(row: Mapping[str, Any], network: LinearNetwork) -> tuple[Floats, Floats] | None:
    target, activation = (numbers(row.get(key), network.size) for key in ("target", "activation"))
    alive = row.get("alive")
    if target is None or activation is None or not isinstance(alive, list):
        return None
    lower, upper = target.copy(), target.copy()
    for i in set(range(network.size)) - {k for k in alive if isinstance(k, int)}:
        flat = [part for part in segments(network.functions[i]) or () if part.slope == 0]
        own = next((part for part in flat if float(part.intercept) == activation[i]), None)
        if own is None:
            return None
        lower[i] = -np.inf if own.lower is None else float(own.lower)
        upper[i] = np.inf if own.upper is None else float(own.upper)
    return lower, upper


def cells_in(window: Window, plane: Slice, model: Model, certificate: Certificate) -> tuple[Region, ...]:
    """Return the certified basin cells that the window shows."""
    size = sum(layer.size for layer in model.layers.values())
    found = []
    for data, evidence in data_of(certificate, "basin_cells"):
        told, boxes = data.get("cells"), _boxes(evidence)
        if not isinstance(told, list):
            continue
        for row, box in list(zip(told, boxes, strict=False))[:CELLS]:
            certified = mapping(row).get("verdict") == "pass"
            ends = _box(mapping(box), size) if certified else None
            corners = part_in(window, plane, *(dynamic_part(end, model) for end in ends)) if ends is not None else None
            if corners and len(corners) > 2:
                found.append(Region(str(row.get("name")), corners))
    return tuple(found)


def has_cells(certificate: Certificate) -> bool:
    """Whether a certificate has basin cells."""
    return any(
        any("cell" in mapping(row) or "unit" in mapping(row) for row in _boxes(evidence))
        for _, evidence in data_of(certificate, "basin_cells")
    )


def _boxes(evidence: Mapping[str, Any]) -> list[Any]:
    """Return what evidence holds of each cell, one of the kernel as rational ends, one in doubles in whole units."""
    claimed = mapping(evidence.get("claim"))
    rows = claimed.get("patterns") if claimed.get("claim") == "retrieved patterns" else evidence.get("cells")
    return rows if isinstance(rows, list) else []


def _box(box: Mapping[str, Any], size: int) -> tuple[Floats, Floats] | None:
    try:
        if "cell" in box:
            pairs = [(_end(low, -np.inf), _end(high, np.inf)) for low, high in box["cell"]]
            lower, upper = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        else:
            unit = number(box["unit"])
            lower, upper = (
                np.array([_end(value, infinite, unit) for value in box[key]], dtype=np.float64)
                for key, infinite in (("lower", -np.inf), ("upper", np.inf))
            )
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return (lower, upper) if lower.shape == upper.shape == (size,) else None


def _end(value: Any, infinite: float, unit: float = 1.0) -> float:
    return infinite if value is None else number(value) * unit
