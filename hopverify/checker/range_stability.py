"""Stability in the range of H where a layer is not elementwise: softmax, layer norm, sparsemax and their kind (T7).

Let H be the block-diagonal Hessian at the equilibrium, ρ the leak (one number in each such layer), and let the columns
of N complement the null space of H. With K = H^{1/2}WH^{1/2} and z = HNa,

    λ_max(K - ρ) < 0  on range(H)    iff    Q = Nᵀ(ρH - HWH)N ≻ 0,

the second derivative of the energy: ker H is removed, and no inverse of H is needed. If Q has a negative direction,
the equilibrium is unstable. Both hold for all time constants that are uniform in each such layer, since
y = H^{1/2}x has ẏ = T⁻¹(K - ρ)y (Sylvester), and along ker H the state relaxes at the rate ρ/τ.

Two null directions are known exactly: a component whose row of H is exactly 0 (a dead neuron, one outside the support
of sparsemax), and the vector of ones of a layer whose L is affine along it
(:mod:`hopverify.expr.translation`). N leaves them out: unit vectors of the alive neurons, or their differences. Any
other null direction makes Q singular, and the verdict undecided. H ⪰ 0 is not assumed: NᵀHN ≻ 0 is verified.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb

from hopverify.checker.elimination import negative_pivot
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.spectrum import linear_flow
from hopverify.expr.balls import BALLS, ball
from hopverify.expr.nodes import Apply, Expression
from hopverify.expr.pieces import NoPieces, pieces
from hopverify.expr.regularity import is_analytic, is_locally_lipschitz
from hopverify.expr.translation import response_to_shift
from hopverify.networks import Layer, LinearNetwork

Balls = np.ndarray[Any, Any]
ZERO = arb(0)


def enclosed_state(equilibrium: Equilibrium) -> Balls:
    """Return an enclosed equilibrium as a vector of balls."""
    ends = zip(equilibrium.lower.tolist(), equilibrium.upper.tolist(), strict=True)
    return np.array([ball(Fraction(low)).union(ball(Fraction(high))) for low, high in ends], dtype=object)


@lru_cache(maxsize=256)
def hessian_at(network: LinearNetwork, equilibrium: Equilibrium) -> Balls:
    """Return H, (N, N) in balls, over the enclosure of an equilibrium."""
    x = enclosed_state(equilibrium)
    H = np.full((network.size, network.size), ZERO, dtype=object)
    for layer, neurons in network.places():
        for k, j in enumerate(neurons):
            unit = np.array([arb(int(i == k)) for i in range(layer.size)], dtype=object)
            H[neurons, j] = [arb(value) for value in layer.function.hessian_times(x[neurons], unit, BALLS)]
    return H


def alive_neurons(H: Balls) -> list[int]:
    """Return the neurons whose row of H is not exactly 0."""
    return [i for i, row in enumerate(H) if not all(bool(entry == 0) for entry in row)]


def is_flat_along_ones(layer: Layer) -> bool:
    """Whether L is, by structure, affine along the vector of ones of a layer that is not elementwise."""
    function = layer.function
    if function.elementwise or function.potential is None:
        return False
    return response_to_shift(function.potential, "x") is not None


def complement(network: LinearNetwork, alive: list[int]) -> Balls:
    """Return N, (N, dimension): what is left of the alive neurons' coordinates without the vectors of ones."""
    columns = []
    for layer, neurons in network.places():
        own = [int(i) for i in neurons if i in alive]
        last = own[-1] if own and is_flat_along_ones(layer) else None
        for i in own if last is None else own[:-1]:
            column = np.full(network.size, ZERO, dtype=object)
            column[i] = arb(1)
            if last is not None:
                column[last] = arb(-1)
            columns.append(column)
    return np.array(columns, dtype=object).reshape(-1, network.size).T


class RangeForm:
    """The forms NᵀHN and Nᵀ(cρH - HWH)N at an equilibrium, in balls."""

    def __init__(self, network: LinearNetwork, H: Balls) -> None:
        self.alive = alive_neurons(H)
        N = complement(network, self.alive)
        self.HN = H @ N
        self.plain = N.T @ (BALLS.array(network.leak)[:, None] * self.HN)
        self.metric = N.T @ self.HN
        self.driven = self.HN.T @ (BALLS.array(network.W) @ self.HN)

    def scaled(self, scale: Fraction = Fraction(1)) -> Balls:
        """Return Nᵀ(cρH - HWH)N, symmetric entry for entry."""
        return mirrored(ball(scale) * self.plain - self.driven)

    def is_metric(self) -> bool:
        """Whether H is certainly positive definite off its null space."""
        return negative_pivot(mirrored(self.metric))[0] == "positive"


def mirrored(Q: Balls) -> Balls:
    """Return the symmetric matrix with the upper triangle of Q."""
    rows = [[Q[min(i, j), max(i, j)] for j in range(len(Q))] for i in range(len(Q))]
    return np.array(rows, dtype=object).reshape(Q.shape)


def has_energy(network: LinearNetwork) -> bool:
    """Whether W is symmetric, every layer has a Lagrangian, and T and ρ commute with H: one number in each layer."""
    whole = [layer for layer in network.layers if not layer.function.elementwise]
    uniform = all(layer.uniform_tau and len(set(layer.leak)) == 1 for layer in whole)
    return network.is_symmetric and uniform and all(layer.function.potential is not None for layer in whole)


def is_smooth_at(network: LinearNetwork, equilibrium: Equilibrium, H: Balls) -> bool:
    """Whether g is certainly differentiable, with a continuous derivative, in a neighbourhood of the equilibrium.

    Analytic activations are, and those with a Lipschitz slope; a neuron certainly inside one analytic piece; and
    sparsemax, entmax and normmax of an analytic argument where no neuron is at the edge of the support: such a one has
    an enclosed h_ii that holds 0, and a row that is not 0.
    """
    x = enclosed_state(equilibrium)
    for layer, neurons in network.places():
        if all(is_analytic(part) for part in layer.function.activation):
            continue
        activation = layer.function.activation[0]
        if layer.function.elementwise:
            slope = layer.function.slope
            smooth = slope is not None and is_locally_lipschitz(slope)
            smooth = smooth or all(_is_inside_a_piece(activation, x[i]) for i in neurons)
        else:
            certain = all(H[i, i] > 0 or all(bool(entry == 0) for entry in H[i]) for i in neurons)
            smooth = certain and _is_threshold_of_analytic(activation)
        if not smooth:
            return False
    return True


def _is_threshold_of_analytic(activation: Expression) -> bool:
    if not isinstance(activation, Apply) or activation.function not in ("entmax", "normmax"):
        return False
    return all(map(is_analytic, activation.arguments))


def _is_inside_a_piece(activation: Expression, x: arb) -> bool:
    try:
        parts = pieces(activation)
    except NoPieces:
        return False
    return any(
        is_analytic(part.expression, part.signs())
        and (part.lower is None or x > ball(part.lower))
        and (part.upper is None or x < ball(part.upper))
        for part in parts
    )


def linear_flow_at(network: LinearNetwork, H: Balls) -> Balls | None:
    """Return T⁻¹(WH - ρ), instantaneous neurons eliminated; None where that fails."""
    taus = np.array([tau for layer in network.layers for tau in layer.each(layer.tau)], dtype=object)
    return linear_flow(BALLS.array(network.W) @ H - np.diag(BALLS.array(network.leak)), taus)
