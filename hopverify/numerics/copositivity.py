"""Candidates about a form on a cone: a direction where it is negative, or a split that shows it positive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.sampling import short

Floats = NDArray[np.float64]
STARTS, STEPS = 24, 400


def negative_direction(
    M: Floats, left: Floats, right: Floats, *, seed: int = 0, stop: Callable[[], bool] = lambda: False
) -> Floats | None:
    """Return d with Σ kᵢdᵢ² - dᵀMd < 0, kᵢ = leftᵢ or rightᵢ by the sign of dᵢ, or None if none was found.

    An infinite k forbids the sign. By projected gradient steps from the eigenvectors of M and from random directions.
    """
    generator = np.random.default_rng(seed)
    _, vectors = np.linalg.eigh((M + M.T) / 2)
    starts = [*(sign * v for v in vectors.T[::-1][:8] for sign in (1, -1)), *generator.normal(size=(STARTS, len(M)))]
    finite = np.concatenate([left[np.isfinite(left)], right[np.isfinite(right)]])
    step = 0.5 / (float(np.linalg.norm(M, 2)) + float(np.max(finite, initial=1.0)))
    for start in [np.ones(len(M)), *starts]:
        if stop():
            return None
        d = _descended(M, left, right, np.asarray(start, dtype=np.float64), step)
        if d is not None:
            return d
    return None


def _descended(M: Floats, left: Floats, right: Floats, d: Floats, step: float) -> Floats | None:
    for _ in range(STEPS):
        d = np.where((d > 0) & np.isinf(right) | (d < 0) & np.isinf(left), 0.0, d)
        length = float(np.linalg.norm(d))
        if length == 0:
            return None
        d = d / length
        k = np.where(d > 0, right, np.where(d < 0, left, 0.0))
        gradient = k * d - M @ d
        if float(d @ gradient) < 0:
            rounded = short(np.where(np.abs(d) < 1e-3, 0.0, d) / np.max(np.abs(d)))
            k = np.where(rounded > 0, right, np.where(rounded < 0, left, 0.0))
            if float(rounded @ (k * rounded - M @ rounded)) < 0:
                return rounded
        d = d - step * gradient
    return None


def splits(Q: Floats, signed: NDArray[np.bool_]) -> Iterator[tuple[float, Floats | None]]:
    """Yield (margin, N): guesses that Q - margin·I - N ≻ 0 with N ≥ 0 on the signed entries; N = None is no split."""
    inside = np.outer(signed, signed) & ~np.eye(len(Q), dtype=bool)
    lowest = float(np.linalg.eigvalsh(Q)[0])
    if lowest > 0:
        yield lowest / 2, None
    N = np.where(inside, np.maximum(Q, 0.0), 0.0)
    lowest = float(np.linalg.eigvalsh(Q - N)[0])
    if lowest > 0 and N.any():
        yield lowest / 2, N


def rounded_margin(margin: float) -> float:
    """Return a short number at most the margin."""
    return float(short(np.array([margin * 0.99]), 8)[0])
