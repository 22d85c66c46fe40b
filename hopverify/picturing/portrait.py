"""The phase portrait on a slice: the flow in it, how many neurons are dead where, nullclines and basin cells.

Of more than two neurons only the part of the velocity along the slice is shown: solutions leave the slice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.networks import Model
from hopverify.picturing.regions import Region, cells_in
from hopverify.picturing.sampling import Sampler
from hopverify.picturing.streams import Stream, streams_of
from hopverify.picturing.views import View, view_of

Floats = NDArray[np.float64]
SHADES, ROUNDING = 4, 1e-13


@dataclass(frozen=True, eq=False)
class Portrait:
    """``flow`` are the rates of s and t, and ``dead`` the number of dead neurons, a row for each of ``t`` each.

    ``shades`` are levels of ``dead`` with the words for what lies above each and below the next. ``nullclines`` tells
    whether the rates are those of the two neurons of the axes.
    """

    view: View
    s: Floats
    t: Floats
    flow: tuple[Floats, Floats]
    dead: Floats
    shades: tuple[tuple[float, str], ...]
    nullclines: bool
    streams: tuple[Stream, ...]
    cells: tuple[Region, ...]

    @property
    def dead_share(self) -> float:
        """Which part of the picture has dead neurons."""
        return float((self.dead > 0).mean())


def portrait_of(model: Model, certificate: Certificate) -> Portrait | None:
    """Return the portrait of a model, or None where there is no slice, or no finite flow along it but 0."""
    sampler = Sampler(model)
    view = view_of(sampler, certificate)
    if view is None:
        return None
    side = sampler.grid
    s, t, points = view.grid(side)
    velocity = sampler.velocities(points)
    rates = [(d @ velocity / (d @ d)).reshape(side, side) for d in (view.plane.across, view.plane.up)]
    if not np.isfinite(rates).all():
        return None
    # What rounding leaves of a rate of 0 would make curves of rest where there are none.
    least = ROUNDING * max(float(np.abs(points).max()), float(np.abs(velocity).max()))
    rates = [np.where(np.abs(rate) <= least, 0.0, rate) for rate in rates]
    if not np.any(rates):
        return None
    dead = sampler.dead(points).reshape(side, side)
    cells = cells_in(view.window, view.plane, model, certificate)
    flow = (rates[0], rates[1])
    streams, on_axes = streams_of(flow, view.window), view.plane.neurons is not None
    return Portrait(view, s, t, flow, dead, shades_of(dead), on_axes, streams, cells)


def shades_of(dead: Floats) -> tuple[tuple[float, str], ...]:
    """Return a level for each number of dead neurons, or for ranges of numbers where there are many.

    >>> shades_of(np.array([0.0, 1.0, 4.0]))
    ((0.5, '1 dead neuron'), (3.5, '4 dead neurons'))
    """
    counts = [int(count) for count in np.unique(dead) if count > 0]
    parts = [part.tolist() for part in np.array_split(np.array(counts), min(SHADES, len(counts)))] if counts else []
    return tuple((part[0] - 0.5, _range(part[0], part[-1])) for part in parts)


def _range(first: int, last: int) -> str:
    if first == last:
        return f"{first:,} dead neuron{'' if first == 1 else 's'}"
    return f"{first:,} to {last:,} dead neurons"
