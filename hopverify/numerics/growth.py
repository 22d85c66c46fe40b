"""Candidates for attracting boxes: solve (I - B)z = c in floating point, with a margin, and round up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork
from hopverify.numerics.attracting import attracting_box, growth_of_layer
from hopverify.numerics.sampling import short

Floats = NDArray[np.float64]
MARGINS = ((2.0**-10, 20), (2.0**-20, 36))


def propose_box(network: LinearNetwork) -> np.ndarray[Any, Any] | None:
    """Return z = (U, V) that :func:`hopverify.numerics.attracting.attracting_box` accepts, or None if none was found.

    None means that a growth bound is missing or the spectral radius of B is 1 or more (as far as floats can tell).
    """
    try:
        B, c = _map(network)
    except (EvidenceRejected, OverflowError):
        return None
    if not (np.isfinite(B).all() and np.isfinite(c).all()):
        return None
    for margin, bits in MARGINS:
        raised = c + margin * (c + np.max(c, initial=0.0) / 16 + 2.0**-10)
        try:
            z = np.linalg.solve(np.eye(len(c)) - B, raised)
        except np.linalg.LinAlgError:
            continue
        if not (np.isfinite(z).all() and (z > 0).all()):
            continue
        candidate = np.array([Fraction(float(short(np.array([entry]), bits)[0])) for entry in z], dtype=object)
        try:
            attracting_box(network, candidate)
        except EvidenceRejected:
            continue
        return candidate
    return None


@np.errstate(invalid="ignore", over="ignore")
def _map(network: LinearNetwork) -> tuple[Floats, Floats]:
    """Return B and max(c, 0) of :class:`~hopverify.numerics.attracting.GrowthMap`, in floats."""
    growths = [growth_of_layer(layer) for layer in network.layers]
    if None in growths or not all(rate > 0 for rate in network.leak):
        raise EvidenceRejected("no linear growth bound of every activation is known, or a leak is not positive")
    pairs = [each for each, layer in zip(growths, network.layers, strict=True) for _ in range(layer.size)]
    above, below = (
        np.array([[float(bound.right), float(bound.left), float(bound.offset)] for bound in side]).reshape(-1, 3).T
        for side in zip(*((each.above, each.below) for each in pairs if each is not None), strict=True)
    )
    leak = np.array(network.leak, dtype=np.float64)
    A, shift = np.array(network.W, dtype=np.float64) / leak[:, None], np.array(network.b, dtype=np.float64) / leak
    positive, negative = np.maximum(A, 0.0), np.maximum(-A, 0.0)
    B = np.block(
        [
            [positive * above[0] + negative * below[0], positive * above[1] + negative * below[1]],
            [positive * below[0] + negative * above[0], positive * below[1] + negative * above[1]],
        ]
    )
    offsets = [positive @ above[2] + negative @ below[2] + shift, positive @ below[2] + negative @ above[2] - shift]
    return B, np.maximum(np.concatenate(offsets), 0.0)
