"""Signs that decide updates of spins, for many states at once; a sign that cannot be decided says so.

States are the rows of an array of ±1. :meth:`Values.keeping` has +1 where the update of a neuron keeps its state, 0 for
a tie, which keeps it as well, and -1 where it is flipped; :meth:`Values.rising` the sign of E(after) - E(before).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import EvidenceRejected

States = NDArray[np.int64]
Signs = NDArray[np.int8]

UNDECIDED = 2


class Values(ABC):
    """The signs of one model."""

    most = 16
    """The number of neurons up to which all states are gone through."""

    @abstractmethod
    def keeping(self, states: States) -> Signs:
        """Return the sign for each state and neuron."""

    @abstractmethod
    def rising(self, before: States, after: States) -> Signs:
        """Return the sign of the change of the energy for each pair of states."""

    def flips(self, states: States) -> NDArray[np.bool_]:
        """Return for each state and neuron whether its update flips it; refuse what is undecided."""
        return decided(self.keeping(states)) < 0

    def step(self, states: States) -> States:
        """Return the states after one synchronous update."""
        return np.where(self.flips(states), -states, states)


def decided(signs: Signs) -> Signs:
    """Return signs all of which are decided, or raise :class:`EvidenceRejected`."""
    if (signs == UNDECIDED).any():
        raise EvidenceRejected("a sign on which an update depends cannot be decided at this precision")
    return signs


def all_states(count: int) -> States:
    """Return all states of so many neurons; neuron i of state k is +1 iff bit i of k is set."""
    numbers = np.arange(2**count, dtype=np.int64)
    return 2 * ((numbers[:, None] >> np.arange(count)) & 1) - 1


def signs_of(values: NDArray[Any]) -> Signs:
    """Return the signs of whole numbers."""
    return (np.asarray(values > 0, dtype=np.int8) - np.asarray(values < 0, dtype=np.int8)).astype(np.int8)
