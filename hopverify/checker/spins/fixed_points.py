"""All fixed points of spins with linear drives (D4): partial states, refuted by one neuron each, level by level.

A partial state has some spins set, the others 0 (free). With W without its diagonal, w_i = W_ii and

    f_i = Σ_set W_ij s_j + b_i,   r_i = Σ_free |W_ij|,

every state that extends it has s_i(Ws + b)_i ≤ s_i f_i + w_i + r_i. Where that is < 0 for a set neuron i, no extension
is a fixed point; for a free neuron it excludes that sign of s_i, and the other one is set. A state with no free neuron
has r = 0, so that what is left are the fixed points, exactly. The neurons are set in a given order, both signs of each.

Whole numbers beyond 64 bits are divided by a power of two and rounded down, each to within 1. A sum of n of them and a
bias is then off by less than n + 2, and a partial state is dropped only where the sum is below that; the states that
are left are decided in the numbers themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.quadratic import Affine
from hopverify.checker.spins.values import States

MOST_NODES = 2**22
"""How many partial states are gone through."""
_BATCH, _BITS = 2**13, 48


class TooManyStates(Exception):
    """The search has to go through more partial states than are taken."""


@dataclass(frozen=True)
class _Bounds:
    """The numbers of the search: W without diagonal, |W|, diagonal, bias, and the slack for rounding."""

    weights: NDArray[np.int64]
    sizes: NDArray[np.int64]
    diagonal: NDArray[np.int64]
    bias: NDArray[np.int64]
    slack: int

    def narrowed(self, partial: States) -> States:
        """Return the partial states that are not refuted, with every spin set that can have one sign only."""
        while len(partial):
            field = partial @ self.weights.T + self.bias
            room = (partial == 0).astype(np.int64) @ self.sizes.T + self.diagonal + self.slack
            up, down = field + room >= 0, room - field >= 0
            allowed = np.where(partial > 0, up, np.where(partial < 0, down, up | down)).all(axis=1)
            forced = np.where(partial != 0, partial, up.astype(np.int64) - down)
            unchanged = (forced == partial).all()
            partial = forced[allowed]
            if unchanged:
                break
        return partial


def fixed_points(update: Affine, order: Sequence[int], *, most: int = MOST_NODES) -> tuple[States, int]:
    """Return the states with s_i(As + b)_i ≥ 0 for all i, and how many partial states were gone through."""
    bounds, places = _bounds(update), np.array(order, dtype=np.int64)
    start = np.zeros((1, len(places)), dtype=np.int64)
    # Without a bias a state is a fixed point iff its mirror image is one.
    mirrored = not update.vector.any()
    start[0, places[0]] = 1 if mirrored else 0
    waiting = [start]
    found: list[States] = []
    nodes = 0
    while waiting:
        partial = waiting.pop()
        nodes += len(partial)
        if nodes > most:
            raise TooManyStates
        partial = bounds.narrowed(partial)
        whole = (partial != 0).all(axis=1)
        found.append(partial[whole])
        parts = _split(partial[~whole], places)
        waiting += [parts[k : k + _BATCH] for k in range(0, len(parts), _BATCH)]
    states = np.concatenate(found)
    states = states[(states * update.at(states) >= 0).all(axis=1)]
    return (np.concatenate([states, -states]) if mirrored else states), nodes


def _split(partial: States, order: NDArray[np.int64]) -> States:
    """Set the first free neuron of each partial state, both ways."""
    first = order[(partial[:, order] == 0).argmax(axis=1)] if len(partial) else np.zeros(0, dtype=np.int64)
    both = np.concatenate([partial, partial])
    rows = np.arange(len(partial))
    both[rows, first], both[len(partial) + rows, first] = 1, -1
    return both


def _bounds(update: Affine) -> _Bounds:
    matrix, bias = update.off_diagonal(), update.vector
    n, slack = len(bias), 0
    if matrix.dtype == object:
        largest = max(abs(entry) for entry in (*update.matrix.flat, *bias))
        shift = max(0, largest.bit_length() - _BITS)
        matrix, bias, diagonal = (_shifted(part, shift) for part in (matrix, bias, update.diagonal))
        slack = n + 2 if shift else 0
    else:
        diagonal = update.diagonal
    np.fill_diagonal(matrix, 0)
    return _Bounds(matrix, abs(matrix), diagonal, bias, slack)


def _shifted(part: NDArray[Any], shift: int) -> NDArray[np.int64]:
    return np.array([entry >> shift for entry in part.flat], dtype=np.int64).reshape(part.shape)
