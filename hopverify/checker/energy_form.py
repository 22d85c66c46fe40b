"""The derived energy as a function of the activations, bounded from below by growth and ranges (T4, T10).

For convex L, E = Σρ L*(γ) - bᵀγ + S(γ) by Fenchel and Young. B: layers with bounded activations, where L*(γ) ≥ -L(0);
and *free* layers, without leak and bias, which E knows by S alone, so that their ranges may be infinite. Let
c = sup |b - ∂S/∂γ_i| over B's ranges, for γ = 0 elsewhere.

*Loose* layers: not bounded, but S joins them to B only and is affine in them. There L*(γ) ≥ R|γ| - max L(±R) with
R = c/ρ outweighs the rest: their neurons add -ρ max L(±c/ρ) at least, however fast the activations grow.

U: all others. Growth (:mod:`hopverify.checker.cone_form`, base 0) says L(x) ≤ L(0) + t|x| + ½s x², hence, for δ = σγ,
L*(γ) ≥ (δ² - 2t|δ| - a²)/2s - L(0). With S quadratic wherever it involves U,

    E ≥ ½δᵀQδ - Σ ĉᵢ|δᵢ| - K,    Q = diag(ρ/s) + ∇²S_UU,    ĉ = c + ρt/s,
    K = Σ_U (ρL(0) + ρa²/2s) + Σ_B ρL(0) + Σ_loose ρ max L(±c/ρ) - inf (S - bᵀγ) over B's ranges, γ = 0 elsewhere.

In u = δ + a, and with uᵀQu ≥ ε|u|² on the cone: E ≥ -|ĉ + |Qa||²/2ε - ĉᵀa + ½aᵀQa - K. Without U, E ≥ -K.
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
from hopverify.networks import Layer, Model
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback
from hopverify.synapses.gated import Gated

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
        self.synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
        unbounded = [layer for name, layer in model.layers.items() if None in ranges[name]]
        unbounded = [layer for layer in unbounded if not _is_free(layer)]
        self.loose = [layer for layer in unbounded if self._is_loose(layer, {other.name for other in unbounded})]
        self.open = [layer for layer in unbounded if layer not in self.loose]
        self.reaches = [entry for layer in self.open for entry in [_reach(layer)] * layer.size]
        if len(self.reaches) > MAX_UNBOUNDED:
            raise EvidenceRejected(f"more than {MAX_UNBOUNDED} neurons with unbounded activations")
        self.signed = [entry.signed for entry in self.reaches]
        self.gamma = {name: Box.full(layer.size, ranges[name]) for name, layer in model.layers.items()}
        for layer in unbounded:
            self.gamma[layer.name] = Box.full(layer.size, (ZERO, ZERO))

    def _is_loose(self, layer: Layer, unbounded: set[str]) -> bool:
        """Whether S joins the layer to bounded ones only, and is affine in its activations."""
        touching = [synapse for synapse in self.synapses.values() if layer.name in synapse.layers]
        return (
            layer.function.elementwise
            and all(rate > 0 for rate in layer.leak)
            and all(set(synapse.layers) & unbounded == {layer.name} for synapse in touching)
            and all(isinstance(s, Gated) or (s.linear and len(set(s.layers)) == 2) for s in touching)
        )

    @cached_property
    def form(self) -> Matrix:
        """The form Q on U."""
        leak = [rate for layer in self.open for rate in layer.each(layer.leak)]
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
            for source in ends if len(ends) > 1 or len(set(synapse.layers)) == 1 else ():
                for i in range(self.model.layers[source].size):
                    gamma = {name: _zeros(self.model.layers[name].size) for name in synapse.layers}
                    gamma[source][i] = Fraction(1)
                    drives = synapse.drive(gamma, EXACT)
                    for target in (name for name in ends if name in drives):
                        rows = slice(offsets[target], offsets[target] + self.model.layers[target].size)
                        M[rows, offsets[source] + i] += drives[target]
        return M

    def bound(self, margin: Fraction | None) -> Fraction:
        """Return a lower bound of E; ``margin`` is a confirmed one of Q, None without unbounded activations."""
        lowest = -self._constant()
        if not self.reaches or margin is None:
            return lowest
        leak = np.array([rate for layer in self.open for rate in layer.each(layer.leak)], dtype=object)
        slope, offset, shift = (
            np.array(values, dtype=object)
            for values in zip(*((entry.slope, entry.offset, entry.shift) for entry in self.reaches), strict=True)
        )
        linear = [bound for layer in self.open for bound in self._linear(layer)]
        c = leak * offset / slope + np.array(linear, dtype=object)
        raised = c + np.abs(self.form @ shift)
        lowest -= (leak * shift * shift / slope).sum() / 2 + (c * shift).sum() - quadratic(self.form, shift) / 2
        return Fraction(lowest - (raised * raised).sum() / (2 * margin))

    def _linear(self, layer: Layer) -> list[Fraction]:
        """Return sup |b - ∂S/∂γ| for the neurons of a layer that is not bounded."""
        drive = total_drive(self.model, _with_energy_bias(layer), self.gamma, self.synapses)
        if not drive.is_finite:
            raise EvidenceRejected(f"no bound of the drive into layer {layer.name} is known")
        return [Fraction(v) for v in np.maximum(np.abs(drive.lower), np.abs(drive.upper)).tolist()]

    def _constant(self) -> Fraction:
        """Return Σρ L(0) - inf (S - bᵀγ) over the bounded activations, from above."""
        lowest = sum((energy_below(synapse, self.gamma) for synapse in self.synapses.values()), ZERO)
        for layer in self.model.layers.values():
            box, b = self.gamma[layer.name], _with_energy_bias(layer).bias.fractions()
            for entry, low, high in zip(b.tolist(), box.lower.tolist(), box.upper.tolist(), strict=True):
                # Where the range is infinite, there is no bias.
                lowest -= max(entry * Fraction(low), entry * Fraction(high)) if entry else ZERO
        others = [layer for layer in self.model.layers.values() if layer not in self.loose]
        rest = [top for layer in others for top in _lagrangians(layer, _zeros(layer.size))]
        return sum(rest, ZERO) + sum(map(self._loosely, self.loose), ZERO) - lowest

    def _loosely(self, layer: Layer) -> Fraction:
        """Return Σρ max(L(c/ρ), L(-c/ρ)) of a loose layer from above."""
        leak = np.array(layer.each(layer.leak), dtype=object)
        R = np.array(self._linear(layer), dtype=object) / leak
        ends = zip(_lagrangians(layer, R), _lagrangians(layer, -R), strict=True)
        return sum((max(pair) for pair in ends), ZERO)


def as_gradient(synapse: Synapse) -> Synapse:
    """Return the synapse whose drive is -∇S, whatever the spec adds to the flow."""
    if isinstance(synapse, FeedforwardFeedback):
        return replace(synapse, feedback=synapse.forward.transpose())
    return replace(synapse, gradient=True) if isinstance(synapse, Dense | Diagonal) else synapse


def _is_free(layer: Layer) -> bool:
    """Whether E depends on the layer through S alone."""
    return set(layer.leak) == {0} and not layer.bias.values.any()


def _reach(layer: Layer) -> Reach:
    grown = growth(layer.function)
    found = reach(grown) if grown is not None else None
    if found is None:
        raise EvidenceRejected(f"no linear growth bound of the activation of layer {layer.name} is known")
    return found


def _zeros(size: int) -> Matrix:
    return np.full(size, ZERO, dtype=object)


def _with_energy_bias(layer: Layer) -> Layer:
    """Return the layer with the bias that its energy counts."""
    return layer if layer.bias_in_energy else replace(layer, bias=ExactArray.full(layer.size, ZERO))


def _lagrangians(layer: Layer, x: Matrix) -> list[Fraction]:
    """Return ρL(x) from above: for each neuron, or one number for a layer as a whole."""
    if set(layer.leak) == {0}:
        return [ZERO]
    try:
        with precision():
            value = layer.function.lagrangian(BALLS.array(x), BALLS)
            tops = [float(entry.upper()) for entry in (value if layer.function.elementwise else [value])]
    except (HopverifyError, ValueError, ZeroDivisionError) as error:
        raise EvidenceRejected(f"the Lagrangian of layer {layer.name} is not known where it is needed") from error
    if not all(isfinite(top) for top in tops):
        raise EvidenceRejected(f"the Lagrangian of layer {layer.name} is not known where it is needed")
    upper = [Fraction(float(np.nextafter(top, np.inf))) for top in tops]
    leaks = layer.each(layer.leak) if layer.function.elementwise else list(layer.leak[:1])
    return [rate * top for rate, top in zip(leaks, upper, strict=True)]
