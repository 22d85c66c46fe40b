"""The curvature of synaptic energies in floating point: a matrix about as large as their Hessians become.

Central differences of the drives, at random states and at states in which all neurons are alike. Nothing here proves
anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.networks.network import split
from hopverify.numerics.sampling import states

Floats = NDArray[np.float64]
Region = tuple[Floats, Floats] | None
"""Lower and upper ends of states of the layers with τ > 0."""

WIDTH, WORK, ALIKE = 1e-5, 3000, np.linspace(-4.0, 4.0, 33)
FAILURES = (HopverifyError, ZeroDivisionError, OverflowError, FloatingPointError, ValueError)


def largest_curvature(model: Model, names: Sequence[str], region: Region = None) -> Floats:
    """Return a Hessian of the sum of some S in the activations of the layers with τ > 0: of those seen, about the
    largest; where no neurons are joined, the largest entry by entry."""
    found = [H for H in (_hessian(model, names, x) for x in _states(model, region)) if np.isfinite(H).all()]
    if not found:
        return np.zeros((model.size, model.size))
    if all(np.allclose(H, np.diag(np.diag(H)), atol=1e-6 * (1 + np.abs(H).max())) for H in found):
        return np.diag(np.max([np.diag(H) for H in found], axis=0))
    return max(found, key=lambda H: float(np.linalg.eigvalsh(H)[-1]))


def _states(model: Model, region: Region) -> Iterator[Floats]:
    count = max(8, min(60, WORK // model.size))
    alike = [np.full(model.size, each) for each in ALIKE[:: max(1, 2 * len(ALIKE) // count)]]
    drawn = [*states(model.size, count, 0), *alike]
    if region is None:
        yield from drawn
        return
    low, high = region
    yield from ((low, high, (low + high) / 2))
    generator = np.random.default_rng(0)
    yield from (low + (high - low) * generator.random(model.size) for _ in range(count))
    yield from (np.clip(x, low, high) for x in drawn)


def _hessian(model: Model, names: Sequence[str], x: Floats) -> Floats:
    slow = [layer.name for layer in model.dynamic]
    sizes = [model.layers[name].size for name in slow]
    try:
        with np.errstate(all="ignore"):
            _, gamma = model.complete(split(model, x), FLOATS)
            columns = []
            for layer, size in zip(slow, sizes, strict=True):
                for neuron in range(size):
                    unit = np.zeros(size)
                    unit[neuron] = WIDTH
                    sides = [
                        _drives(model, names, {**gamma, layer: gamma[layer] + sign * unit}, slow) for sign in (1, -1)
                    ]
                    columns.append((sides[1] - sides[0]) / (2 * WIDTH))
    except FAILURES:
        return np.full((model.size, model.size), np.nan)
    H: Floats = np.array(columns, dtype=np.float64)
    return (H + H.T) / 2


def _drives(model: Model, names: Sequence[str], gamma: dict[str, Any], slow: Sequence[str]) -> Floats:
    total = {name: np.zeros(model.layers[name].size) for name in slow}
    for name in names:
        synapse = model.synapses[name]
        for layer, drive in synapse.drive({each: gamma[each] for each in synapse.layers}, FLOATS).items():
            total[layer] = total[layer] + np.asarray(drive, dtype=np.float64)
    return np.concatenate([total[name] for name in slow])
