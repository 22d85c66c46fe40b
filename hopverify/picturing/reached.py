"""Where the flow leads from stored patterns, in floating point: states to look at, of which nothing is certified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.floats import FLOATS
from hopverify.picturing.certified import Rest, Stored
from hopverify.picturing.sampling import Sampler

Floats = NDArray[np.float64]
REACHED = "reached"
STEPS, SHARE, STILL, SAME, LETTERS = 400, 0.5, 1e-12, 1e-6, 26


def reached(sampler: Sampler, stored: Sequence[Stored]) -> tuple[Rest, ...]:
    """Return the states to which the flow leads from up to 26 patterns, each once, called A, B and so on.

    States that run away are left out; ``row`` tells of each from which pattern it was reached.
    """
    if not stored:
        return ()
    layers = sampler.model.dynamic
    tau = np.concatenate([FLOATS.array(np.array(layer.each(layer.tau), dtype=object)) for layer in layers])[:, None]
    rate = max(1.0, *(float(max(layer.leak)) for layer in layers))
    x = np.array([each.state for each in stored]).T
    move = np.zeros_like(x)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            move = SHARE / rate * tau * sampler.velocities(x)
            x = x + move
            if not np.abs(move).max() > STILL * (1 + np.abs(x).max()):
                break
    found: list[Rest] = []
    for each, state, last in zip(stored[:LETTERS], x.T.copy(), move.T, strict=False):
        size = SAME * (1 + np.abs(state).max())
        near = [other for other in found if np.abs(other.state - state).max() <= size]
        # Not at rest after so many steps: it runs away, or goes round.
        if np.abs(last).max() <= size and not near and np.isfinite(state).all():
            found.append(Rest(0, chr(ord("A") + len(found)), state, None, REACHED, {"from": each.name}))
    return tuple(found)
