"""What rules that form W do with it in the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.learning import Learned
from hopverify.spec import ExactArray


def symmetrised(W: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return (W + Wᵀ)/2 in doubles, which is exactly symmetric: a sum of two doubles does not depend on their order."""
    half: np.ndarray[Any, Any] = (W + W.T) / 2
    return half


def finished(W: np.ndarray[Any, Any], zero_diagonal: bool, said: str) -> Learned:
    """Return the weights as the exact numbers they are, without their diagonal if that is wanted."""
    if W.dtype == np.float64 and not np.isfinite(W).all():
        raise HopverifyError("the patterns are so large that the weights overflow; scale them down")
    if zero_diagonal:
        W = W.copy()
        np.fill_diagonal(W, 0 * W[0, 0])
        said += "; its diagonal set to 0"
    return Learned(ExactArray.of(W), said)
