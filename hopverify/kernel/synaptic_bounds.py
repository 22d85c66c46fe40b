"""Lower bounds of synaptic energies: S ≥ constant - Σ (linear·γ + steep|γ|) - ½γᵀWγ, for all activations (T10).

Each synapse counts by the end of its range; or, as `quadratic`, by what it is; or, as `curved`, by a bound of its
Hessian; or by `slopes`, with 0 for what is not bounded; or by parabolas below the functions that it is the sum of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from hopverify.kernel.affine import affine, starts
from hopverify.kernel.composition import of_activations
from hopverify.kernel.core import Core, Layer, Synapse
from hopverify.kernel.derive import apply, gradient
from hopverify.kernel.drive_ranges import EVERYWHERE, activations, of_term
from hopverify.kernel.functions import ball
from hopverify.kernel.hessians import upper_bound
from hopverify.kernel.intervals import Range, exactly
from hopverify.kernel.json_values import keys, rationals
from hopverify.kernel.numbers import need
from hopverify.kernel.separate import functions_of, lies_above
from hopverify.kernel.terms import Term, variables

ZERO = Fraction(0)
WAYS = ("range", "quadratic", "curved", "slopes")


class SynapticBounds:
    """What all synapses together are at least; ``held`` are the layers in which every activation is bounded."""

    def __init__(self, core: Core, unbounded: Iterable[str]) -> None:
        self.core, self.layers, self.first = core, core.flow_layers, starts(core)
        self.gamma = {each.name: activations(core, each, [EVERYWHERE] * each.size) for each in self.layers}
        finite = {name: all(each.size.is_finite() for each in own) for name, own in self.gamma.items()}
        self.held = {name for name, each in finite.items() if each} - set(unbounded)
        size = sum(layer.size for layer in self.layers)
        self.constant, self.linear, self.steep = arb(0), [arb(0)] * size, [arb(0)] * size
        self.weights: list[dict[int, arb]] = [{} for _ in range(size)]

    def add(self, synapse: Synapse, way: Any) -> None:
        """Count a synaptic energy: by the name of a way, or by [κ, k] for each layer, with parabolas."""
        where, S = f"synapse {synapse.name}", synapse.energy
        if way == "range":
            self.constant += of_term(self.core, S, self.gamma).low[0]
            return
        need(of_activations(self.core, S).lipschitz, where, "composition does not show that S is locally Lipschitz")
        kept = self.held if way == "slopes" else set[str]()
        origin = {each.name: [exactly(ZERO)] * each.size for each in self.layers if each.name not in kept}
        beside = {**self.gamma, **origin}
        self.constant += of_term(self.core, S, beside).low[0]
        joined = [each for each in self.layers if ("activation", each.name) in variables(S)]
        if not isinstance(way, str):
            self._add_parabolas(S, way, where)
            return
        need(way in WAYS, where, f"it counts by one of {', '.join(WAYS)}")
        for layer in (each for each in joined if each.name not in kept):
            slopes = gradient(S, ("activation", layer.name), self.core.places)
            if way == "quadratic":
                self._add_quadratic(layer, slopes)
            elif way == "slopes":
                self._add_slopes(layer, slopes)
            else:
                self._add_start(layer, of_term(self.core, slopes, beside))
        if way == "curved":
            self._add_curved(S, joined)

    def _add_weight(self, neuron: int, other: int, weight: arb) -> None:
        row = self.weights[neuron]
        row[other] = row.get(other, arb(0)) + weight

    def _add_quadratic(self, layer: Layer, slopes: Term) -> None:
        """Count ∂S/∂γ of a layer, which is affine in the activations, in rationals."""
        for neuron, each in enumerate(affine(self.core, slopes), start=self.first[layer.name]):
            self.linear[neuron] -= ball(each.constant)
            for other, slope in each.slopes.items():
                self._add_weight(neuron, other, -ball(slope))

    def _add_start(self, layer: Layer, slopes: Sequence[Range]) -> None:
        """Count ∂S/∂γ of a layer where all activations are 0."""
        for neuron, each in enumerate(slopes, start=self.first[layer.name]):
            self.linear[neuron] -= each.low[0].union(each.high[0])

    def _add_curved(self, S: Term, joined: Sequence[Layer]) -> None:
        """Count -½γᵀBγ with ∇²(-S) ⪯ B on the hulls of activations and 0."""
        hulls = {layer.name: self._with_zero(layer.name) for layer in joined}
        for (i, j), bound in upper_bound(self.core, apply("negate", S), hulls).items():
            for pair in {(i, j), (j, i)}:
                self._add_weight(*pair, ball(bound))

    def _add_slopes(self, layer: Layer, slopes: Term) -> None:
        """Count the largest |∂S/∂γ| on the way from 0 to any activations that are not bounded."""
        ways = {name: own if name in self.held else self._with_zero(name) for name, own in self.gamma.items()}
        for neuron, each in enumerate(of_term(self.core, slopes, ways), start=self.first[layer.name]):
            self.steep[neuron] += each.size

    def _add_parabolas(self, S: Term, stated: Mapping[str, Any], where: str) -> None:
        """Count κγ²/2 - k for each activation that S is a function of; it is a sum of these."""
        found = functions_of(S)
        sizes = {layer.name: layer.size for layer in self.layers}
        keys(stated, where, *dict.fromkeys(name for name, _ in found))
        for layer in dict.fromkeys(name for name, _ in found):
            curvature, depth = rationals(stated[layer], 2, where)
            known: dict[Term | None, bool] = {}
            for k in range(sizes[layer]):
                own = [found[place] for place in ((layer, None), (layer, k)) if place in found]
                f = None if not own else own[0] if len(own) == 1 else apply("add", *own)
                if f not in known:
                    known[f] = (curvature <= 0 <= depth) if f is None else lies_above(f, curvature, depth)
                need(known[f], where, f"S of neuron {k} of layer {layer} is not shown to be above its parabola")
                self._add_weight(self.first[layer] + k, self.first[layer] + k, -ball(curvature))
                self.constant -= ball(depth)

    def _with_zero(self, name: str) -> list[Range]:
        return [
            Range(each.low if each.low[0] <= 0 else _ORIGIN, each.high if each.high[0] >= 0 else _ORIGIN)
            for each in self.gamma[name]
        ]


_ORIGIN = (arb(0), False)
