"""Euler steps that never raise the energy (T14): a form M(h), semidefinite for steps up to h from every state.

One step of length h of T ẋ = -∇S(γ) + b - ρ∘x is x⁺ = x + hẋ; Δ = x⁺ - x, δ = γ⁺ - γ. Fast layers (τ = 0) are settled
before and after it; they have no synapses among themselves but their own inhibition c ≥ 0, one c for a whole layer.
All drives are -∇S, all biases are counted, and all Lagrangians convex. Synapses are quadratic, so W = Wᵀ, but those
that join layers with τ > 0 only may have any concave S, differentiable with a Lipschitz drive; C(γ) is their sum.

*The energy as a function of γ.* By u = drive + b, a fast layer adds -e(u) to E, e(u) = ρL(x) + ½c|γ|² at ρx + cγ = u.
This is min_x ρL(x) + |u - ρx|²/(2c), or ρL(u/ρ) for c = 0: convex in u, with ∇e = γ. So over the other layers

    E = Σ ρ(x·γ - L(x)) + R(γ),    R(γ) = -b·γ - ½γᵀWγ + C(γ) - Σe(u(γ)),    T ẋ = -∇R(γ) - ρ∘x,           (1)

with W their own block, since u is affine in their γ and the blocks between slow and fast layers mirror each other.

*One step.* Let κ ≤ H ≤ β, β > 0 (:mod:`hopverify.checker.slope_bounds`). Convex L with β-Lipschitz g satisfies L(x⁺) -
L(x) - γ·Δ ≥ |δ|²/(2β) (Baillon & Haddad), that is, x·γ - L rises by ⟨x⁺, δ⟩ - |δ|²/(2β) at most. C and -e are concave
in γ, so R rises by at most ∇R·δ - ½δᵀWδ, and ∇R = -TΔ/h - ρ∘x by (1). Together

    ΔE ≤ -Σ a⟨Δ, δ⟩ - Σ ρ|δ|²/(2β) - ½δᵀWδ,    a = τ/h - ρ.                                                (2)

The sums are over neurons; over layers where g is not elementwise, which share one τ and ρ. |δ|²/β ≤ ⟨Δ, δ⟩, and ⟨Δ, δ⟩
≤ |δ|²/κ, L being κ-strongly convex. So ΔE ≤ -½δᵀM(h)δ with

    M(h) = diag(2a/β̃ + ρ/β) + W,    β̃ = β where a ≥ 0, κ where a < 0.

Neurons with β = 0 have δ = 0 and are left out. For κ = 0 the theorem ends at h = τ/ρ. The diagonal falls as h grows
(a/β̃ does), so M(h) ⪰ 0 covers every shorter step; h = ∞ stands for steps of any length. The update x ← drive + b is h =
τ/ρ. Attention and CCCP (identity, softmax with τ = 0): κ = β = 1 and W = 0 give h ≤ 2τ/ρ.

*Altered systems* (:mod:`hopverify.networks.altered`), with a metric P ≻ 0: V(y) = ½λyᵀPy - aᵀPy - e(Ay + b), and ∇V·Δ =
-ΔᵀTPΔ/h. For convex L, -e is concave. A fast neuron with c = 0 and h ≥ -μ has e'' ≥ -μ/ρ, whatever the sign of h. So

    ΔV ≤ -½ΔᵀM(h)Δ,    M(h) = 2 sym(TP)/h - λP - Aᵀdiag(μ/ρ)A.

M(h) ⪰ 0 implies sym(TP) ⪰ 0, so shorter steps are covered again. For one τ and convex L it says h ≤ 2τ/λ. A residual z
goes to (1 - hλ/τ)z, so that Σφ(z), zφ' ≥ 0, falls for h ≤ τ/λ: there the theorem ends.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.checker.linear_algebra import Matrix, is_symmetric
from hopverify.checker.quadratic_forms import DenseForm, Form, form_of, rounded_down
from hopverify.checker.slope_bounds import slope_bounds, slope_range
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem, Layer, Model
from hopverify.networks.linear import drive_matrix
from hopverify.networks.structured import (
    Block,
    DenseBlock,
    DiagonalBlock,
    HebbianBlock,
    StructuredNetwork,
    structured_network,
)
from hopverify.obligations.steps import OfSteps
from hopverify.synapses import Synapse

# Up to so many neurons M is a matrix of rationals; larger ones are doubles with a slack.
MAX_EXACT, MAX_PROBED = 200, 400

Diagonal = list[Fraction | None]
"""An entry for each neuron, None for one that is left out."""


@dataclass(frozen=True)
class Neuron:
    """τ, ρ and the bounds κ ≤ g' ≤ β of one neuron with τ > 0, or of each neuron of a layer that shares them."""

    tau: Fraction
    leak: Fraction
    kappa: Fraction
    beta: Fraction

    def entry(self, pace: Fraction) -> Fraction | None:
        """Return 2a/β̃ + ρ/β for steps of length 1/pace, None for a neuron with a constant activation."""
        if self.beta == 0:
            return None
        a = self.tau * pace - self.leak
        if a < 0 and self.kappa == 0:
            raise EvidenceRejected(f"for saturating neurons the theorem ends at a step of τ/ρ = {self.tau / self.leak}")
        return 2 * a / (self.beta if a >= 0 else self.kappa) + self.leak / self.beta


