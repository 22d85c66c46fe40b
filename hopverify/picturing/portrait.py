"""The phase portrait on a slice: the flow in it, how many neurons are dead where, nullclines and basin cells.

Of more than two neurons only the part of the velocity along the slice is shown: solutions leave the slice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.model import Model
from hopverify.picturing.regions import Region, cells_in
from hopverify.picturing.sampling import Sampler
from hopverify.picturing.views import View, view_of

Floats = NDArray[np.float64]
SHADES = 4


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
    cells: tuple[Region, ...]

    @property
    def dead_share(self) -> float:
        """Which part of the picture has dead neurons."""
        return float((self.dead > 0).mean())


def portrait_of(model: Model, certificate: Certificate) -> Portrait | None:
    """Return the portrait of a model, or None for one with a single state variable, or whose flow is not finite."""
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
    dead = sampler.dead(points).reshape(side, side)
    cells = cells_in(view.window, view.plane, model, certificate)
    flow = (rates[0], rates[1])
    return Portrait(view, s, t, flow, dead, shades_of(dead), view.plane.neurons is not None, cells)


def shades_of(dead: Floats) -> tuple[tuple[float, str], ...]:
    """Return a level for each number of dead neurons, or for ranges of numbers where there are many.

    >>> shades_of(np.array([0.0, 1.0, 4.0]))
    ((0.5, '1 dead neuron'), (3.5, '4 dead neurons'))
    """
    counts = [int(count) for count in np.unique(dead) if count > 0]
    if len(counts) <= SHADES:
        return tuple((count - 0.5, f"{count:,} dead neuron{'' if count == 1 else 's'}") for count in counts)
    parts = [part.tolist() for part in np.array_split(np.array(counts), SHADES)]
    return tuple((part[0] - 0.5, f"{part[0]:,} to {part[-1]:,} dead neurons") for part in parts)
