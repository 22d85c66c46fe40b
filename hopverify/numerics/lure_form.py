"""The form 2M = 2D diag(ρ/h̄) - DW - WᵀD of Lur'e and Postnikov (T16) in rationals, for up to hundreds of neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopverify.checker.rules.lure import steepest
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork, Model, linear_network

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions."""


def sector_network(model: Model) -> tuple[LinearNetwork, Matrix]:
    """Return the network and h̄ for each neuron, if the theorem covers the model."""
    network = linear_network(model)
    if network is None or not all(rate > 0 for rate in network.leak):
        raise EvidenceRejected("the drives are not linear, or a layer has no leak")
    heights = [height for layer in network.layers for height in [steepest(layer)] * layer.size]
    return network, np.array(heights, dtype=object)


def multiplied(network: LinearNetwork, steepness: Matrix, d: Matrix) -> Matrix:
    """Return 2M on the neurons with h̄ > 0."""
    alive = np.flatnonzero(steepness > 0)
    DW = (d[:, None] * network.W)[np.ix_(alive, alive)]
    M: Matrix = -(DW + DW.T)
    for k, i in enumerate(alive):
        M[k, k] += 2 * d[i] * network.leak[i] / steepness[i]
    return M
