"""All fixed points of a dense associative memory: a free neuron moves each overlap by one, up or down.

With r neurons free besides i, the overlaps lie within r of those of the partial state. What keeps neuron i at v is then
at most the sum of the largest terms there, from the tables of :mod:`hopverify.checker.spins.overlaps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.fixed_points import Allowed, Search
from hopverify.checker.spins.overlaps import Memory, OverlapValues
from hopverify.checker.spins.values import States


@dataclass(frozen=True, eq=False)
class OverlapSearch(Search):
    """``plus`` and ``minus``: least values of minus the terms with ε = -1 and ε = 1, a row for each r."""

    memory: Memory
    plus: NDArray[Any]
    minus: NDArray[Any]
    mirrored: bool
    most = 2**20

    def allowed(self, partial: States) -> Allowed:
        memory, rows = self.memory, max(1, 2**21 // self.memory.patterns.size)
        parts = [self._allowed(partial[k : k + rows], memory) for k in range(0, len(partial), rows)]
        return np.concatenate([up for up, _ in parts]), np.concatenate([down for _, down in parts])

    def _allowed(self, partial: States, memory: Memory) -> Allowed:
        z = (partial @ memory.patterns.T)[:, :, None] - memory.patterns * partial[:, None, :] + (memory.size - 1)
        free = partial == 0
        reach = (free.sum(axis=1, keepdims=True) - free)[:, None, :]
        plus, minus = self.plus[reach, z], self.minus[reach, z]
        up = memory.patterns > 0
        # To keep +1 is the mirror image of keeping -1: minus the bounds of that.
        against_up = np.where(up, minus, plus).sum(axis=1) - memory.bias
        against_down = np.where(up, plus, minus).sum(axis=1) + memory.bias
        return against_up <= 0, against_down <= 0

    def resting(self, states: States) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.logical_not(OverlapValues(self.memory).flips(states).any(axis=1))
        return found


def overlap_search(memory: Memory) -> OverlapSearch:
    """Return the search of a dense associative memory."""
    own, terms = memory.terms(), memory.terms(flipped=True)
    rows = [terms]
    for _ in range(memory.size):
        rows.append(rows[-1].over(1))
    mirrored = memory.exact and not memory.bias.any() and bool((own.plus == own.minus[::-1]).all())
    return OverlapSearch(memory, np.array([row.plus for row in rows]), np.array([row.minus for row in rows]), mirrored)
