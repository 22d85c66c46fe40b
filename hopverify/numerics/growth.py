"""Candidates for attracting boxes: solve (I - B)z = c in floating point, with a margin, and round up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork
from hopverify.numerics.attracting import GrowthMap, attracting_box
from hopverify.numerics.sampling import short

MARGINS = ((2.0**-10, 20), (2.0**-20, 36))


def propose_box(network: LinearNetwork) -> np.ndarray[Any, Any] | None:
    """Return z = (U, V) that :func:`hopverify.numerics.attracting.attracting_box` accepts, or None if none was found.

    None means that a growth bound is missing or the spectral radius of B is 1 or more (as far as floats can tell).
    """
    try:
        growing = GrowthMap(network)
    except EvidenceRejected:
        return None
    try:
        B, c = _matrix(growing), np.maximum(np.array(growing.c, dtype=np.float64), 0.0)
    except OverflowError:
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


def _matrix(growing: GrowthMap) -> np.ndarray[Any, Any]:
    """Return B in floats."""
    above, below = (np.array(rows, dtype=np.float64) for rows in (growing.above, growing.below))
    positive, negative = (np.array(part, dtype=np.float64) for part in (growing.positive, growing.negative))
    return np.block(
        [
            [positive * above[0] + negative * below[0], positive * above[1] + negative * below[1]],
            [positive * below[0] + negative * above[0], positive * below[1] + negative * above[1]],
        ]
    )
