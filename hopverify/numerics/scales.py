"""Random states at the scales on which activations change: 1/β of each layer, up to far out in saturation.

β is the steepest slope of the layer: √ε of a layer norm is 1/β, and so is the scale of a steep tanh. Each layer has a
scale of its own, and the neurons of some are nearly alike, as those of a token that a layer norm hardly tells apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.slope_bounds import slope_bounds
from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer, Model

Floats = NDArray[np.float64]
LEAST, MOST = 0.3, 30.0
"""From this many times 1/β, to this many times 1/β or 1, whichever is larger."""


def scaled_states(model: Model, count: int, seed: int) -> Iterator[Floats]:
    """Yield ``count`` states of the layers with τ > 0; the same for the same seed."""
    generator = np.random.default_rng(seed)
    ends = [(LEAST / beta, MOST * max(1 / beta, 1.0)) for beta in map(_steepest, model.dynamic)]
    for _ in range(count):
        parts = []
        for layer, (low, high) in zip(model.dynamic, ends, strict=True):
            part = generator.normal(size=layer.size) * np.exp(generator.uniform(np.log(low), np.log(high)))
            alike = generator.random() < 1 / 3
            parts.append(part + generator.normal() * np.exp(generator.uniform(np.log(low), np.log(high))) * alike)
        yield np.concatenate(parts)


def _steepest(layer: Layer) -> float:
    try:
        beta = float(slope_bounds(layer.function)[1])
    except (EvidenceRejected, OverflowError):
        return 1.0
    return beta if 0 < beta < np.inf else 1.0
