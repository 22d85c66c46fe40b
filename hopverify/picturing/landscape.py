"""The energy over a slice of states: its values, where it is exactly flat, and the ghosts that lie there.

E depends on the states through their activations only, dE = Σ (∂E/∂γ)·H dx, so along a direction d it is constant near
every state with H d = 0. On a slice that is a question about two directions: where H across = H up = 0 the energy is
flat, and where only one combination of the two vanishes it is a valley or a ridge along that one. H is evaluated in
floating point, and only an exact 0 counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.networks import Model
from hopverify.picturing.planes import is_flat_along_ones
from hopverify.picturing.regions import Region, ghosts_in
from hopverify.picturing.sampling import Sampler, rows_of
from hopverify.picturing.slices import Slice
from hopverify.picturing.views import View, view_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEVELS, MOVED = 16, 1e-9
# Directions on the screen that hatching has, in degrees, and how near to one a valley has to run.
HATCHES, NEAR = {0: "-", 45: "/", 90: "|", 135: "\\"}, 8.0
FLAT, SOMEHOW = "+", "."


@dataclass(frozen=True, eq=False)
class Landscape:
    """``values`` has a row for each of ``t``; ``flat`` are masks by hatching: ``+`` flat, ``-/|\\`` along lines.

    Hatching runs along directions in which the energy does not change (``.``: some direction without a hatching).
    """

    kind: str
    view: View
    s: Floats
    t: Floats
    values: Floats
    levels: tuple[float, ...]
    flat: dict[str, Mask]
    ghosts: tuple[Region, ...]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest value."""
        return float(np.nanmin(self.values)), float(np.nanmax(self.values))

    def share(self, hatch: str) -> float:
        """Return which part of the picture is so hatched."""
        return float(self.flat[hatch].mean()) if hatch in self.flat else 0.0


def landscape_of(model: Model, certificate: Certificate) -> Landscape | None:
    """Return the landscape of a model, or None for one without an energy, or with a single state variable."""
    sampler = Sampler(model)
    if sampler.kind is None:
        return None
    view = view_of(sampler, certificate)
    if view is None:
        return None
    return landscape_on(sampler, view, ghosts_in(view.window, view.plane, model, certificate))


def landscape_on(sampler: Sampler, view: View, ghosts: tuple[Region, ...]) -> Landscape | None:
    """Return the landscape in a view, or None where the energy is finite nowhere in it."""
    assert sampler.kind is not None
    side = sampler.grid
    s, t, points = view.grid(side)
    values = sampler.energies(points).reshape(side, side)
    if not np.isfinite(values).any():
        return None
    values = np.where(np.isfinite(values), values, np.nan)
    derived = sampler.kind == "E" and sampler.model.claimed is None
    masks = flatness(sampler.model, view.plane, sampler.slopes(points)) if derived else {}
    flat = {hatch: mask.reshape(side, side) for hatch, mask in masks.items()}
    return Landscape(sampler.kind, view, s, t, values, levels_of(values), flat, ghosts)


def levels_of(values: Floats) -> tuple[float, ...]:
    """Return levels that part the values into equally many, none of them the value of a flat region.

    >>> levels_of(np.array([0.0] * 99 + [1.0]))[1:-1]
    (0.5,)
    """
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    room = max((high - low), abs(high), abs(low), 1e-300) * 1e-6
    parts = np.quantile(finite, np.linspace(0, 1, LEVELS + 1)).tolist()
    distinct = [parts[0]]
    for value in parts[1:]:
        if value - distinct[-1] > room:
            distinct.append(value)
    inner = [_between(a, b) for a, b in pairwise(distinct)]
    return (low - room, *inner, high + room)


def _between(a: float, b: float) -> float:
    """Return a short decimal well between two numbers."""
    middle, gap = (a + b) / 2, b - a
    digits = int(np.clip(np.floor(-np.log10(gap)), -300, 300))
    for more in range(3):
        short = round(middle, digits + more)
        if a + gap / 4 <= short <= b - gap / 4:
            return short
    return middle


def flatness(model: Model, plane: Slice, slopes: Floats) -> dict[str, Mask]:
    """Return where the energy does not change along the slice, by the hatching of the directions."""
    groups = list(_groups(*(_without_ones(model, d) for d in (plane.across, plane.up))))
    alive = np.array([(slopes[members] != 0).any(axis=0) for _, members in groups]).reshape(-1, slopes.shape[1])
    count = alive.sum(axis=0)
    found = {FLAT: count == 0}
    for (angle, _), own in zip(groups, alive, strict=True):
        # What changes E is the move along (u_i, v_i); at right angles to it nothing changes.
        hatch = _hatching((angle + 90.0) % 180.0)
        found[hatch] = found.get(hatch, np.zeros_like(own)) | (own & (count == 1))
    return {hatch: mask for hatch, mask in found.items() if mask.any()}


def _without_ones(model: Model, direction: Floats) -> Floats:
    """Return a direction without what a softmax, or its like, does not see: a shift of all its states alike."""
    found = direction.copy()
    for layer, rows in rows_of(model):
        if is_flat_along_ones(layer):
            found[rows] -= found[rows].mean()
    return found


def _groups(across: Floats, up: Floats) -> Iterator[tuple[float, NDArray[np.int64]]]:
    """Yield the neurons by the direction in the slice, in degrees, along which their states change."""
    moved = np.flatnonzero(np.hypot(across, up) > MOVED)
    angles = np.degrees(np.arctan2(up[moved], across[moved])) % 180.0
    angles = np.round(angles, 4) % 180.0
    for angle in np.unique(angles).tolist():
        yield angle, moved[angles == angle]


def _hatching(angle: float) -> str:
    near = min(HATCHES, key=lambda other: min(abs(angle - other), 180 - abs(angle - other)))
    away = min(abs(angle - near), 180 - abs(angle - near))
    return HATCHES[near] if away <= NEAR else SOMEHOW
