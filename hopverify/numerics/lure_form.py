"""The form 2M = 2D diag(ρ/h̄) - DW - WᵀD of Lur'e and Postnikov (T16) in rationals, for up to hundreds of neurons.

And in doubles what its searches share: multipliers D, and the differences of activations on which it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.rules.lure import steepest
from hopverify.errors import EvidenceRejected
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Layer, LinearNetwork, Model, linear_network

Floats = NDArray[np.float64]
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


def is_balanced(layer: Layer) -> bool:
    """Whether the activations of a layer have a constant sum: by the catalogue H times the vector of ones is 0."""
    name = layer.function.name
    return name is not None and name in LAGRANGIANS and LAGRANGIANS[name].facts.kernel in ("ones", "support")


def differences(layers: Sequence[Layer]) -> Floats:
    """Return a basis of the differences of activations that occur, column by column: 1ᵀδγ = 0 in balanced layers."""
    eye, columns, start = np.eye(sum(layer.size for layer in layers)), list[Floats](), 0
    for layer in layers:
        own = eye[:, start : start + layer.size]
        columns.append(own[:, 1:] - own[:, :1] if is_balanced(layer) else own)
        start += layer.size
    return np.hstack(columns)


def comparison_multipliers(A: Floats) -> Floats | None:
    """Return d = y/x for the comparison matrix C of A = diag(ρ/h̄) - W, at most 1; None if C is no M-matrix.

    C has A_ii on the diagonal and -|A_ij| elsewhere. If Cx > 0 and Cᵀy > 0 for positive x, y then DA + AᵀD is dominant
    with the weights x.
    """
    own, C = np.diag(A), -np.abs(A)
    np.fill_diagonal(C, own)
    try:
        x, y = np.linalg.solve(C, own), np.linalg.solve(C.T, own)
    except np.linalg.LinAlgError:
        return None
    if not (x > 0).all() or not (y > 0).all() or not np.isfinite(y / x).all():
        return None
    return np.asarray(y / x / np.max(y / x, initial=0.0))
