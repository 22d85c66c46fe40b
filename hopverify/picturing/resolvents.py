"""The resolvent of a whole layer for many right sides: ρx + c∘g(x) = u, by Newton's method with difference quotients.

The left side is strongly monotone for convex L (:mod:`hopverify.networks.resolvent`), and halved steps never let
|F - u| grow. H is only guessed; what counts is the residual, which is that of g itself. For pictures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.networks.layer import LayerFunction
from hopverify.picturing.many import MANY, many

Floats = NDArray[np.float64]
STEPS, HALVINGS, DIFFERENCE, DONE = 60, 12, 1e-6, 1e-12


def resolvents(function: LayerFunction, u: Floats, rho: Floats, c: Floats) -> Floats:
    """Return x, (n, P), for u, (n, P); ρ and c are columns, (n, 1)."""
    x = u / rho
    error = rho * x + c * _activated(function, x) - u
    for _ in range(STEPS):
        if float(np.abs(error).max(initial=0.0)) <= DONE * (1 + float(np.abs(u).max(initial=0.0))):
            break
        slopes = rho[:, :, None] * np.eye(len(x))[:, None, :] + c[:, :, None] * _hessians(function, x)
        step: Floats = np.asarray(np.linalg.solve(slopes.transpose(1, 0, 2), error.T[..., None])[..., 0].T, float)
        x, error = _shortened(function, u, rho, c, (x, error, step))
    return x


def _shortened(
    function: LayerFunction, u: Floats, rho: Floats, c: Floats, at: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return the next states and errors: of each state the longest of the halved steps that leaves a smaller error."""
    x, error, step = at
    size = np.asarray(np.linalg.norm(error, axis=0))
    share = np.ones_like(size)
    for _ in range(HALVINGS):
        tried = x - share * step
        left = rho * tried + c * _activated(function, tried) - u
        better = np.linalg.norm(left, axis=0) < size
        if better.all():
            break
        share = np.where(better, share, share / 2)
    return np.where(better, tried, x), np.where(better, left, error)


def _hessians(function: LayerFunction, x: Floats) -> Floats:
    """Return H[i, state, j] by central differences."""
    columns = []
    for j in range(len(x)):
        moved = np.zeros((len(x), 1))
        moved[j] = DIFFERENCE
        change = _activated(function, x + moved) - _activated(function, x - moved)
        columns.append(change / (2 * DIFFERENCE))
    return np.stack(columns, axis=-1)


def _activated(function: LayerFunction, x: Floats) -> Floats:
    return np.asarray(function.activate(many(x), MANY), dtype=np.float64)
