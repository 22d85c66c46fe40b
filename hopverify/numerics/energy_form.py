"""Bounds of the derived energy in floating point: what to propose, and the form of the activations that grow (T10).

The terms are those of docs/theory.md: unbounded activations that grow at most linearly feel Q = diag(ρ/s) + ∇²S on a
cone, others with a leak outweigh any linear term, bounded ones have their range. A synaptic energy counts by its
*range*, as *quadratic*, or by its *slopes*. Nothing here is proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import islice, product
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import EvidenceRejected, HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, Model
from hopverify.numerics.linear_growth import growth
from hopverify.numerics.parabolas import parabolas
from hopverify.numerics.quadratic_drives import weights
from hopverify.numerics.ranges import Box, activation_range, drives_of, energy_of
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

Floats = NDArray[np.float64]
Way = str | Mapping[str, list[Fraction]]
Ways = Mapping[str, Way]
GRID = 2**50
MAX_WAYS, SLACK = 12, 2.0**-20
LINEAR = ("quadratic", "curved")


def as_gradient(synapse: Synapse) -> Synapse:
    """Return the synapse whose drive is -∇S, whatever the spec adds to the flow."""
    if isinstance(synapse, FeedforwardFeedback):
        return replace(synapse, feedback=synapse.forward.transpose())
    return replace(synapse, gradient=True) if isinstance(synapse, Dense | Diagonal) else synapse


def growths(model: Model) -> dict[str, list[Fraction]]:
    """Return [r, t, l, u] with g ≤ r·x⁺ + t and -g ≤ l·x⁻ + u, r or l > 0, for the layers that have such bounds."""
    found = {}
    for name, layer in model.layers.items():
        grown = growth(layer.function) if None in activation_range(layer) else None
        if grown is not None and (grown.above.right or grown.below.left):
            above, below = grown.above, grown.below
            found[name] = [_up(above.right), _up(above.offset), _up(below.left), _up(below.offset)]
    return found


def _up(value: Fraction) -> Fraction:
    """Return a number that is a little larger, so that balls tell; whole numbers stay what they are."""
    return value if value.denominator == 1 else Fraction(ceil(value * GRID) + 1, GRID)


def ways(model: Model) -> Iterator[tuple[dict[str, list[Fraction]], dict[str, Way]]]:
    """Yield layers that count as growing, and ways to count the synaptic energies, likely ones first.

    What is joined to bounded activations alone need not grow slowly; what has no leak grows, or is known by S alone.
    """
    bounded = {name for name, layer in model.layers.items() if None not in activation_range(layer)}
    choices: list[tuple[Way, ...]] = []
    for synapse in model.synapses.values():
        if set(synapse.layers) <= bounded:
            choices.append(("range",))
        else:
            linear: tuple[Way, ...] = ("quadratic" if synapse.spread is None else "curved", "slopes", "range")
            others: tuple[Way, ...] = ("range", "slopes", *parabolas(model, synapse), "quadratic")
            choices.append(linear if synapse.linear else others)
    grown = growths(model)
    leaky = {name: row for name, row in grown.items() if any(rho > 0 for rho in model.layers[name].leak)}
    sets = [{}, *([leaky] if leaky else []), *([grown] if len(grown) > len(leaky) else [])]
    for chosen in islice(product(*choices), MAX_WAYS):
        for rows in sets:
            yield rows, dict(zip(model.synapses, chosen, strict=True))


class EnergyForm:
    """An estimate of what the kernel's bound of E comes to; raises :class:`EvidenceRejected` where there is none."""

    def __init__(self, model: Model, grown: Mapping[str, list[Fraction]], chosen: Ways) -> None:
        self.model, self.grown, self.ways = model, grown, chosen
        self.synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
        ranges = {name: activation_range(layer) for name, layer in model.layers.items()}
        self.gamma = {name: Box.full(layer.size, ranges[name]) for name, layer in model.layers.items()}
        self.unbounded = [name for name in model.layers if name in grown or None in ranges[name]]
        still = {name: Box.full(model.layers[name].size, (Fraction(0), Fraction(0))) for name in self.unbounded}
        self.beside = {**self.gamma, **still}
        self.open = [model.layers[name] for name in model.layers if name in grown]
        self.signed = np.array([self._is_signed(layer) for layer in self.open for _ in range(layer.size)], dtype=bool)

    def _is_signed(self, layer: Layer) -> bool:
        right, _, left, _ = self.grown[layer.name]
        return not (right and left)

    def _numbers(self, layer: Layer) -> tuple[float, float, float, float]:
        """Return σ, s, t and a of a layer that grows."""
        right, top, left, bottom = (float(each) for each in self.grown[layer.name])
        if right and left:
            return 1.0, max(right, left), max(top, bottom, 0.0), 0.0
        return (1.0, right, max(top, 0.0), max(bottom, 0.0)) if right else (-1.0, left, max(bottom, 0.0), max(top, 0.0))

    def form(self) -> Floats:
        """Return Q = diag(ρ/s) - W of the activations that grow."""
        rows = [k for layer in self.open for k in self.places[layer.name]]
        turn = np.array([self._numbers(layer)[0] for layer in self.open for _ in range(layer.size)])
        diagonal = [float(rho) / self._numbers(layer)[1] for layer in self.open for rho in layer.each(layer.leak)]
        return np.asarray(np.diag(diagonal) - self.weights[np.ix_(rows, rows)] * np.outer(turn, turn))

    @cached_property
    def places(self) -> dict[str, range]:
        """Return the rows of each layer's neurons."""
        return {name: range(each.start, each.stop) for name, each in self.model.places.items()}

    @cached_property
    def weights(self) -> Floats:
        """Return W of the energies that count as quadratic."""
        chosen = [synapse for name, synapse in self.synapses.items() if self.ways[name] in LINEAR]
        W = weights(self.model.layers, chosen)
        for synapse in chosen:
            if isinstance(synapse, Dense) and synapse.spread is not None:
                W[np.diag_indices(len(W))] += self._spread(synapse)
        for way in self.ways.values():
            for name, (curvature, _) in {} if isinstance(way, str) else way.items():
                own = list(self.places[name])
                W[own, own] -= float(curvature)
        return W

    def _spread(self, synapse: Dense) -> Floats:
        """Return for each neuron by how much its weights may differ from those given, in sum."""
        assert synapse.spread is not None
        near = float(synapse.spread.absolute) + float(synapse.spread.relative) * np.abs(synapse.matrix.floats())
        found, (left, right) = np.zeros(sum(map(len, self.places.values()))), synapse.layers
        factor = float(synapse.prefactor) * (1 + SLACK)
        found[self.places[left]] += factor * near.sum(axis=1)
        found[self.places[right]] += factor * near.sum(axis=0)
        return found

    @np.errstate(invalid="ignore", over="ignore")
    def bound(self, margin: float | None, Q: Floats) -> float:
        """Return about what E is at least; infinite numbers, or none, where these ways give nothing."""
        steep, linear, size = self._slopes, self._linear, self._size
        low, high = self._ends
        constant = sum(self._energy(name, synapse) for name, synapse in self.synapses.items())
        for name, layer in self.model.layers.items():
            own = list(self.places[name])
            pull = size[own] + steep[own]
            constant -= self._own(layer, pull)
            if name not in self.unbounded:
                ends = np.maximum(np.abs(low[own]), np.abs(high[own]))
                constant -= float((ends * (size[own] + np.abs(linear[own])) / 2).sum())
        among = [k for name in self.unbounded if name not in self.grown for k in self.places[name]]
        beside = [k for name in self.unbounded for k in self.places[name]]
        if self.weights[np.ix_(among, beside)].any():
            return -inf
        if not self.open:
            return constant
        if margin is None:
            return -inf
        rows = [k for layer in self.open for k in self.places[layer.name]]
        return constant + self._least(margin, Q, size[rows] + steep[rows])

    def equilibria(self, margin: float, slack: float) -> dict[str, Box]:
        """Return about where activations of equilibria lie, where they grow without offsets."""
        pull = self._size + self._slopes
        rows = [k for layer in self.open for k in self.places[layer.name]]
        reach = float(np.linalg.norm(pull[rows])) / margin * (1 + slack) + slack
        found = dict(self.gamma)
        for name in self.grown:
            found[name] = Box(np.maximum(self.gamma[name].lower, -reach), np.minimum(self.gamma[name].upper, reach))
        return found

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        """Return the ends of the activations that count as bounded, 0 of the others."""
        boxes = self.beside.values()
        return np.concatenate([box.lower for box in boxes]), np.concatenate([box.upper for box in boxes])

    @cached_property
    def _linear(self) -> Floats:
        """Return the bias, and what else is linear in the activations."""
        return np.concatenate([_counted(layer) for layer in self.model.layers.values()]) + self._start()

    @cached_property
    def _size(self) -> Floats:
        """Return how large the linear terms become beside all bounded activations."""
        low, high = self._ends
        found: Floats = np.abs(self.weights @ ((low + high) / 2) + self._linear)
        return found + np.abs(self.weights) @ ((high - low) / 2)

    def _start(self) -> Floats:
        """Return -∂S/∂γ at 0 of energies that count as quadratic."""
        found = np.zeros(len(self.weights))
        for name, synapse in self.synapses.items():
            if self.ways[name] in LINEAR:
                at = {each: np.zeros(self.model.layers[each].size) for each in synapse.layers}
                for target, own in synapse.drive(at, FLOATS).items():
                    found[self.places[target]] += np.asarray(own, dtype=np.float64)
        return found

    def _least(self, margin: float, Q: Floats, c: Floats) -> float:
        numbers = np.array([[*self._numbers(layer)] for layer in self.open for _ in range(layer.size)])
        leak = np.array([float(rho) for layer in self.open for rho in layer.each(layer.leak)])
        _, s, t, a = numbers.T
        c, moved = c + leak * t / s, Q @ a
        least = (moved @ a) / 2 - ((c + np.abs(moved)) ** 2).sum() / (2 * margin) - c @ a
        return float(least - (leak * a * a / s).sum() / 2)

    def _energy(self, name: str, synapse: Synapse) -> float:
        """Return S at 0, or its lower bound: with 0 for what is not bounded, if slopes count the rest."""
        over = self.gamma if self.ways[name] == "range" else self.beside
        way = self.ways[name]
        if way in LINEAR or not isinstance(way, str):
            at = {each: np.zeros(self.model.layers[each].size) for each in synapse.layers}
            depths = {} if isinstance(way, str) else {each: depth for each, (_, depth) in way.items()}
            return float(synapse.energy(at, FLOATS)) - sum(
                len(self.places[each]) * float(k) for each, k in depths.items()
            )
        if isinstance(synapse, Dense):
            left, right = (over[each] for each in synapse.layers)
            return -float(synapse.prefactor) * _form_above(synapse.matrix.floats(), left, right)
        return energy_of(synapse, over)

    @cached_property
    def _slopes(self) -> Floats:
        """Return the largest |∂S/∂γ| of energies that count by their slopes."""
        found = np.zeros(sum(map(len, self.places.values())))
        hulls = {name: Box(np.minimum(box.lower, 0), np.maximum(box.upper, 0)) for name, box in self.gamma.items()}
        ways = {name: hulls[name] if name in self.unbounded else box for name, box in self.gamma.items()}
        for name, synapse in self.synapses.items():
            if self.ways[name] == "slopes":
                drives = drives_of(synapse, self.model.layers, ways)
                for each, box in ((name, own) for name, own in drives.items() if name in self.unbounded):
                    found[self.places[each]] += np.maximum(np.abs(box.lower), np.abs(box.upper))
        return found

    def _own(self, layer: Layer, c: Floats) -> float:
        """Return Σ ρ·L at 0, or at ±c/ρ, where nothing else bounds the activation."""
        leak = np.array([float(rho) for rho in layer.each(layer.leak)])
        lone = layer.name in self.unbounded and layer.name not in self.grown
        if not leak.any():
            return inf if lone and c.any() else 0.0
        if layer.function.potential is None:
            raise EvidenceRejected(f"layer {layer.name} has no Lagrangian")
        try:
            far = c / leak if lone else 0 * leak
            ends = [layer.function.lagrangian(sign * far, FLOATS) for sign in (1, -1)]
        except HopverifyError as error:
            raise EvidenceRejected(f"the Lagrangian of layer {layer.name} is not known where it is needed") from error
        highest = np.maximum(*ends)
        return float((leak * highest).sum() if layer.function.elementwise else leak[0] * highest)


def _form_above(W: Floats, left: Box, right: Box) -> float:
    """Return about the largest γᵀWδ, or its size where that is larger, over two boxes."""
    ends = [np.where(W == 0, 0.0, W * end) for end in (right.lower, right.upper)]
    low, high = np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)
    products = np.array([left.lower * low, left.lower * high, left.upper * low, left.upper * high])
    # 0 times what has no bound is 0.
    return float(np.where(np.isnan(products), 0.0, products).max(axis=0).sum())


def _counted(layer: Layer) -> Floats:
    """Return the bias that the energy counts."""
    b = np.array([float(each) for each in layer.bias.fractions().tolist()])
    return b if layer.bias_in_energy else 0 * b
