"""Obligations about models of spins: what updates do to the energy, where runs end, and which states rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hopverify.networks import Memory, SpinModel


@dataclass(frozen=True)
class OfSpins:
    """What obligations about spins share; abstract."""

    model: SpinModel


@dataclass(frozen=True)
class SpinDescent(OfSpins):
    """No update raises the energy, from any state."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        which = "synchronous update of all neurons" if self.model.synchronous else "update of a neuron"
        return f"no {which} raises E = S - b·s, from any state"


@dataclass(frozen=True)
class SpinConvergence(OfSpins):
    """Every run of updates comes to rest."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        if self.model.synchronous:
            return "from every state synchronous updates come to rest: after finitely many steps nothing changes"
        return "from every state, whatever the order of updates, only finitely many of them change a neuron"


@dataclass(frozen=True)
class SpinFixedPoints(OfSpins):
    """All states that no update changes are known."""

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return "all fixed points are listed: the states that no update changes"


@dataclass(frozen=True, eq=False)
class SpinCorrection(OfSpins):
    """For at least ``at_least`` patterns: from up to ``flips`` changed neurons every run ends in the pattern.

    An asynchronous run sets every neuron again and again, in any order.
    """

    memory: Memory
    flips: int
    at_least: int

    @cached_property
    def patterns(self) -> NDArray[np.int64]:
        """The patterns, one in a row, as whole numbers ±1."""
        return self.memory.patterns.values.astype(np.int64)

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        count, name = self.memory.patterns.shape[0], self.memory.name
        who = f"each pattern of {name}" if self.at_least == count else f"at least {self.at_least} patterns of {name}"
        if self.flips == 0:
            return f"{who} is a fixed point"
        neurons = "1 neuron" if self.flips == 1 else f"at most {self.flips} neurons"
        order = "synchronous updates lead" if self.model.synchronous else "updates in any order lead"
        return f"{who} is restored: from every state that differs from it in {neurons}, {order} back to it"
