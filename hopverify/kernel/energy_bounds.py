"""A lower bound of the derived energy over all states, from convex Lagrangians and bounds of synaptic energies (T10).

For a convex L with g = ∇L, x·g - L = L*(γ) ≥ y·γ - L(y) for every y. So a neuron's part ρ(xγ - L) is at least

- -ρL(0), whatever the activation;
- ρ((γ² - 2t|γ| - a²)/2s - L(0)), if g grows at most with the slope s and the offset t on the sides on which it is
  unbounded, and γ ≥ -a (or γ ≤ a) if it is bounded on the other side;
- c|γ| - ρ·max L(±c/ρ), for any c ≥ 0, however fast g grows.

What synaptic energies are at least is in `synaptic_bounds.py`. What is left is a quadratic form of the growing
activations, Q = diag(ρ/s) - W, on the cone of those that are bounded on one side, and linear terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from flint import arb

from hopverify.kernel.activation_growth import Growth
from hopverify.kernel.cone_forms import Split, check_margin
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.synaptic_bounds import SynapticBounds
from hopverify.kernel.terms import STATE


class Bounds:
    """What E is at least: own parts of all neurons in order, less their biases, and what synapses are at least."""

    def __init__(self, core: Core, growth: Mapping[str, Growth]) -> None:
        self.core, self.growth, self.layers = core, growth, core.flow_layers
        self.synapses = SynapticBounds(core, growth)
        self.neurons = [(layer, place) for layer in self.layers for place in range(layer.size)]
        self.bias = [
            ball(layer.bias.fraction(place)) if layer.bias_in_energy else arb(0) for layer, place in self.neurons
        ]

    @property
    def growing(self) -> list[int]:
        """The neurons whose activations are unbounded, and grow as stated."""
        return [k for k, (layer, _) in enumerate(self.neurons) if layer.name in self.growth]

    @cached_property
    def intervals(self) -> list[arb | None]:
        """Return each activation over all states, or None where it is not bounded."""
        ranges = [(layer.name, self.synapses.gamma[layer.name][place]) for layer, place in self.neurons]
        hulls = [(name, each.low[0].union(each.high[0])) for name, each in ranges]
        return [hull if name not in self.growth and hull.is_finite() else None for name, hull in hulls]

    def confines(self) -> bool:
        """Whether E is large wherever an activation is: each is bounded, or has a leak, or grows as stated."""
        return all(
            layer.name in self.growth or layer.leak.fraction(place) > 0 or self.intervals[k] is not None
            for k, (layer, place) in enumerate(self.neurons)
        )

    # ---------------------------------------------------------------------------------------------------------- bound

    def bound(self, margin: Fraction | None, split: Split | None) -> arb:
        """Return a lower bound of E; with growing activations uᵀQu ≥ margin·|u|² on their cone has to hold."""
        pulls = [self._pull(k) for k in range(len(self.neurons))]
        found = self.synapses.constant
        for k, hull in enumerate(self.intervals):
            if hull is not None:
                # Bounded neurons pull at each other twice.
                own = (pulls[k] + self._linear(k)) / 2
                found -= own * hull
        for layer in self.layers:
            found -= self._own(layer, pulls)
        if self.growing:
            found += self._form(pulls, margin, split)
        return arb(found.lower())

    def _linear(self, neuron: int) -> arb:
        """Return b + (linear terms of -S)."""
        return self.bias[neuron] + self.synapses.linear[neuron]

    def _pull(self, neuron: int) -> arb:
        """Return the same with what bounded activations add through the weights."""
        layer, _ = self.neurons[neuron]
        found, bounded = self._linear(neuron), self.intervals[neuron] is not None
        for other, weight in self.synapses.weights[neuron].items():
            hull = self.intervals[other]
            if hull is not None:
                found += weight * hull
            elif not (bounded or weight == 0):
                both = layer.name in self.growth and self.neurons[other][0].name in self.growth
                need(
                    both,
                    f"layer {layer.name}",
                    "a product with an unbounded activation that is not shown to grow slowly",
                )
        return found

    def _own(self, layer: Layer, pulls: Sequence[arb]) -> arb:
        """Return ρ·L from above where a layer's own part is counted: at 0, or at ±c/ρ for what nothing else bounds."""
        leaks = [layer.leak.fraction(place) for place in range(layer.size)]
        start = self.synapses.first[layer.name]
        steep = [abs(pulls[k]).upper() + self.synapses.steep[k].upper() for k in range(start, start + layer.size)]
        lone = layer.name not in self.growth and any(self.intervals[start + k] is None for k in range(layer.size))
        if not lone:
            steep = [arb(0)] * layer.size
        for k, leak in enumerate(leaks):
            need(
                leak > 0 or bool(steep[k] == 0),
                f"layer {layer.name}",
                "a drive into it is not bounded, and it has no leak",
            )
        if not any(leaks):
            return arb(0)
        if layer.L is None:
            raise Rejected(f"layer {layer.name}: the core states no Lagrangian whose values are known")
        arrays = arrays_of(self.core, layer.L)
        if not layer.elementwise:
            need(not lone, f"layer {layer.name}", "it acts as a whole, and its activation is not bounded")
            return arb(ball(leaks[0]) * evaluate(layer.L, {**arrays, STATE: [arb(0)] * layer.size}))
        found = arb(0)
        for leak, c in zip(leaks, steep, strict=True):
            if leak:
                ends = [evaluate(layer.L, {**arrays, STATE: sign * c / ball(leak)}) for sign in (1, -1)]
                found += ball(leak) * ends[0].max(ends[1])
        return found

    def _form(self, pulls: Sequence[arb], margin: Fraction | None, split: Split | None) -> arb:
        """Return the least value of the growing activations' part, without -ρL(0).

        With δ = u - a it is at least ½uᵀQu - Σ(ĉ + |Qa|)u - ĉᵀa + ½aᵀQa - Σρa²/2s, ĉ = c + ρt/s.
        """
        neurons = self.growing
        grown = [self.growth[self.neurons[k][0].name] for k in neurons]
        leaks = [layer.leak.fraction(place) for layer, place in (self.neurons[k] for k in neurons)]
        Q, least = self._positive_form(margin, split)
        a = [ball(each.shift) for each in grown]
        Qa = [sum((q * s for q, s in zip(row, a, strict=True)), arb(0)) for row in Q]
        found = sum((q * s for q, s in zip(Qa, a, strict=True)), arb(0)) / 2
        for k, each, leak, moved in zip(neurons, grown, leaks, Qa, strict=True):
            c = abs(pulls[k]) + self.synapses.steep[k] + ball(leak * each.offset / each.slope)
            raised = c + abs(moved)
            found -= raised * raised / (2 * least) + c * ball(each.shift)
            found -= ball(leak * each.shift**2 / (2 * each.slope))
        return found

    def radius(self, margin: Fraction | None, split: Split | None) -> arb:
        """Return an upper bound of |δ|, over the growing activations, at all equilibria.

        δ = σγ, δ ≥ 0 where it has a sign, and xγ ≥ γ²/s, as g grows without offsets. With 0 = drive + b - ρx and
        synapses that count as quadratic, or by slopes, Σ ρxγ = Σ γ(drive + b), so that m|δ|² ≤ δᵀQδ ≤ Σ (|p| + c)|δ|.
        """
        if not self.growing:
            return arb(0)
        plain = all(each.offset == each.shift == 0 for each in self.growth.values())
        need(plain, "growth", "without a box, or an activation grows with an offset")
        _, least = self._positive_form(margin, split)
        pulls = [arb(abs(self._pull(k)).upper() + self.synapses.steep[k].upper()) for k in self.growing]
        return sum((each * each for each in pulls), arb(0)).sqrt() / least

    def _positive_form(self, margin: Fraction | None, split: Split | None) -> tuple[list[list[arb]], arb]:
        """Return Q and the margin, or refuse a margin that uᵀQu ≥ margin·|u|² on the cone is not shown for."""
        need(margin is not None and margin > 0, "margin", "expected a number > 0")
        assert margin is not None
        Q, signed = self.form(), [self.growth[self.neurons[k][0].name].signed for k in self.growing]
        check_margin(Q, signed, margin, split)
        return Q, ball(margin)

    def form(self) -> list[list[arb]]:
        """Return Q = diag(ρ/s) - W of the growing activations, in the coordinates δ."""
        neurons, Q = self.growing, list[list[arb]]()
        for i in neurons:
            layer, place = self.neurons[i]
            own, row = self.growth[layer.name], list[arb]()
            for j in neurons:
                turned = own.orientation * self.growth[self.neurons[j][0].name].orientation
                diagonal = ball(layer.leak.fraction(place) / own.slope) if i == j else arb(0)
                row.append(diagonal - turned * self.synapses.weights[i].get(j, arb(0)))
            Q.append(row)
        return Q
