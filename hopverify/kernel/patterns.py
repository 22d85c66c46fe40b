"""The patterns of a memory by their activations, and when an equilibrium is a pattern's own (M4).

A pattern ξ_μ is a state of one layer, γ_μ = g(ξ_μ), and γ_0 = g(b/ρ) is the activation of the layer without synapses,
with 0 in the place of b/ρ where there is no leak. Patterns with one activation are copies: one pattern. An equilibrium
with the activation γ⋆ is the own one of ξ_μ if |γ⋆ - γ_μ| < ½ |γ_μ - γ_ν| for ν = 0 and for every pattern ν that is no
copy; where all entries of all patterns are a or -a, γ⋆ also lies on the same side of g(0) as γ_μ in all neurons but so
many. No equilibrium is the own one of two patterns. Distances are compared by their squares, in balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from flint import arb, arb_mat

from hopverify.kernel.core import Core
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.flow import Balls, Flow
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected, shown


class Patterns:
    """The patterns of the memory with a name, which are exact."""

    def __init__(self, core: Core, name: object, where: str) -> None:
        held = next((each for each in core.memories if each.name == name), None)
        if held is None:
            raise Rejected(f"{where}: no memory is called {shown(name)}")
        self.flow = Flow(core)
        self.layer = next(each for each in self.flow.layers if each.name == held.layer)
        self.term, self.where = held.patterns, where
        arrays = arrays_of(core, self.term, arithmetic=RATIONALS)
        self.states: list[list[Fraction]] = evaluate(self.term, arrays, RATIONALS)
        self.gamma = [self._activated(state) for state in self.states]
        leaks = zip(self.layer.bias.entries, self.layer.leak.entries, strict=True)
        self.rest = self._activated([Fraction(b) / Fraction(rho) if rho else Fraction(0) for b, rho in leaks])
        self.zero = self._activated([Fraction(0)] * self.layer.size)

    def _activated(self, state: Sequence[Fraction]) -> list[arb]:
        return self.flow.activated(self.layer, list(map(ball, state)))

    def of_layer(self, x: Sequence[arb]) -> list[arb]:
        """Return the activation of the layer for the states of all neurons."""
        return self.flow.activated(self.layer, self.flow.part(self.layer, x))

    # ------------------------------------------------------------------------------------------------------- copies

    @cached_property
    def firsts(self) -> list[int]:
        """The number of the first pattern that each one is known to be a copy of; its own, if there is none before."""
        seen: dict[tuple[object, ...], int] = {}
        return [seen.setdefault(self._key(mu), mu) for mu in range(len(self.states))]

    def _key(self, mu: int) -> tuple[object, ...]:
        """Return what copies share: an activation that is one number, or else the state; neuron by neuron, or of all.

        Where states are the same, so are the balls of their activations.
        """
        points = [tuple(map(int, u.man_exp())) if u.is_exact() and u.is_finite() else None for u in self.gamma[mu]]
        if self.layer.elementwise:
            return tuple(x if point is None else point for x, point in zip(self.states[mu], points, strict=True))
        return (*self.states[mu], None) if None in points else tuple(points)

    def are_apart(self) -> bool:
        """Whether of any two patterns it is known that they are copies, or that they are not."""
        return all(apart > 0 for mu in range(len(self.states)) for rival, apart in self.rivals(mu) if rival is not None)

    # ------------------------------------------------------------------------------------------------ own equilibria

    def rivals(self, mu: int) -> list[tuple[int | None, arb]]:
        """Return the squares of the distances to patterns that are not known as copies; None is the resting layer."""
        G, lengths, last = self._products, self._lengths, len(self.states)
        others = [nu for nu, first in enumerate(self.firsts) if first == nu != self.firsts[mu]]
        apart = [(nu, lengths[mu] + lengths[nu] - 2 * G[mu, nu]) for nu in others]
        return [(None, lengths[mu] + lengths[last] - 2 * G[mu, last]), *apart]

    @cached_property
    def _products(self) -> arb_mat:
        """The inner products of all activations, that of the resting layer last: |u - v|² = |u|² + |v|² - 2u·v."""
        rows = arb_mat([*self.gamma, self.rest])
        return rows * rows.transpose()

    @cached_property
    def _lengths(self) -> list[arb]:
        return [self._products[k, k] for k in range(len(self.states) + 1)]

    @cached_property
    def have_signs(self) -> bool:
        """Whether all entries of all patterns are a or -a, for some a > 0."""
        return len({abs(each) for state in self.states for each in state}) == 1 and self.states[0][0] != 0

    def wrong(self, mu: int, gamma: Balls) -> tuple[int, int]:
        """Return in how many neurons an activation is not on the pattern's side of g(0): certainly, and at most."""
        certain, possible = 0, 0
        for own, other, zero in zip(self.gamma[mu], gamma, self.zero, strict=True):
            one, two = _side(own, zero), _side(other, zero)
            certain += None not in (one, two) and one != two
            possible += None in (one, two) or one != two
        return certain, possible

    def may_own(self, mu: int, gamma: Balls, errors: int) -> bool:
        """Whether it is left open that an equilibrium with an activation is the pattern's own."""
        apart = 4 * square(gamma, self.gamma[mu])
        if any(apart >= rival for _, rival in self.rivals(mu)):
            return False
        return not self.have_signs or self.wrong(mu, gamma)[0] <= errors


def square(u: Balls, v: Balls) -> arb:
    """Return |u - v|²."""
    differences = (a - b for a, b in zip(u, v, strict=True))
    return sum((each * each for each in differences), arb(0))


def _side(value: arb, zero: arb) -> int | None:
    """Return on which side of a number another one lies, 0 if it is the same; None where balls do not tell."""
    if value > zero or value < zero:
        return 1 if value > zero else -1
    return 0 if value.is_exact() and zero.is_exact() and value == zero else None