def _neurons(layer: Layer) -> list[Neuron]:
    if not layer.function.elementwise and not (layer.uniform_tau and len(set(layer.leak)) == 1):
        raise EvidenceRejected(f"neurons of layer {layer.name}, which is not elementwise, differ in tau or leak")
    kappa, beta = slope_bounds(layer.function)
    return [
        Neuron(tau, leak, kappa, beta) for tau, leak in zip(layer.each(layer.tau), layer.each(layer.leak), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class DerivedForm:
    """M(h) of a model with its derived energy. Steps are told by their ``pace`` 1/h; 0 stands for any length."""

    model: Model

    @cached_property
    def neurons(self) -> list[Neuron]:
        """The neurons with τ > 0."""
        return [neuron for layer in self.model.dynamic for neuron in _neurons(layer)]

    @property
    def least_pace(self) -> Fraction:
        """1/h for the longest step that the theorem speaks of, whatever the weights are."""
        ends = [n.leak / n.tau for n in self.neurons if n.kappa == 0 and n.beta > 0]
        return max(ends, default=Fraction(0))

    @property
    def natural_paces(self) -> set[Fraction]:
        """The 1/h at which forms that are singular for structural reasons are so."""
        return {max(n.leak / (2 * n.tau) for n in self.neurons), max(n.leak / n.tau for n in self.neurons)}

    @cached_property
    def weights(self) -> StructuredNetwork | Matrix:
        """W among the neurons with τ > 0: as blocks, or exactly."""
        own = {layer.name for layer in self.model.dynamic}
        quadratic = {name: s for name, s in self.model.synapses.items() if not _is_concave_within(s, own)}
        if not all(synapse.linear and synapse.defect() is None for synapse in quadratic.values()):
            raise EvidenceRejected("the theorem covers S that are quadratic or concave in γ, with the drive -∇S")
        model = replace(self.model, synapses=quadratic)
        within = {name: s for name, s in model.synapses.items() if any(set(pair) <= own for pair in s.pairs)}
        inner = all(set(synapse.layers) <= own for synapse in within.values())
        part = replace(model, layers={layer.name: layer for layer in model.dynamic}, synapses=within)
        network = structured_network(part) if inner else None
        if network is not None and (network.size > MAX_EXACT or network.is_uncertain):
            return network
        whole = part if inner else model
        if whole.uncertain:
            raise EvidenceRejected("weights with a spread are asked about as blocks, and these are not known as such")
        if sum(layer.size for layer in whole.layers.values()) > MAX_PROBED:
            raise EvidenceRejected("the drives are not known as blocks, and the network is too large to compute them")
        W = drive_matrix(whole)
        places = np.cumsum([0, *(layer.size for layer in whole.layers.values())]).tolist()
        starts = dict(zip(whole.layers, places, strict=False))
        chosen = [i for layer in model.dynamic for i in range(starts[layer.name], starts[layer.name] + layer.size)]
        result: Matrix = W[np.ix_(chosen, chosen)]
        return result

    def diagonal(self, pace: Fraction) -> Diagonal:
        """Return the diagonal of M(h) - W."""
        known = {neuron: neuron.entry(pace) for neuron in set(self.neurons)}
        return [known[neuron] for neuron in self.neurons]

    def diagonal_below(self, pace: Fraction) -> Diagonal | None:
        """Return the diagonal of a diagonal matrix below M(h), where one is evident; None where none is."""
        entries, W = self.diagonal(pace), self.weights
        if not any(entry is not None for entry in entries):
            return entries
        if isinstance(W, StructuredNetwork):
            own = _diagonal_below(W)
        else:
            own = np.diag(W).tolist() if np.count_nonzero(W) == np.count_nonzero(np.diag(W)) else None
        if own is None:
            return None
        return [None if entry is None else entry + w for entry, w in zip(entries, own, strict=True)]

    def form(self, pace: Fraction) -> Form:
        """Return M(h)."""
        entries, W = self.diagonal(pace), self.weights
        if isinstance(W, StructuredNetwork):
            return form_of(_negative(W), np.array([np.inf if v is None else rounded_down(v) for v in entries]))
        alive = [i for i, entry in enumerate(entries) if entry is not None]
        M: Matrix = W[np.ix_(alive, alive)]
        for k, i in enumerate(alive):
            M[k, k] += entries[i]
        return _exact_form(M)


def _is_concave_within(synapse: Synapse, layers: Set[str]) -> bool:
    """Whether a synapse that is not quadratic joins these layers only, with a concave S and a Lipschitz drive -∇S."""
    inner = not synapse.linear and set(synapse.layers) <= layers
    return inner and synapse.is_concave() and synapse.is_regular() and synapse.defect() is None


def _exact_form(M: Matrix) -> DenseForm:
    if not is_symmetric(M):
        raise EvidenceRejected("W is not symmetric")
    try:
        return DenseForm.of_exact(M)
    except ValueError as error:
        raise EvidenceRejected(str(error)) from error


def _negative(network: StructuredNetwork) -> StructuredNetwork:
    """Return the network with -W."""
    return replace(network, placed=tuple(replace(part, block=_negated(part.block)) for part in network.placed))


def _negated(block: Block) -> Block:
    if isinstance(block, HebbianBlock):
        return replace(block, scale=-block.scale)
    return replace(block, factor=-block.factor)


def _diagonal_below(network: StructuredNetwork) -> list[Fraction] | None:
    """Return the diagonal of a diagonal matrix below W: W itself, or -sD for s(ΞᵀΞ - D) with s > 0."""
    total = [Fraction(0)] * network.size
    for part in network.placed:
        own = _entries_below(part.block) if part.target == part.source else None
        if own is None:
            return None
        for i, value in zip(range(part.target.start, part.target.stop), own, strict=True):
            total[i] += value
    return total


def _entries_below(block: Block) -> list[Fraction] | None:
    if isinstance(block, DiagonalBlock):
        return [block.factor * value for value in block.diagonal.fractions().tolist()]
    if isinstance(block, DenseBlock) or block.scale < 0:
        return None
    if not block.zero_diagonal:
        return [Fraction(0)] * block.patterns.shape[1]
    squares = (block.patterns.fractions() ** 2).sum(axis=0).tolist()
    return [-block.scale * Fraction(value) for value in squares]


@dataclass(frozen=True, eq=False)
class AlteredForm:
    """M(h) of an altered system with the metric of its spec."""

    system: AlteredSystem

    @cached_property
    def metric(self) -> Matrix:
        """P; that P ≻ 0 and PB = Aᵀ are obligations of their own."""
        if self.system.model.uncertain:
            raise EvidenceRejected("the theorem covers altered systems with exact weights")
        metric = self.system.synapse.metric
        if metric is None:
            raise EvidenceRejected("the spec states no metric")
        if metric.shape[0] > MAX_EXACT:
            raise EvidenceRejected("the network is too large for a matrix of rationals")
        return metric.fractions()

    @cached_property
    def bends(self) -> list[Fraction]:
        """μ/ρ for each fast neuron: how far e is from convex."""
        return [bend for layer in self.system.fast for bend in _bends(layer, self.system.model)]

    @property
    def is_scalar(self) -> bool:
        """Whether M(h) is a multiple of P."""
        return self.system.slow.uniform_tau and not any(self.bends)

    @property
    def _least_tau(self) -> Fraction:
        return min(self.system.slow.tau)

    @property
    def least_pace(self) -> Fraction:
        """1/h for the longest step that the theorem speaks of: h = τ/λ with a residual."""
        if self.system.synapse.residual is None:
            return Fraction(0)
        if not self.system.slow.uniform_tau:
            raise EvidenceRejected("a residual needs one time constant")
        return self.system.rate / self._least_tau

    @property
    def natural_paces(self) -> set[Fraction]:
        """The 1/h at which forms that are singular for structural reasons are so."""
        return {self.system.rate / (2 * self._least_tau), self.system.rate / self._least_tau}

    def diagonal_below(self, pace: Fraction) -> Diagonal | None:
        """Return the factor of P where M(h) is a multiple of P ≻ 0; None elsewhere."""
        return [2 * self._least_tau * pace - self.system.rate] if self.is_scalar else None

    def form(self, pace: Fraction) -> Form:
        """Return M(h)."""
        P, tau = self.metric, np.array(self.system.slow.each(self.system.slow.tau), dtype=object)
        A = self.system.synapse.forward.fractions()
        TP = tau[:, None] * P
        bent = A.T @ (np.array(self.bends, dtype=object)[:, None] * A)
        return _exact_form(pace * (TP + TP.T) - self.system.rate * P - bent)


def _bends(layer: Layer, model: Model) -> list[Fraction]:
    if has_convex_lagrangian(layer.function):
        return [Fraction(0)] * layer.size
    low = slope_range(layer.function)[0] if layer.function.elementwise and layer.name not in model.inhibition else None
    if low is None:
        raise EvidenceRejected(f"layer {layer.name} is not convex, and no lower bound of its slopes is known")
    return [max(-low, Fraction(0)) / rate for rate in layer.each(layer.leak)]


def step_form(obligation: OfSteps) -> DerivedForm | AlteredForm:
    """Return M(h) of the energy that is meant; raise :class:`EvidenceRejected` where it asks for bounds not known."""
    return DerivedForm(obligation.model) if obligation.system is None else AlteredForm(obligation.system)
