"""The derived energy as a function of the activations, bounded from below by growth and ranges (T4, T10).

For convex L, E = Σρ L*(γ) - bᵀγ + S(γ) by Fenchel and Young, and L*(γ) ≥ -L(0). Let U be the neurons of the layers
whose activation is not bounded, B the others. Growth gives on U, in δ = σγ (:mod:`hopverify.checker.cone_form`, base
0), L(x) ≤ L(0) + t|x| + ½s x², hence L*(γ) ≥ (δ² - 2t|δ| - a²)/2s - L(0). With S quadratic wherever it involves U,

    E ≥ ½δᵀQδ - Σ cᵢ|δᵢ| - K,    Q = diag(ρ/s) + ∇²S_UU,
    c = ρt/s + sup |b - ∂S/∂γ_U| over γ_B in B's ranges and γ_U = 0,
    K = Σρ L(0) + Σ_U ρa²/2s - inf (S - bᵀγ) over γ_B, with γ_U = 0.

In u = δ + a, and with uᵀQu ≥ ε|u|² on the cone: E ≥ -|ĉ|²/2ε - cᵀa + ½aᵀQa - K, where ĉ = c + |Qa|. Without U, E ≥
-K.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from hopverify.checker.cone_form import Reach, form, reach
from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.checker.growth import growth
from hopverify.checker.linear_algebra import quadratic
from hopverify.checker.ranges import Box, activation_range, energy_below, total_drive
from hopverify.errors import EvidenceRejected, HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.exact import EXACT
from hopverify.model import Layer, Model
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal

Matrix = np.ndarray[Any, Any]
ZERO = Fraction(0)
MAX_UNBOUNDED = 200


class EnergyForm:
    """The hypotheses, checked, and what the bound is made of; raises :class:`EvidenceRejected` outside them."""

    def __init__(self, model: Model) -> None:
        if model.claimed is not None:
            raise EvidenceRejected("the spec claims an energy of its own")
        self.model = model
        for layer in model.layers.values():
            if not has_convex_lagrangian(layer.function) or not all(rate >= 0 for rate in layer.leak):
                raise EvidenceRejected(f"the Lagrangian of layer {layer.name} is not evidently convex")
        ranges = {name: activation_range(layer) for name, layer in model.layers.items()}
        self.open = [layer for name, layer in model.layers.items() if None in ranges[name]]
        self.reaches = [entry for layer in self.open for entry in [_reach(layer)] * layer.size]
        if len(self.reaches) > MAX_UNBOUNDED:
            raise EvidenceRejected(f"more than {MAX_UNBOUNDED} neurons with unbounded activations")
        self.signed = [entry.signed for entry in self.reaches]
        self.synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
        self.gamma = {name: Box.full(layer.size, ranges[name]) for name, layer in model.layers.items()}
        for layer in self.open:
            self.gamma[layer.name] = Box.full(layer.size, (ZERO, ZERO))

    @cached_property
    def form(self) -> Matrix:
        """The form Q on U."""
        leak = [rate for layer in self.open for rate in _spread(layer.leak, layer.size)]
        return form(self._couplings(), leak, self.reaches)

    def _couplings(self) -> Matrix:
        """Return -∇²S between unbounded activations, column by column, exactly."""
        offsets, size = {}, 0
        for layer in self.open:
            offsets[layer.name], size = size, size + layer.size
        M: Matrix = np.full((size, size), ZERO, dtype=object)
        for synapse in self.synapses.values():
            ends = [name for name in dict.fromkeys(synapse.layers) if name in offsets]
            if ends and not synapse.linear:
                raise EvidenceRejected("a synapse that is not quadratic involves an unbounded activation")
            for source in ends:
                for i in range(self.model.layers[source].size if set(synapse.layers) <= set(offsets) else 0):
                    gamma = {name: _zeros(self.model.layers[name].size) for name in synapse.layers}
                    gamma[source][i] = Fraction(1)
                    for target, drive in synapse.drive(gamma, EXACT).items():
                        rows = slice(offsets[target], offsets[target] + self.model.layers[target].size)
                        M[rows, offsets[source] + i] += drive
        return M

    def bound(self, margin: Fraction | None) -> Fraction:
        """Return a lower bound of E; ``margin`` is a confirmed one of Q, None without unbounded activations."""
        lowest = -self._constant()
        if not self.reaches or margin is None:
            return lowest
        leak = np.array([rate for layer in self.open for rate in _spread(layer.leak, layer.size)], dtype=object)
        slope, offset, shift = (
            np.array(values, dtype=object)
            for values in zip(*((entry.slope, entry.offset, entry.shift) for entry in self.reaches), strict=True)
        )
        c = leak * offset / slope + self._linear()
        raised = c + np.abs(self.form @ shift)
        lowest -= (leak * shift * shift / slope).sum() / 2 + (c * shift).sum() - quadratic(self.form, shift) / 2
        return Fraction(lowest - (raised * raised).sum() / (2 * margin))

    def _linear(self) -> Matrix:
        """Return sup |b - ∂S/∂γ| on U."""
        found: list[Fraction] = []
        for layer in self.open:
            drive = total_drive(self.model, _with_energy_bias(layer), self.gamma, self.synapses)
            if not drive.is_finite:
                raise EvidenceRejected(f"no bound of the drive into layer {layer.name} is known")
            found += [Fraction(v) for v in np.maximum(np.abs(drive.lower), np.abs(drive.upper)).tolist()]
        return np.array(found, dtype=object)

    def _constant(self) -> Fraction:
        """Return Σρ L(0) - inf (S - bᵀγ) over the bounded activations, from above."""
        lowest = sum((energy_below(synapse, self.gamma) for synapse in self.synapses.values()), ZERO)
        for layer in self.model.layers.values():
            box, b = self.gamma[layer.name], _with_energy_bias(layer).bias.fractions()
            for entry, low, high in zip(b.tolist(), box.lower.tolist(), box.upper.tolist(), strict=True):
                lowest -= max(entry * Fraction(low), entry * Fraction(high))
        return sum((_at_rest(layer) for layer in self.model.layers.values()), ZERO) - lowest


def as_gradient(synapse: Synapse) -> Synapse:
    """Return the synapse whose drive is -∇S, whatever the spec adds to the flow."""
    return replace(synapse, gradient=True) if isinstance(synapse, Dense | Diagonal) else synapse


def _reach(layer: Layer) -> Reach:
    grown = growth(layer.function)
    found = reach(grown) if grown is not None else None
    if found is None:
        raise EvidenceRejected(f"no linear growth bound of the activation of layer {layer.name} is known")
    return found


def _spread(numbers: tuple[Fraction, ...], size: int) -> list[Fraction]:
    return list(numbers) * (size if len(numbers) == 1 else 1)


def _zeros(size: int) -> Matrix:
    return np.full(size, ZERO, dtype=object)


def _with_energy_bias(layer: Layer) -> Layer:
    """Return the layer with the bias that its energy counts."""
    return layer if layer.bias_in_energy else replace(layer, bias=ExactArray.full(layer.size, ZERO))


def _at_rest(layer: Layer) -> Fraction:
    """Return Σρ L(0) from above."""
    if set(layer.leak) == {0}:
        return ZERO
    try:
        with precision():
            value = layer.function.lagrangian(BALLS.array(_zeros(layer.size)), BALLS)
            entries = list(value) if layer.function.elementwise else [value]
            tops = [float(entry.upper()) for entry in entries]
    except (HopverifyError, ValueError, ZeroDivisionError) as error:
        raise EvidenceRejected(f"the Lagrangian of layer {layer.name} has no known value at 0") from error
    if not all(isfinite(top) for top in tops):
        raise EvidenceRejected(f"the Lagrangian of layer {layer.name} has no known value at 0")
    upper = [Fraction(np.nextafter(top, np.inf)) for top in tops]
    leaks = _spread(layer.leak, layer.size) if layer.function.elementwise else layer.leak[:1]
    return sum((rate * top for rate, top in zip(leaks, upper, strict=True)), ZERO)
