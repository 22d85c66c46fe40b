"""Which neurons of a box are cut: those of the fewest layers that every connection meets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Up to this many layers, a smallest set of layers is sought to which every connection has an end.
MAX_COVERED = 10


def branching_neurons(W: Floats, layers: Sequence[NDArray[np.int64]]) -> NDArray[np.bool_]:
    """Return which neurons to cut: those of the fewest layers' neurons to which every connection has an end.

    The states of the other layers follow from theirs, by one product with a matrix.
    """
    connections = [(a, b) for a, i in enumerate(layers) for b, j in enumerate(layers) if W[np.ix_(i, j)].any()]
    chosen = frozenset(range(len(layers)))
    if len(layers) <= MAX_COVERED:
        covers = [frozenset(k for k in chosen if (1 << k) & code) for code in range(1 << len(layers))]
        covers = [cover for cover in covers if all(a in cover or b in cover for a, b in connections)]
        chosen = min(covers, key=lambda cover: sum(len(layers[k]) for k in cover))
    return np.concatenate([np.full(len(neurons), k in chosen) for k, neurons in enumerate(layers)])
