"""Boxes that the flow of a network with linear drives enters for good (T10), from the growth of its activations.

Theorem. Let T ẋ = W g(x) + b - ρ∘x with ρ > 0, and let z = (U, V) > 0 satisfy Bz + max(c, 0) < z, where Bz + c
bounds (W g(x) + b)/ρ from above in its first half, and its negative in the second, by the growth of g wherever
-V ≤ x ≤ U. Let m(x) be the smallest k with -kV ≤ x ≤ kU. Wherever m(x) = k ≥ 1 is attained, say x_i = kU_i (the other
side is alike), the growth bounds scale:

    τ_i ẋ_i ≤ ρ_i (k(Bz)_i + c_i) - ρ_i k U_i ≤ -k ρ_i (U_i - (Bz + max(c, 0))_i) < 0.

So m decreases at an exponential rate while m ≥ 1: every solution enters the box -V ≤ x ≤ U in finite time and stays;
there is no equilibrium outside it or on its boundary. A neuron with τ = 0 is a function of the activations of
the others, by the same bounds within the k-fold box whenever they are. ∎
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer, LinearNetwork
from hopverify.numerics.linear_growth import Bound, Growth, growth
from hopverify.numerics.ranges import activation_range

Vector = np.ndarray[Any, Any]
ZERO = Fraction(0)


def growth_of_layer(layer: Layer) -> Growth | None:
    """Return the growth of each neuron's activation in a layer: of a whole layer's, the range of its components."""
    if layer.function.elementwise:
        return growth(layer.function)
    low, high = activation_range(layer)
    return None if low is None or high is None else Growth(Bound(ZERO, ZERO, high), Bound(ZERO, ZERO, -low))


class GrowthMap:
    """The map z ↦ Bz and the vector c of a network; raises :class:`EvidenceRejected` where no growth is known."""

    def __init__(self, network: LinearNetwork) -> None:
        found = [growth_of_layer(layer) for layer in network.layers for _ in range(layer.size)]
        if any(entry is None for entry in found) or not all(rate > 0 for rate in network.leak):
            raise EvidenceRejected("no linear growth bound of every activation is known, or a leak is not positive")
        known = [entry for entry in found if entry is not None]
        A = network.W / network.leak[:, None]
        self.positive, self.negative = nonnegative(A), nonnegative(-A)
        self.above = np.array([_row(entry.above) for entry in known], dtype=object).reshape(-1, 3).T
        self.below = np.array([_row(entry.below) for entry in known], dtype=object).reshape(-1, 3).T
        shift = network.b / network.leak
        self.c = np.concatenate(
            [
                self.positive @ self.above[2] + self.negative @ self.below[2] + shift,
                self.positive @ self.below[2] + self.negative @ self.above[2] - shift,
            ]
        )

    def times(self, z: Vector) -> Vector:
        """Return Bz for z = (U, V)."""
        U, V = np.split(z, 2)
        G = self.above[0] * U + self.above[1] * V
        H = self.below[0] * U + self.below[1] * V
        return np.concatenate([self.positive @ G + self.negative @ H, self.positive @ H + self.negative @ G])


def nonnegative(values: Vector) -> Vector:
    """Return max(v, 0) entry by entry, in Fractions."""
    result: Vector = np.frompyfunc(lambda value: max(value, ZERO), 1, 1)(values)
    return result


def _row(bound: Bound) -> tuple[Fraction, Fraction, Fraction]:
    return bound.right, bound.left, bound.offset


def attracting_box(network: LinearNetwork, z: Vector | Sequence[Fraction]) -> tuple[Vector, Vector]:
    """Return (lower, upper) = (-V, U): a box that every solution enters for good, so that it holds all equilibria.

    ``z`` = (U, V) are 2N rationals; raises :class:`EvidenceRejected` unless z > 0 and Bz + max(c, 0) < z.
    """
    bounds: Vector = np.array(list(z), dtype=object)
    if bounds.shape != (2 * network.size,) or not all(entry > 0 for entry in bounds):
        raise EvidenceRejected(f"expected {2 * network.size} positive bounds")
    growing = GrowthMap(network)
    if not all(growing.times(bounds) + nonnegative(growing.c) < bounds):
        raise EvidenceRejected("the flow does not point inward on the box: Bz + max(c, 0) < z fails")
    U, V = np.split(bounds, 2)
    return -V, U
