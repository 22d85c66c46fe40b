"""Parabolas below sums of functions of one activation each, in floating point: S ≥ S(0) + Σ κγ²/2 - k.

What is far out, at 10³ to 10⁶, tells the largest κ; the depth k is sought on a grid. Nothing here is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import places_of
from hopverify.synapses import Synapse
from hopverify.synapses.expression import ByExpression

Floats = NDArray[np.float64]
NEAR, FAR = np.linspace(-16.0, 16.0, 513), np.array([-1e6, -1e3, 1e3, 1e6])
MAX_SIZE, UNIT = 64, 64
CAPS, SLACKS = (1.0, 64.0), (0.0, 2.0)


def parabolas(model: Model, synapse: Synapse) -> Iterator[dict[str, list[Fraction]]]:
    """Yield [κ, k] for each layer that an expression joins, likely ones first; none if it is no such sum."""
    names = tuple(dict.fromkeys(synapse.layers))
    layers = {name: model.layers[name] for name in names}
    if not isinstance(synapse, ByExpression) or sum(layer.size for layer in layers.values()) > MAX_SIZE:
        return
    with np.errstate(all="ignore"):
        rows = _profiles(model, synapse)
    if rows is None:
        return
    for cap in CAPS:
        for slack in SLACKS:
            yield {name: _parabola(own, cap, slack) for name, own in rows.items()}


def _profiles(model: Model, synapse: Synapse) -> dict[str, Floats] | None:
    """Return S(xe_i) - S(0) for each neuron, near 0 and far out; None where they do not add up to S."""
    layers = {name: model.layers[name] for name in dict.fromkeys(synapse.layers)}
    places, points = places_of(layers), np.concatenate([NEAR, FAR])

    def energy(gamma: NDArray[Any]) -> float:
        return float(synapse.energy({name: gamma[place] for name, place in places.items()}, FLOATS))

    size = sum(layer.size for layer in layers.values())
    start, units = energy(np.zeros(size)), np.eye(size)
    rows = np.array([[energy(x * unit) - start for x in points] for unit in units])
    for sign in (1.0, -1.0):
        # At powers of 2, which the grid holds.
        gamma = sign * 2.0 ** (np.arange(size) % 3)
        own = [np.interp(x, NEAR, row[: len(NEAR)]) for x, row in zip(gamma, rows, strict=True)]
        if not abs(energy(gamma) - start - sum(own)) <= 1e-9 * (1 + np.abs(own).sum()):
            return None
    kept = np.where(np.isnan(rows), -np.inf, rows)
    return {name: kept[place] for name, place in places.items()}


def _parabola(rows: Floats, cap: float, slack: float) -> list[Fraction]:
    points = np.concatenate([NEAR, FAR])
    steepest = float(np.min(2 * rows[:, len(NEAR) :] / FAR**2))
    # A steeper one than that of the leak is not needed, but where weights are large.
    curvature = min(steepest * (1 - 1 / UNIT) if steepest > 0 else steepest - 1 / UNIT, cap)
    if not isfinite(curvature):
        return [Fraction(-UNIT), Fraction(UNIT)]
    kappa = Fraction(floor(curvature * UNIT * UNIT), UNIT * UNIT)
    depth = float(np.max(float(kappa) * points**2 / 2 - rows)) * (1 + slack) + slack
    return [kappa, Fraction(ceil(depth * UNIT) + 1, UNIT) if isfinite(depth) else Fraction(UNIT)]
