"""Slopes of entmax on boxes, as the kernel encloses them (:mod:`hopverify.kernel.duals`).

With s = m^((2-α)/(α-1)), m = relu((α-1)x - t), ∂p_i/∂x_j = δ_ij s_i - s_i s_j/Σs. Each entry rises or falls with s_i
and s_j, and the other way with the others, so that its ends are those of s.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.interval_simplex import threshold
from hopverify.networks.layer import LayerFunction

Floats = NDArray[np.float64]
ALPHA = {"sparsemax": 2, "entmax": None}
"""The Tsallis index by the name of the Lagrangian; None where it is a parameter."""


def entmax_slopes(function: LayerFunction, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return bounds of all slopes of n shares on each of B boxes, (B, n, n)."""
    alpha = Fraction(ALPHA[str(function.name)] or function.parameters["alpha"])
    low, high = (float(alpha - 1) * ends for ends in (lower, upper))
    exponent = 1 / (alpha - 1)
    least, most = threshold(low.T, exponent, 0), threshold(high.T, exponent, 1)
    s_low, s_high = _power(low - most[:, None], alpha, 1e-300), _power(high - least[:, None], alpha, 0.0)
    return _factors(s_low, s_high)


def _power(m: Floats, alpha: Fraction, border: float) -> Floats:
    """Return m^((2-α)/(α-1)), 0 for a number below the border."""
    return np.where(m >= border, np.maximum(m, 0.0) ** float((2 - alpha) / (alpha - 1)), 0.0)


def _factors(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return bounds of δ_ij s_i - s_i s_j/Σs for s between these ends."""
    least, most = low.sum(axis=1)[:, None], high.sum(axis=1)[:, None]
    pair_low, pair_high = (ends[:, :, None] + ends[:, None, :] for ends in (low, high))
    above = -_shared(low[:, :, None], low[:, None, :], pair_low + most[:, :, None] - pair_high)
    below = -_shared(high[:, :, None], high[:, None, :], pair_high + least[:, :, None] - pair_low)
    own = np.arange(low.shape[1])
    below[:, own, own], above[:, own, own] = _shared(low, least - low, least), _shared(high, most - high, most)
    return below, above


def _shared(a: Any, b: Any, total: Any) -> Floats:
    return np.asarray(np.divide(a * b, total, out=np.zeros_like(a * b), where=a * b != 0))
