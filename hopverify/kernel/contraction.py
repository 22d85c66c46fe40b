"""Softmax memories that contract (T16): hidden layers of softmax or ghostmax, joined to visible layers by patterns.

    τẋ = Σ_l Ξ_lᵀγ_l + b - ρ∘x,   γ_l = c·softmax(βz_l),   τ_l ż_l = Ξ_l g(x) + b_l - ρ_l z_l

over all hidden layers l, with x the states of all visible neurons. If z_l changes by Ξ_l u, then Ξ_lᵀγ_l does by cβ·Cu,
with a mean C of covariances of the patterns, the rows of Ξ_l, under some weights. It is at most R², if all of them are
within R of some centre, or no two of them are farther apart than 2R (Popoviciu). Ghostmax is softmax with one more
pattern, 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from flint import arb, arb_mat

from hopverify.kernel.affine import affine_drives, has_symmetric_slopes, starts
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.flow import Balls, Flow
from hopverify.kernel.functions import ball
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.sectors import shares

MAX_PAIRS = 2000
"""Of so many patterns all pairs are compared."""


@dataclass(frozen=True)
class Memory:
    """A hidden layer, its patterns with one entry for each visible neuron, and cβ/ρ."""

    layer: Layer
    patterns: arb_mat
    ghost: bool
    strength: Fraction

    def gain(self, centre: Sequence[Fraction] | None) -> arb:
        """Return cβR²/ρ, R the largest distance to a centre, or half the largest one of two patterns."""
        rows = self.patterns.tolist() + ([[arb(0)] * self.patterns.ncols()] if self.ghost else [])
        if centre is not None:
            middle = list(map(ball, centre))
            squares = (sum(((a - b) ** 2 for a, b in zip(row, middle, strict=True)), arb(0)) for row in rows)
            return ball(self.strength) * reduce(arb.max, squares)
        need(len(rows) <= MAX_PAIRS, self.layer.name, f"of more than {MAX_PAIRS} patterns a centre is needed")
        products = (arb_mat(rows) * arb_mat(rows).transpose()).tolist()
        pairs = (products[j][j] + products[k][k] - 2 * products[j][k] for j in range(len(rows)) for k in range(j))
        return ball(self.strength) * reduce(arb.max, pairs, arb(0)) / 4


class Memories:
    """The visible layers of a core, and the memories of its hidden layers, whose names are given."""

    def __init__(self, core: Core, names: Sequence[str], where: str) -> None:
        self.core, self.forms, self.starts, self.flow = core, affine_drives(core), starts(core), Flow(core)
        self.visible = [layer for layer in core.flow_layers if layer.name not in names]
        self.neurons = [k for layer in self.visible for k in self._places(layer)]
        seen = set(self.neurons)
        joined = all((j in seen) != (k in seen) for k, form in enumerate(self.forms) for j in form.slopes)
        need(bool(seen) and joined, where, "synapses join hidden layers with visible ones, and no others")
        need(has_symmetric_slopes(self.forms), where, "the weights are not symmetric")
        self.memories = [self._memory(layer, where) for layer in core.flow_layers if layer.name in names]

    def _places(self, layer: Layer) -> range:
        first = self.starts[layer.name]
        return range(first, first + layer.size)

    def _memory(self, layer: Layer, where: str) -> Memory:
        found = shares(activation(self.core, layer))
        if found is None:
            raise Rejected(f"{where}: layer {layer.name} has neither softmax nor ghostmax")
        alike = len(set(layer.tau.entries)) == len(set(layer.leak.entries)) == 1 and layer.leak.fraction(0) > 0
        need(alike, where, f"the neurons of layer {layer.name} have one time constant, and one leak > 0")
        rows = [[ball(self.forms[k].slopes.get(j, 0)) for j in self.neurons] for k in self._places(layer)]
        return Memory(layer, arb_mat(rows), found[1], found[0] / layer.leak.fraction(0))

    @property
    def leaks(self) -> list[Fraction]:
        """ρ of each visible neuron."""
        return [layer.leak.fraction(k) for layer in self.visible for k in range(layer.size)]

    def gain(self, centres: Mapping[str, Sequence[Fraction] | None]) -> arb:
        """Return Σ cβR²/ρ: at rest the drives of the visible layers change at most so many times as much as g(x)."""
        return sum((each.gain(centres[each.layer.name]) for each in self.memories), arb(0))

    def holds(self, ends: Sequence[tuple[Fraction, Fraction]], rate: arb) -> bool:
        """Whether the equilibrium lies in a box, if x ↦ (Σ_l Ξ_lᵀγ_l + b)/ρ, at rest, contracts with a ``rate`` < 1.

        From the middle m of the box it is no farther than the image of m, divided by 1 - rate.
        """
        boxes = [ball(ends[k][0]).union(ball(ends[k][1])) for k in self.neurons]
        middle = [(ends[k][0] + ends[k][1]) / 2 for k in self.neurons]
        pairs = zip(self._image(list(map(ball, middle))), middle, strict=True)
        off = sum(((moved - ball(m)) ** 2 for moved, m in pairs), arb(0)).sqrt() / (1 - rate)
        seen = all(ball((ends[k][1] - ends[k][0]) / 2) >= off for k in self.neurons)
        return seen and all(
            ball(ends[k][0]) <= z <= ball(ends[k][1])
            for memory in self.memories
            for k, z in zip(self._places(memory.layer), self._rest(memory, boxes), strict=True)
        )

    def _image(self, x: Balls) -> list[arb]:
        """Return (Σ_l Ξ_lᵀγ_l + b)/ρ for states of the visible neurons, with the hidden layers at rest."""
        total = arb_mat(1, len(x), [ball(self.forms[k].constant) for k in self.neurons])
        for memory in self.memories:
            total += arb_mat([self.flow.activated(memory.layer, self._rest(memory, x))]) * memory.patterns
        return [each / ball(rho) for each, rho in zip(total.entries(), self.leaks, strict=True)]

    def _rest(self, memory: Memory, x: Balls) -> list[arb]:
        """Return where a hidden layer rests for states of the visible neurons."""
        gamma: list[arb] = []
        for layer in self.visible:
            gamma += self.flow.activated(layer, x[len(gamma) : len(gamma) + layer.size])
        inputs = (memory.patterns * arb_mat(len(gamma), 1, gamma)).entries()
        rho, neurons = ball(memory.layer.leak.fraction(0)), self._places(memory.layer)
        return [(u + ball(self.forms[k].constant)) / rho for u, k in zip(inputs, neurons, strict=True)]
