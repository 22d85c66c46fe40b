"""Candidates about a form on a cone: a direction where it is negative, or a split that shows it positive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.sampling import short

Floats = NDArray[np.float64]
STARTS, VECTORS, STEPS, LARGE, LEAST = 24, 8, 400, 400, 1e-3
"""Of larger matrices the eigenvectors come from Lanczos iterations."""


def negative_direction(
    M: Floats, left: Floats, right: Floats, *, seed: int = 0, stop: Callable[[], bool] = lambda: False
) -> Floats | None:
    """Return d with Σ kᵢdᵢ² - dᵀMd < 0, kᵢ = leftᵢ or rightᵢ by the sign of dᵢ, or None if none was found.

    An infinite k forbids the sign. By projected gradient steps from the eigenvectors of M and from random directions,
    all at once.
    """
    generator = np.random.default_rng(seed)
    size, vectors = _top((M + M.T) / 2, generator)
    finite = np.concatenate([left[np.isfinite(left)], right[np.isfinite(right)]])
    step = 0.5 / (size + float(np.max(finite, initial=1.0)))
    starts = [np.ones((len(M), 1)), vectors, -vectors, generator.normal(size=(len(M), STARTS))]
    D = np.concatenate(starts, axis=1)
    below, above = np.isinf(left)[:, None], np.isinf(right)[:, None]
    for _ in range(STEPS):
        D = np.where((D > 0) & above | (D < 0) & below, 0.0, D)
        lengths = np.linalg.norm(D, axis=0)
        if stop() or not lengths.any():
            return None
        D = D[:, lengths > 0] / lengths[lengths > 0]
        gradients = _costs(D, left[:, None], right[:, None]) * D - M @ D
        for k in np.flatnonzero((D * gradients).sum(axis=0) < 0):
            d = D[:, k] / np.max(np.abs(D[:, k]))
            d = short(np.where(np.abs(d) < LEAST, 0.0, d))
            if float(d @ (_costs(d, left, right) * d - M @ d)) < 0:
                return d
        D = D - step * gradients
    return None


def _costs(d: Floats, left: Floats, right: Floats) -> Floats:
    return np.where(d > 0, right, np.where(d < 0, left, 0.0))


def _top(S: Floats, generator: np.random.Generator) -> tuple[float, Floats]:
    """Return about the largest |eigenvalue| of a symmetric matrix, and eigenvectors of its largest eigenvalues."""
    if len(S) <= LARGE:
        values, vectors = np.linalg.eigh(S)
        return float(np.max(np.abs(values))), vectors[:, ::-1][:, :VECTORS]
    from scipy.sparse.linalg import ArpackError, eigsh

    start = generator.normal(size=len(S))
    try:
        _, vectors = eigsh(S, k=VECTORS, which="LA", v0=start, tol=LEAST)
        largest = eigsh(S, k=1, which="LM", v0=start, tol=LEAST, return_eigenvectors=False)
    except ArpackError:
        return float(np.linalg.norm(S)), S[:, :VECTORS]
    return float(abs(largest[0])), vectors


def splits(Q: Floats, signed: NDArray[np.bool_]) -> Iterator[tuple[float, Floats | None]]:
    """Yield (margin, N): guesses that Q - margin·I - N ≻ 0 with N ≥ 0 on the signed entries; N = None is no split."""
    lowest = least_eigenvalue(Q)
    if lowest > 0:
        yield lowest / 2, None
    N = np.where(np.outer(signed, signed), np.maximum(Q, 0.0), 0.0)
    np.fill_diagonal(N, 0.0)
    lowest = least_eigenvalue(Q - N) if N.any() else 0.0
    if lowest > 0:
        yield lowest / 2, N


def least_eigenvalue(S: Floats) -> float:
    """Return about the least eigenvalue of a symmetric matrix; of a large one not quite, or -∞ where it is hard."""
    if len(S) <= LARGE:
        return float(np.linalg.eigvalsh(S)[0])
    from scipy.sparse.linalg import ArpackError, eigsh

    try:
        return float(eigsh(S, k=1, which="SA", v0=np.ones(len(S)), tol=LEAST, return_eigenvectors=False)[0])
    except ArpackError:
        return -np.inf


def rounded_margin(margin: float) -> float:
    """Return a short number at most the margin."""
    return float(short(np.array([margin * 0.99]), 8)[0])
