"""Altered systems: a slow linear layer y that fast neurons drive and follow, with energies of their own (T11, T12).

    T ẏ = Bγ + a - λy =: -w,     ρx + c∘γ = Ay + b,     γ = g(x)

τ > 0 on y and τ = 0 on all x; neurons may inhibit themselves (c ≥ 0) where their Lagrangian is convex. For a symmetric
*metric* P with PB = Aᵀ let

    V(y) = ½λ yᵀPy - aᵀPy + Σ_l [ρ(x·γ - L(x)) - b·γ] - γᵀAy + ½γᵀ(c∘γ)     at x = x(y).

The derivative of what follows Σ by x vanishes, H(ρx - b - Ay + c∘γ) = 0, and by y it is -Aᵀγ. So ∇V = P(λy - a - Bγ) =
Pw = -PTẏ, and dV/dt = -ẏᵀTPẏ (arXiv:2410.13866). If P ≻ 0, V is critical exactly at the equilibria: no flat region is
left, whatever L is. For c = 0 and ρ = λ = 1 this is T11, for B = I and A = W + cI it is T12, whose Moreau envelope
e(u) = L(x) + ½c|γ|² is what the sum comes to.

*Residuals.* For N with NᵀB = 0, z = Nᵀ(λy - a) = Nᵀw decays on its own, τż = -λz for one τ, so that Σφ(z) may be added
to V for every φ with zφ'(z) ≥ 0: dV/dt falls by (λ/τ)Σzφ'(z), and V + Σφ is critical at equilibria only, since its
derivative along ẏ is negative elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np

from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.nodes import Symbol, substitute
from hopverify.networks.layer import Layer, LayerFunction
from hopverify.networks.network import Model
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import Synapse, held
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback


@dataclass(frozen=True, eq=False)
class AlteredSystem:
    """The slow layer y of m neurons, the fast layers with n neurons together, and the synapse with A and B."""

    model: Model
    slow: Layer
    fast: tuple[Layer, ...]
    synapse: FeedforwardFeedback

    @property
    def rate(self) -> Fraction:
        """λ, the leak of y."""
        return self.slow.leak[0]

    @cached_property
    def inhibition(self) -> tuple[Fraction, ...]:
        """c for each fast neuron, in the order of the rows of A."""
        known = self.model.inhibition
        return tuple(c for layer in self.fast for c in known.get(layer.name, (Fraction(0),) * layer.size))

    @property
    def shares_times(self) -> bool:
        """Whether c = 0 and all neurons share one leak and one time constant, here and in the original.

        The linearisations are then (BHA/ρ - λ)/τ and, up to a factor, (ABH/λ - ρ)/τ', with ρ the leak of the fast ones:
        BHA and ABH have the same eigenvalues but 0, so both are stable iff those have real parts below λρ.
        """
        original = self.model.original
        layers = () if original is None else tuple(original.layers.values())
        taus = {tau for layer in layers for tau in layer.tau}
        leaks = {rate for layer in layers for rate in layer.leak}
        own = {rate for layer in self.fast for rate in layer.leak}
        # A layer of the original that is left out has a time of its own, on which its stability may depend.
        whole = {layer.name for layer in layers} <= {layer.name for layer in self.fast}
        alike = len(taus) <= 1 and len(leaks) <= 1 and 0 not in taus and len(own) == 1
        return alike and whole and self.slow.uniform_tau and not any(self.inhibition)

    @property
    def keeps_flow(self) -> bool:
        """Whether the original is an altered system with the same equations: then only its energy is another."""
        original = altered_system(self.model.original) if self.model.original is not None else None
        return isinstance(original, AlteredSystem) and self._moves_like(original)

    def _moves_like(self, other: AlteredSystem) -> bool:
        layers = [(self.slow, other.slow), *zip(self.fast, other.fast, strict=False)]
        alike = len(self.fast) == len(other.fast) and all(
            one.name == its.name
            and one.acts_like(its)
            and one.bias == its.bias
            and one.each(one.leak) == its.each(its.leak)
            for one, its in layers
        )
        ways = (self.synapse.forward, self.synapse.feedback) == (other.synapse.forward, other.synapse.feedback)
        times = self.slow.each(self.slow.tau) == other.slow.each(other.slow.tau)
        return alike and ways and times and self.inhibition == other.inhibition

    @cached_property
    def residual(self) -> Layer | None:
        """The residual z as a layer whose Lagrangian is φ: convexity and regularity are asked of layers."""
        N, potential = self.synapse.residual, self.synapse.potential
        if N is None or potential is None:
            return None
        in_x = substitute(potential, {"z": Symbol("x")})
        activation = gradient(in_x, "x", {"x": 0})
        function = LayerFunction(None, in_x, (activation,), gradient(activation, "x", {"x": 0}), {}, {})
        size, one = N.shape[1], (Fraction(1),)
        return Layer("residual", size, None, function, ExactArray.full(size, Fraction(0)), one, one, True)

    def energy(self, y: Value, metric: ExactArray, a: Arithmetic) -> Value:
        """Return V(y), the residual's part included."""
        x, gamma = self.model.complete({self.slow.name: y}, a)
        Py = held(metric, a) @ y
        own = (y * Py).sum() * a.number(self.rate / 2) - (held(self.slow.bias, a) * Py).sum()
        for layer in self.fast:
            own = own + layer.energy(x[layer.name], gamma[layer.name], a)
        own = own + sum(synapse.energy(gamma, a) for synapse in self.model.synapses.values())
        if self.synapse.residual is None or self.synapse.potential is None:
            return own
        z = held(self.synapse.residual, a).T @ (y * a.number(self.rate) - held(self.slow.bias, a))
        return own + np.asarray(evaluate(self.synapse.potential, {"z": z}, a)).sum()


@lru_cache(maxsize=8)
def altered_system(model: Model) -> AlteredSystem | str:
    """Return the altered system that a model is, or a sentence that says why it is none."""
    synapses = [synapse for synapse in model.synapses.values() if isinstance(synapse, FeedforwardFeedback)]
    if len(synapses) != 1:
        return "needs one synapse of the kind feedforward_feedback between a slow linear layer and fast ones"
    (synapse,) = synapses
    slow, *fast = (model.layers[name] for name in synapse.layers)
    if slow.function.name != "identity" or slow.instantaneous or len(set(slow.leak)) != 1 or slow.leak[0] == 0:
        return f"layer {slow.name}, which is fed back to, must be linear (identity), with tau > 0 and one leak > 0"
    if len(fast) + 1 != len(model.layers) or not all(layer.instantaneous for layer in fast):
        return f"all layers but {slow.name} must be driven by it at once (tau: 0)"
    if any(layer.function.potential is None or not layer.bias_in_energy for layer in fast):
        return "all fast layers need a Lagrangian, with their bias in the energy"
    others = [other for other in model.synapses.values() if other is not synapse]
    if not all(_is_inhibition(other, fast) for other in others):
        return "beside it only self-inhibition of fast layers is known, with the prefactor 1/2"
    return AlteredSystem(model, slow, tuple(fast), synapse)


def _is_inhibition(synapse: Synapse, fast: Sequence[Layer]) -> bool:
    """Whether a synapse joins a fast layer with itself, by weights -c ≤ 0 with the energy ½γᵀ(c∘γ)."""
    own = {(layer.name, layer.name) for layer in fast}
    return isinstance(synapse, Diagonal) and synapse.layers in own and synapse.defect() is None
