"""All fixed points of spins (D4): partial states, each refuted by one neuron or taken further, setting neuron after
neuron.

A partial state has some spins set, the others 0 (free). A :class:`Search` tells for each neuron which signs it may have
in a fixed point that extends the partial state, and errs on the side of allowing. A set neuron that may not have its
sign, and a free one that may have neither, refute the partial state; a free neuron that may have one sign is set to it.
What is left when all are set are states that :meth:`Search.resting` examines exactly.

For linear drives, with W without its diagonal and w_i = W_ii, let

    f_i = Σ_set W_ij s_j + b_i,   r_i = Σ_free |W_ij|.

Every state that extends the partial one has s_i(Ws + b)_i ≤ s_i f_i + w_i + r_i, which is < 0 if the sign is excluded.
Whole numbers beyond 64 bits are divided by a power of two and rounded down, each to within 1. A sum of n of them and a
bias is then off by less than n + 2, which is added.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.quadratic import Affine
from hopverify.checker.spins.values import States

_BATCH, _BITS = 2**13, 48

Allowed = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""For each partial state and neuron: whether it may be +1, and whether it may be -1."""


class TooManyStates(Exception):
    """The search has to go through more partial states than are taken."""


class Search(ABC):
    """What a search needs to know of a model. ``mirrored``: with each fixed point, its mirror image is one.

    ``most`` is how many partial states are gone through.
    """

    mirrored: bool
    most = 2**22

    @abstractmethod
    def allowed(self, partial: States) -> Allowed:
        """Return which signs are not excluded, in the fixed points that extend partial states."""

    @abstractmethod
    def resting(self, states: States) -> NDArray[np.bool_]:
        """Return which states are fixed points, exactly."""


def fixed_points(search: Search, order: Sequence[int]) -> tuple[States, int]:
    """Return all fixed points, and how many partial states were gone through; neurons are set in the given order."""
    places = np.array(order, dtype=np.int64)
    start = np.zeros((1, len(places)), dtype=np.int64)
    start[0, places[0]] = 1 if search.mirrored else 0
    waiting, found, nodes = [start], list[States](), 0
    while waiting:
        partial = waiting.pop()
        nodes += len(partial)
        if nodes > search.most:
            raise TooManyStates
        partial = _narrowed(search, partial)
        whole = (partial != 0).all(axis=1)
        found.append(partial[whole])
        parts = _split(partial[~whole], places)
        waiting += [parts[k : k + _BATCH] for k in range(0, len(parts), _BATCH)]
    states = np.concatenate(found)
    states = states[search.resting(states)]
    return (np.concatenate([states, -states]) if search.mirrored else states), nodes


def _narrowed(search: Search, partial: States) -> States:
    """Return the partial states that are not refuted, with every spin set that may have one sign only."""
    unchanged = False
    while len(partial) and not unchanged:
        up, down = search.allowed(partial)
        possible = np.where(partial > 0, up, np.where(partial < 0, down, up | down)).all(axis=1)
        forced = np.where(partial != 0, partial, up.astype(np.int64) - down)
        unchanged = bool((forced == partial).all())
        partial = forced[possible]
    return partial


def _split(partial: States, order: NDArray[np.int64]) -> States:
    """Set the first free neuron of each partial state, both ways."""
    first = order[(partial[:, order] == 0).argmax(axis=1)] if len(partial) else np.zeros(0, dtype=np.int64)
    both = np.concatenate([partial, partial])
    rows = np.arange(len(partial))
    both[rows, first], both[len(partial) + rows, first] = 1, -1
    return both


@dataclass(frozen=True, eq=False)
class LinearSearch(Search):
    """Bounds for linear drives: W without diagonal, |W|, diagonal and bias as int64, and the slack for rounding."""

    update: Affine
    weights: NDArray[np.int64]
    sizes: NDArray[np.int64]
    diagonal: NDArray[np.int64]
    bias: NDArray[np.int64]
    slack: int
    mirrored: bool

    def allowed(self, partial: States) -> Allowed:
        field = partial @ self.weights.T + self.bias
        room = (partial == 0).astype(np.int64) @ self.sizes.T + self.diagonal + self.slack
        return field + room >= 0, room - field >= 0

    def resting(self, states: States) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.all(states * self.update.at(states) >= 0, axis=1)
        return found


def linear_search(update: Affine) -> LinearSearch:
    """Return the search of linear drives."""
    matrix, bias, diagonal, slack = update.off_diagonal(), update.vector, update.diagonal, 0
    if matrix.dtype == object:
        largest = max(abs(entry) for entry in (*update.matrix.flat, *bias))
        shift = max(0, int(largest).bit_length() - _BITS)
        matrix, bias, diagonal = (_shifted(part, shift) for part in (matrix, bias, diagonal))
        slack = len(bias) + 2 if shift else 0
    return LinearSearch(update, matrix, abs(matrix), diagonal, bias, slack, not update.vector.any())


def _shifted(part: NDArray[Any], shift: int) -> NDArray[np.int64]:
    return np.array([entry >> shift for entry in part.flat], dtype=np.int64).reshape(part.shape)
