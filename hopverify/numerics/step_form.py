"""The form M(h) of T14 for searches: its least eigenvalue in floating point, and what a proof has to state of it.

    E:  M(h) = diag(2a/β̃ + ρ/β) + W,  a = τ/h - ρ        V:  M(h) = 2 sym(TP)/h - λP - Aᵀdiag(μ/ρ)A

The kernel has the theorem with its conditions (docs/theory.md); nothing here proves anything. Steps are told by their
*pace* 1/h; 0 stands for any length.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.checker.slope_bounds import slope_bounds, slope_range
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem, Model
from hopverify.networks.linear import drive_matrix
from hopverify.numerics.curvature import largest_curvature
from hopverify.obligations.steps import OfSteps, Region
from hopverify.synapses import Synapse

MAX_NEURONS, FAR = 400, 1e3
DOUBLINGS, HALVINGS = 80, 20
Floats = NDArray[np.float64]


def ends_of_region(region: Region) -> tuple[Floats, Floats]:
    """Return the ends of a region, infinite where there are none."""
    low, high = zip(*region, strict=True)
    return (
        np.array([-np.inf if end is None else float(end) for end in low]),
        np.array([np.inf if end is None else float(end) for end in high]),
    )


@dataclass(frozen=True, eq=False)
class DerivedForm:
    """M(h) of a model with its derived energy, on a region of the states of the layers with τ > 0 if there is one."""

    model: Model
    region: Region | None = None

    @cached_property
    def bounds(self) -> dict[str, tuple[Fraction, Fraction]]:
        """κ and β of each layer with τ > 0."""
        return {layer.name: slope_bounds(layer.function) for layer in self.model.dynamic}

    @cached_property
    def curved(self) -> list[str]:
        """The synapses that are not quadratic, and join layers with τ > 0 alone."""
        own = {layer.name for layer in self.model.dynamic}
        return [name for name, synapse in self.model.synapses.items() if _is_curved_within(synapse, own)]

    @cached_property
    def bent(self) -> list[str]:
        """Those whose S is not evidently concave: their curvature counts."""
        return [name for name in self.curved if not self.model.synapses[name].is_concave()]

    @property
    def stated(self) -> dict[str, Any]:
        """What a proof states."""
        slopes = {name: [str(low), str(high)] for name, (low, high) in self.bounds.items()}
        return {"slopes": slopes, **({"curved": self.curved} if self.curved else {})}

    @cached_property
    def _rates(self) -> list[tuple[Fraction, Fraction, Fraction, Fraction]]:
        """τ, ρ, κ and β of each neuron with τ > 0."""
        return [
            (tau, leak, *self.bounds[layer.name])
            for layer in self.model.dynamic
            for tau, leak in zip(layer.each(layer.tau), layer.each(layer.leak), strict=True)
        ]

    @property
    def least_pace(self) -> Fraction:
        """1/h for the longest step that the theorem speaks of, whatever the weights are."""
        ends = [leak / tau for tau, leak, low, high in self._rates if low == 0 and high > 0]
        return max(ends, default=Fraction(0))

    @property
    def natural_paces(self) -> set[Fraction]:
        """The 1/h at which forms that are singular for structural reasons are so."""
        shares = [leak / tau for tau, leak, _, _ in self._rates]
        return {max(shares) / 2, max(shares)}

    @cached_property
    def _weights(self) -> Floats:
        """W - B among the neurons with τ > 0, as they are given: B is about the largest Hessian of the bent S."""
        layers = self.model.layers.values()
        if sum(layer.size for layer in layers) > MAX_NEURONS:
            raise EvidenceRejected(f"the network has more than {MAX_NEURONS} neurons, up to which M(h) is decided")
        rest = {name: synapse for name, synapse in self.model.synapses.items() if name not in self.curved}
        if not all(synapse.linear and synapse.defect() is None for synapse in rest.values()):
            raise EvidenceRejected("S that are not quadratic, or have another drive than -∇S, join fast layers")
        W = drive_matrix(replace(self.model, synapses=rest)).astype(np.float64)
        slow = np.repeat([not layer.instantaneous for layer in layers], [layer.size for layer in layers])
        found: Floats = W[np.ix_(slow, slow)]
        return found - largest_curvature(self.model, self.bent, self._ends) if self.bent else found

    @property
    def _ends(self) -> tuple[Floats, Floats] | None:
        if self.region is None:
            return None
        low, high = ends_of_region(self.region)
        return np.where(np.isinf(low), -FAR, low), np.where(np.isinf(high), FAR, high)

    def matrix(self, pace: float) -> Floats:
        """Return M(h)."""
        tau, leak, low, high = (np.array(column, dtype=np.float64) for column in zip(*self._rates, strict=True))
        alive, a = high > 0, tau * pace - leak
        with np.errstate(divide="ignore", invalid="ignore"):
            entries = 2 * a / np.where(a >= 0, high, low) + leak / high
        return self._weights[np.ix_(alive, alive)] + np.diag(entries[alive])


def _is_curved_within(synapse: Synapse, layers: Set[str]) -> bool:
    """Whether a synapse that is not quadratic joins these layers only, with a Lipschitz drive -∇S."""
    inner = not synapse.linear and set(synapse.layers) <= layers
    return inner and synapse.is_regular() and synapse.defect() is None


@dataclass(frozen=True, eq=False)
class AlteredForm:
    """M(h) of an altered system with the metric of its spec."""

    system: AlteredSystem

    @cached_property
    def moduli(self) -> dict[str, Fraction]:
        """μ of each fast layer that is not evidently convex."""
        found = {}
        for layer in (each for each in self.system.fast if not has_convex_lagrangian(each.function)):
            low = slope_range(layer.function)[0] if layer.function.elementwise else None
            if low is None or layer.name in self.system.model.inhibition:
                raise EvidenceRejected(f"layer {layer.name} is not convex, and no lower bound of its slopes is known")
            found[layer.name] = max(-low, Fraction(0))
        return found

    @property
    def stated(self) -> dict[str, Any]:
        """What a proof states."""
        return {"moduli": {name: str(each) for name, each in self.moduli.items()}} if self.moduli else {}

    @property
    def _pace(self) -> Fraction:
        return self.system.rate / min(self.system.slow.tau)

    @property
    def least_pace(self) -> Fraction:
        """1/h for the longest step that the theorem speaks of: h = τ/λ with a residual."""
        return Fraction(0) if self.system.synapse.residual is None else self._pace

    @property
    def natural_paces(self) -> set[Fraction]:
        """The 1/h at which forms that are singular for structural reasons are so."""
        return {self._pace / 2, self._pace}

    def matrix(self, pace: float) -> Floats:
        """Return M(h)."""
        system, metric = self.system, self.system.synapse.metric
        if system.model.uncertain or metric is None or max(system.synapse.forward.shape) > MAX_NEURONS:
            raise EvidenceRejected(f"the theorem covers exact weights with a metric, of at most {MAX_NEURONS} neurons")
        P = np.array(metric.values, dtype=np.float64)
        tau = np.array(system.slow.each(system.slow.tau), dtype=np.float64)
        bent = [
            self.moduli.get(layer.name, Fraction(0)) / rate for layer in system.fast for rate in layer.each(layer.leak)
        ]
        A, TP = np.array(system.synapse.forward.values, dtype=np.float64), tau[:, None] * P
        found: Floats = pace * (TP + TP.T) - float(system.rate) * P - A.T @ (np.array(bent, dtype=float)[:, None] * A)
        return found


def step_form(obligation: OfSteps) -> DerivedForm | AlteredForm:
    """Return M(h) of the energy that is meant; raise :class:`EvidenceRejected` where it asks for bounds not known."""
    region = obligation.region
    return DerivedForm(obligation.model, region) if obligation.system is None else AlteredForm(obligation.system)


def longest_step(form: DerivedForm | AlteredForm) -> float | None:
    """Return about the longest step h > 0 for which M(h) is positive, or None where none is found."""
    low, high = float(form.least_pace), max(2 * float(form.least_pace), 2.0**-20)
    for _ in range(DOUBLINGS):
        if _least(form, high) > 0:
            break
        low, high = high, 2 * high
    else:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _least(form, middle) > 0 else (middle, high)
    return 1 / high


def _least(form: DerivedForm | AlteredForm, pace: float) -> float:
    """Return the least eigenvalue of M; 1 where no neuron counts."""
    M = form.matrix(pace)
    return float(np.linalg.eigvalsh((M + M.T) / 2)[0]) if len(M) else 1.0
