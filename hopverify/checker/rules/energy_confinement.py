"""Confinement by the energy (T10): unbounded activations, symmetric weights, a form Q that is positive on a cone.

For an elementwise network T ẋ = Wγ + b - ρ∘x with W = Wᵀ, ρ > 0 and non-decreasing, locally Lipschitz activations of
linear growth, let U be the neurons whose activation is unbounded, Q = diag(ρ/s) - W_UU on the cone of
:mod:`hopverify.checker.cone_form`, and uᵀQu ≥ ε|u|² there, ε > 0 (for ReLU and ρ = 1: I - W strictly copositive).
Then

1. every solution is bounded. E = Σρ(xγ - L) - bᵀγ - ½γᵀWγ never increases (T2; instantaneous layers add (ρx - b -
   Wγ)γ̇ = 0), and E ≥ ½ε|u|² - c|u| - const, since L* grows at least like δ²/2s: γ is bounded, hence x.
2. it converges to the set of equilibria. On its limit set E is constant, so ẋᵢγ̇ᵢ = 0 almost everywhere, that is, γ
   is constant along each complete orbit in it; such an orbit is bounded, so it rests at x⋆(γ).
3. the equilibria lie in the box shown. Let γ⁰ = g(0), δ = γ - γ⁰. Monotonicity gives xδ ≥ 0, and growth xδ ≥ (δ² -
   t|δ| - a²)/s (without a² where U's activation is unbounded on both sides). With ρx = Wγ + b on U, δᵀQδ ≤ Σ cᵢ|δᵢ| +
   C, where c = ρt/s + |W_UU γ⁰ + W_UB γ_B + b| for all γ_B in the ranges of the others, and C = Σ ρa²/s. In u = δ +
   a: ε|u|² ≤ Σ ĉᵢ|uᵢ| + Ĉ with ĉ = c + 2|Qa| and Ĉ = max(0, C + cᵀa - aᵀQa). So |u| ≤ Σĉᵢ/ε + √(Ĉ/ε) ≤ Σĉᵢ/ε + 1 +
   Ĉ/ε =: R, and x = (Wγ + b)/ρ.

So the box (made larger by any amount) attracts every solution. g(0) must be rational and known exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.attracting import nonnegative
from hopverify.checker.cone_form import Reach, confirmed_margin, form, reach
from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.growth import Growth, growth
from hopverify.checker.linear_algebra import quadratic
from hopverify.checker.payload import text_of
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.exact import EXACT, NotRational
from hopverify.networks import LinearNetwork, linear_network
from hopverify.obligations import Bounded, Outcome

Matrix = np.ndarray[Any, Any]
ZERO = Fraction(0)


class Confinement:
    """The hypotheses of the theorem, checked; Q, and the box that a margin of Q gives."""

    def __init__(self, network: LinearNetwork) -> None:
        if not network.is_symmetric or not all(rate > 0 for rate in network.leak):
            raise EvidenceRejected("the weights are not symmetric, or a leak is not positive")
        if not all(is_nondecreasing(function) for function in network.functions):
            raise EvidenceRejected("an activation is not evidently non-decreasing and locally Lipschitz")
        self.network = network
        self.base: Matrix = np.array([_at_zero(network, i) for i in range(network.size)], dtype=object)
        self.growths = [_grown(network, i) for i in range(network.size)]
        reaches = [reach(grown, base) for grown, base in zip(self.growths, self.base, strict=True)]
        self.open = [i for i, entry in enumerate(reaches) if entry is not None]
        self.reaches: list[Reach] = [entry for entry in reaches if entry is not None]
        if not self.open:
            raise EvidenceRejected("every activation is bounded: the drives are, and no form is needed")
        self.signed = [entry.signed for entry in self.reaches]
        self.form = form(network.W[np.ix_(self.open, self.open)], list(network.leak[self.open]), self.reaches)

    def box(self, margin: Fraction) -> tuple[Matrix, Matrix]:
        """Return bounds of all equilibria, for a confirmed margin."""
        low, high = self._activations(self._radius(margin))
        W, leak = self.network.W, self.network.leak
        up, down = nonnegative(W), nonnegative(-W)
        return (up @ low - down @ high + self.network.b) / leak, (up @ high - down @ low + self.network.b) / leak

    def _activations(self, radius: Fraction) -> tuple[Matrix, Matrix]:
        """Return bounds of all activations at equilibria, |u| ≤ radius."""
        ends = [grown.range for grown in self.growths]
        low: Matrix = np.array([ZERO if end is None else end for end, _ in ends], dtype=object)
        high: Matrix = np.array([ZERO if end is None else end for _, end in ends], dtype=object)
        for i, entry in zip(self.open, self.reaches, strict=True):
            near, far = (-entry.shift, radius - entry.shift) if entry.signed else (-radius, radius)
            pair = (near, far) if entry.orientation > 0 else (-far, -near)
            low[i], high[i] = self.base[i] + pair[0], self.base[i] + pair[1]
        return low, high

    def _radius(self, margin: Fraction) -> Fraction:
        """Return R ≥ |u| at every equilibrium."""
        leak, slope, offset, shift = (
            np.array(values, dtype=object)
            for values in (
                self.network.leak[self.open],
                *zip(*((entry.slope, entry.offset, entry.shift) for entry in self.reaches), strict=True),
            )
        )
        c = leak * offset / slope + self._fixed()
        C = (leak * shift * shift / slope).sum() + (c * shift).sum() - quadratic(self.form, shift)
        linear = c + 2 * np.abs(self.form @ shift)
        return Fraction(linear.sum() / margin + 1 + max(C, ZERO) / margin)

    def _fixed(self) -> Matrix:
        """Return bounds of |W_UU γ⁰ + W_UB γ_B + b| over the ranges of the bounded activations."""
        low, high = self._activations(ZERO)
        low[self.open] = high[self.open] = self.base[self.open]
        W = self.network.W[self.open]
        up, down = nonnegative(W), nonnegative(-W)
        b = self.network.b[self.open]
        least, most = up @ low - down @ high + b, up @ high - down @ low + b
        return np.array([max(-p, q, ZERO) for p, q in zip(least, most, strict=True)], dtype=object)


def _at_zero(network: LinearNetwork, i: int) -> Fraction:
    try:
        value = network.functions[i].activate(np.array([ZERO], dtype=object), EXACT)[0]
    except NotRational as error:
        raise EvidenceRejected("g(0) is not known exactly") from error
    return Fraction(value)


def _grown(network: LinearNetwork, i: int) -> Growth:
    found = growth(network.functions[i])
    if found is None:
        raise EvidenceRejected("no linear growth bound of an activation is known")
    return found


def rows(network: LinearNetwork, lower: Any, upper: Any) -> dict[str, list[list[str]]]:
    """Return exact bounds for the reader: [lower, upper] for each neuron of each layer with τ > 0."""
    pairs = [[text_of(low), text_of(high)] for low, high in zip(lower, upper, strict=True)]
    start, found = 0, {}
    for layer in network.layers:
        if not layer.instantaneous:
            found[layer.name] = pairs[start : start + layer.size]
        start += layer.size
    return found


def _judge(obligation: Bounded, payload: Mapping[str, Any]) -> Judgement:
    network = linear_network(obligation.model)
    if network is None:
        raise EvidenceRejected("the drives are not linear, or a layer is not elementwise or has no leak")
    confinement = Confinement(network)
    margin = confirmed_margin(confinement.form, confinement.signed, payload)
    data = {
        "bounded": "every state; solutions converge to the equilibria, all of which lie in the box",
        "box": rows(network, *confinement.box(margin)),
        "form": f"uᵀQu ≥ {text_of(margin)}·|u|² on the cone of activations",
    }
    return Judgement(Outcome.PROVED, data)


RULE = Rule(
    name="energy_confinement",
    summary="Q = diag(ρ/s) - W positive on the cone of activations confines the states through the energy",
    obligations=(Bounded,),
    judge=_judge,
    required=frozenset({"margin"}),
    optional=frozenset({"split"}),
)
