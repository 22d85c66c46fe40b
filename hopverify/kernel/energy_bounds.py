"""A lower bound of the derived energy over all states, from convex Lagrangians and bounds of synaptic energies (T10).

For a convex L with g = ∇L, x·g - L = L*(γ) ≥ y·γ - L(y) for every y. So a neuron's part ρ(xγ - L) is at least

- -ρL(0), whatever the activation;
- ρ((γ² - 2t|γ| - a²)/2s - L(0)), if g grows at most with the slope s and the offset t on the sides on which it is
  unbounded, and γ ≥ -a (or γ ≤ a) if it is bounded on the other side;
- c|γ| - ρ·max L(±c/ρ), for any c ≥ 0, however fast g grows.

Synaptic energies are at least the end of a range; or an exact quadratic function of the activations; or that end with
0 for what is not bounded, less Σ cᵢ|γᵢ| over it, cᵢ bounding the slopes of S. What is left is a quadratic form of the
growing activations, Q = diag(ρ/s) - W, on the cone of those that are bounded on one side, and linear terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from flint import arb, arb_mat

from hopverify.kernel.affine import affine, starts
from hopverify.kernel.composition import of_activations
from hopverify.kernel.copositivity import is_strictly_copositive
from hopverify.kernel.core import Core, Layer, Synapse
from hopverify.kernel.derive import gradient
from hopverify.kernel.drive_ranges import EVERYWHERE, activations, of_term
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import Range, exactly
from hopverify.kernel.linear_growth import Bound, grows
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.semidefinite import is_definite
from hopverify.kernel.terms import STATE, Term, Variable, walk

MAX_COPOSITIVE = 14
"""All principal minors of so many neurons are computed."""

ZERO = Fraction(0)


@dataclass(frozen=True)
class Growth:
    """γ = σδ with δ ≤ s|x| + t, and δ ≥ -a if ``signed``: the activation is bounded on one side."""

    orientation: int
    signed: bool
    slope: Fraction
    offset: Fraction
    shift: Fraction


def growth_of(core: Core, layer: Layer, stated: Sequence[Fraction]) -> Growth:
    """Return how an activation grows, with g ≤ r·x⁺ + t and -g ≤ l·x⁻ + u as stated; one of r, l is > 0."""
    right, top, left, bottom = stated
    where = f"growth of {layer.name}"
    need(layer.elementwise and min(right, left) >= 0 < max(right, left), where, "slopes are ≥ 0, and one is > 0")
    shown = grows(core, layer, 1, Bound(right, ZERO, top)) and grows(core, layer, -1, Bound(ZERO, left, bottom))
    need(shown, where, "the activation is not shown to grow so slowly")
    top, bottom = max(top, ZERO), max(bottom, ZERO)
    if right and left:
        return Growth(1, False, max(right, left), max(top, bottom), ZERO)
    return Growth(1, True, right, top, bottom) if right else Growth(-1, True, left, bottom, top)


@dataclass
class Bounds:
    """What E is at least: ``constant`` + own parts - Σ (linear·γ + steep|γ|) - ½γᵀWγ, for all neurons in order."""

    core: Core
    growth: Mapping[str, Growth]
    constant: arb = field(default_factory=lambda: arb(0))

    def __post_init__(self) -> None:
        self.layers = self.core.flow_layers
        self.first = starts(self.core)
        self.neurons = [(layer, place) for layer in self.layers for place in range(layer.size)]
        self.gamma: dict[str, list[Range]] = {
            layer.name: activations(self.core, layer, [EVERYWHERE] * layer.size) for layer in self.layers
        }
        self.linear = [layer.bias.fraction(place) if layer.bias_in_energy else ZERO for layer, place in self.neurons]
        self.steep = [arb(0)] * len(self.neurons)
        self.weights: list[dict[int, Fraction]] = [{} for _ in self.neurons]

    @property
    def growing(self) -> list[int]:
        """The neurons whose activations are unbounded, and grow as stated."""
        return [k for k, (layer, _) in enumerate(self.neurons) if layer.name in self.growth]

    @cached_property
    def intervals(self) -> list[arb | None]:
        """Return each activation over all states, or None where it is not bounded."""
        ranges = [(layer.name, self.gamma[layer.name][place]) for layer, place in self.neurons]
        hulls = [(name, each.low[0].union(each.high[0])) for name, each in ranges]
        return [hull if name not in self.growth and hull.is_finite() else None for name, hull in hulls]

    def _is_bounded(self, layer: Layer) -> bool:
        start = self.first[layer.name]
        return all(self.intervals[start + k] is not None for k in range(layer.size))

    def confines(self) -> bool:
        """Whether E is large wherever an activation is: each is bounded, or has a leak, or grows as stated."""
        return all(
            layer.name in self.growth or layer.leak.fraction(place) > 0 or self.intervals[k] is not None
            for k, (layer, place) in enumerate(self.neurons)
        )

    # ------------------------------------------------------------------------------------------------------- synapses

    def add(self, synapse: Synapse, way: str) -> None:
        """Count a synaptic energy, as ``range``, ``quadratic`` or by its ``slopes``."""
        where, S = f"synapse {synapse.name}", synapse.energy
        if way == "range":
            self.constant += of_term(self.core, S, self.gamma).low[0]
            return
        need(of_activations(self.core, S).lipschitz, where, "composition does not show that S is locally Lipschitz")
        held = {layer.name for layer in self.layers if way == "slopes" and self._is_bounded(layer)}
        origin = {layer.name: [exactly(ZERO)] * layer.size for layer in self.layers if layer.name not in held}
        self.constant += of_term(self.core, S, {**self.gamma, **origin}).low[0]
        for layer in (each for each in self.layers if each.name not in held):
            if any(node == Variable(("activation", layer.name)) for node in walk(S)):
                slopes = gradient(S, ("activation", layer.name), self.core.places)
                if way == "quadratic":
                    self._add_quadratic(layer, slopes)
                else:
                    self._add_slopes(layer, slopes)

    def _add_quadratic(self, layer: Layer, slopes: Term) -> None:
        """Count ∂S/∂γ of a layer, which is affine in the activations, in rationals."""
        for neuron, each in enumerate(affine(self.core, slopes), start=self.first[layer.name]):
            self.linear[neuron] -= each.constant
            row = self.weights[neuron]
            for other, slope in each.slopes.items():
                row[other] = row.get(other, ZERO) - slope

    def _add_slopes(self, layer: Layer, slopes: Term) -> None:
        """Count the largest |∂S/∂γ| on the way from 0 to any activations that are not bounded."""
        ways = {
            name: [
                Range(each.low if each.low[0] <= 0 else _ORIGIN, each.high if each.high[0] >= 0 else _ORIGIN)
                for each in ranges
            ]
            for name, ranges in self.gamma.items()
        }
        ways |= {each.name: self.gamma[each.name] for each in self.layers if self._is_bounded(each)}
        for neuron, each in enumerate(of_term(self.core, slopes, ways), start=self.first[layer.name]):
            self.steep[neuron] += _size(each)

    # ---------------------------------------------------------------------------------------------------------- bound

    def bound(self, margin: Fraction | None, split: Sequence[Sequence[Fraction]] | None) -> arb:
        """Return a lower bound of E; with growing activations uᵀQu ≥ margin·|u|² on their cone has to hold."""
        pulls = [self._pull(k) for k in range(len(self.neurons))]
        found = self.constant
        for k, hull in enumerate(self.intervals):
            if hull is not None:
                # Bounded neurons pull at each other twice.
                own = (pulls[k] + ball(self.linear[k])) / 2
                found -= own * hull
        for layer in self.layers:
            found -= self._own(layer, pulls)
        if self.growing:
            need(margin is not None and margin > 0, "margin", "expected a number > 0")
            assert margin is not None
            found += self._form(pulls, margin, split)
        return arb(found.lower())

    def _pull(self, neuron: int) -> arb:
        """Return b + (linear terms of -S), with what bounded activations add through the weights."""
        layer, _ = self.neurons[neuron]
        found, bounded = ball(self.linear[neuron]), self.intervals[neuron] is not None
        for other, weight in self.weights[neuron].items():
            hull = self.intervals[other]
            if hull is not None:
                found += ball(weight) * hull
            elif not bounded and weight:
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
        start = self.first[layer.name]
        steep = [abs(pulls[k]).upper() + self.steep[k].upper() for k in range(start, start + layer.size)]
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

    def _form(self, pulls: Sequence[arb], margin: Fraction, split: Sequence[Sequence[Fraction]] | None) -> arb:
        """Return the least value of the growing activations' part, without -ρL(0).

        With δ = u - a it is at least ½uᵀQu - Σ(ĉ + |Qa|)u - ĉᵀa + ½aᵀQa - Σρa²/2s, ĉ = c + ρt/s.
        """
        neurons = self.growing
        grown = [self.growth[self.neurons[k][0].name] for k in neurons]
        leaks = [layer.leak.fraction(place) for layer, place in (self.neurons[k] for k in neurons)]
        Q = self.form()
        _check_margin(Q, [each.signed for each in grown], margin, split)
        rows = [[ball(each) for each in row] for row in Q]
        a = [ball(each.shift) for each in grown]
        Qa = [sum((q * s for q, s in zip(row, a, strict=True)), arb(0)) for row in rows]
        found = sum((q * s for q, s in zip(Qa, a, strict=True)), arb(0)) / 2
        for k, each, leak, moved in zip(neurons, grown, leaks, Qa, strict=True):
            c = abs(pulls[k]) + self.steep[k] + ball(leak * each.offset / each.slope)
            raised = c + abs(moved)
            found -= raised * raised / (2 * ball(margin)) + c * ball(each.shift)
            found -= ball(leak * each.shift**2 / (2 * each.slope))
        return found

    def form(self) -> list[list[Fraction]]:
        """Return Q = diag(ρ/s) - W of the growing activations, in the coordinates δ."""
        neurons, Q = self.growing, list[list[Fraction]]()
        for i in neurons:
            layer, place = self.neurons[i]
            own, row = self.growth[layer.name], list[Fraction]()
            for j in neurons:
                turned = own.orientation * self.growth[self.neurons[j][0].name].orientation
                diagonal = layer.leak.fraction(place) / own.slope if i == j else ZERO
                row.append(diagonal - turned * self.weights[i].get(j, ZERO))
            Q.append(row)
        return Q


_ORIGIN = (arb(0), False)


def _size(of: Range) -> arb:
    return abs(of.low[0]).max(abs(of.high[0]))


def _check_margin(
    Q: Sequence[Sequence[Fraction]],
    signed: Sequence[bool],
    margin: Fraction,
    split: Sequence[Sequence[Fraction]] | None,
) -> None:
    """Refuse a margin unless uᵀQu ≥ margin·|u|² for all u with uᵢ ≥ 0 where activations are bounded on one side.

    Q - margin·I - N ≻ 0, where N ≥ 0 has its entries between signed neurons; or Q - margin·I is strictly copositive.
    """
    n = range(len(Q))
    if split is not None:
        inside = all(split[i][j] >= 0 and (split[i][j] == 0 or (signed[i] and signed[j])) for i in n for j in n)
        symmetric = all(split[i][j] == split[j][i] for i in n for j in range(i))
        need(inside and symmetric, "split", "a symmetric matrix ≥ 0, and 0 outside the neurons with a sign")
    lowered = [
        [ball(Q[i][j] - (margin if i == j else 0) - (split[i][j] if split is not None else 0)) for j in n] for i in n
    ]
    if is_definite(lowered):
        return
    small = split is None and all(signed) and len(Q) <= MAX_COPOSITIVE
    need(
        small and is_strictly_copositive(arb_mat(lowered)), "margin", "the form Q - margin is not positive on the cone"
    )
