"""Where an equilibrium lies in its flat region (T5): neurons on constant intervals, and layers that act as a whole.

Of a layer that acts as a whole, F(γ) = {x : g(x) = γ} is known in three cases: L is strictly convex, or convex with
H ≻ 0 at the state, and F(γ) is a point; ker ∇²L = R·1 at every state, and it is x + R·1; or L is a threshold's, no
neuron is at the edge of the support, and it is x + t·1 for every t, with the neurons outside anywhere up to t above the
threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hopverify.kernel.composition import of_state
from hopverify.kernel.constant_intervals import Interval, constant_intervals
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.entries import Entry
from hopverify.kernel.linearised import Beside, Linear, is_flat_along_ones
from hopverify.kernel.null_space import is_flat_along_ones_alone, is_threshold
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.semidefinite import is_definite


class FlatFlow:
    """The constant intervals of a flow's activations, and what is known of its layers that act as a whole."""

    def __init__(self, core: Core) -> None:
        self.core, self.linear = core, Linear(core)
        self.names = [f"{layer.name}[{k}]" for layer in self.linear.flow.layers for k in range(layer.size)]
        self.intervals = {
            i: intervals
            for layer, neurons in self.linear.layers
            if layer.elementwise
            for intervals in [constant_intervals(core, layer)]
            for i in neurons
        }
        self.slow = set(self.linear.slow)

    def is_convex(self, layer: Layer) -> bool:
        """Whether L is, by composition, locally Lipschitz and convex."""
        if layer.L is None:
            return False
        known = of_state(self.core, layer, layer.L)
        return known.lipschitz and known.convex

    def is_strictly_convex(self, layer: Layer) -> bool:
        """Whether L is, by composition, locally Lipschitz and strictly convex."""
        return self.is_convex(layer) and layer.L is not None and of_state(self.core, layer, layer.L).strict


@dataclass(frozen=True, eq=False)
class FlatPlace:
    """An equilibrium of a flow: an exact state, or one in a box."""

    flow: FlatFlow
    entry: Entry

    def interval(self, i: int) -> Interval | None:
        """Return the constant interval on which the state of a neuron that acts for itself certainly lies."""
        met = self._met(i)
        return met[0] if len(met) == 1 and met[0].known and met[0].holds(*self.entry.ends[i]) else None

    def is_alive(self, i: int) -> bool:
        """Whether g is certainly constant on no segment of such a neuron's states with its own in it."""
        return not self._met(i)

    def _met(self, i: int) -> list[Interval]:
        return [each for each in self.flow.intervals[i] if each.meets(*self.entry.ends[i])]

    @cached_property
    def whole(self) -> list[WholePlace]:
        """The layers that act as a whole."""
        return [WholePlace(self, layer, neurons) for layer, neurons in self.flow.linear.whole]

    @cached_property
    def beside(self) -> Beside:
        """The flow beside the equilibrium."""
        return Beside(self.flow.linear, self.entry)


@dataclass(frozen=True, eq=False)
class WholePlace:
    """The state of a layer that acts as a whole."""

    place: FlatPlace
    layer: Layer
    neurons: Sequence[int]

    @cached_property
    def is_point(self) -> bool:
        """Whether F(γ) is certainly a point."""
        if self.place.flow.is_strictly_convex(self.layer):
            return True
        rows = self._slopes()
        if rows is None or not self.place.flow.is_convex(self.layer):
            return False
        n = range(len(rows))
        return is_definite([[(rows[i][j] + rows[j][i]) / 2 for j in n] for i in n])

    @cached_property
    def outside(self) -> list[int] | None:
        """The neurons whose activation is 0 around the state, of a threshold's that is otherwise > 0; or None."""
        rows = self._slopes()
        if rows is None or not is_threshold(self.place.flow.core, self.layer):
            return None
        gamma = self.place.flow.linear.flow.gamma(self.place.entry.ball)
        dead = [gamma[i] == 0 and all(each == 0 for each in row) for i, row in zip(self.neurons, rows, strict=True)]
        if not all(out or gamma[i] > 0 for i, out in zip(self.neurons, dead, strict=True)):
            return None
        return [i for i, out in zip(self.neurons, dead, strict=True) if out]

    @property
    def along_ones(self) -> bool:
        """Whether F(γ) is x + R·1."""
        return self.outside == [] or is_flat_along_ones_alone(self.place.flow.core, self.layer)

    @property
    def shifts(self) -> bool:
        """Whether g never changes along (1, …, 1)."""
        return is_flat_along_ones(self.place.flow.core, self.layer)

    @property
    def returns(self) -> bool:
        """Whether all neurons of the layer relax at one rate, along straight lines."""
        return len(set(self.layer.tau.entries)) == 1 and len(set(self.layer.leak.entries)) == 1

    def _slopes(self) -> list[list[Any]] | None:
        try:
            H = self.place.beside.hessian
        except Rejected:
            return None
        return [[H[i, j] for j in self.neurons] for i in self.neurons]
