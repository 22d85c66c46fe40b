"""E at the states of a flow that a list has: in balls on their boxes, or exactly.

E is the energy that the core states, derived or of its own. A box has one equilibrium, and E has a value there that is
among the values on the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from hopverify.kernel.arithmetic import Value
from hopverify.kernel.core import Core
from hopverify.kernel.entries import Entry
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import rationals
from hopverify.kernel.network import Network
from hopverify.kernel.numbers import need, rational


class Energy:
    """E of a core with exact arrays."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @cached_property
    def in_balls(self) -> Network:
        """The core in balls."""
        return Network(self.core)

    @cached_property
    def exactly(self) -> Network:
        """The core in rationals."""
        return Network(self.core, RATIONALS)

    def check(self, entry: Entry, told: Any, where: str) -> None:
        """Refuse what is told of E at a state: a rational, of an exact one, or [low, high]."""
        exact = all(each.within is None for each in self.core.arrays.values())
        need(exact, where, "of numbers within a spread no energy is told")
        if isinstance(told, str):
            need(entry.exact, where, "of an enclosure an enclosed energy is told")
            need(self._at(self.exactly, entry.point) == rational(told, where), where, "E has another value there")
            return
        low, high = rationals(told, 2, where)
        value = self._at(self.in_balls, entry.ball)
        need(ball(low) <= value and value <= ball(high), where, "E is not shown to lie between these numbers")

    def _at(self, network: Network, x: Sequence[Any]) -> Value:
        states, first = dict[str, Value](), 0
        for layer in self.core.layers:
            states[layer.name] = list(x[first : first + layer.size])
            first += layer.size
        return network.energy(states, network.activations(states))
