"""On which side of a region's ends an enclosed equilibrium lies.

An enclosure in doubles may reach over an end of the region. Then it is sharpened: with G(x) = Wg(x) + b - ρ∘x, J its
derivative on the box X (Clarke's, at kinks), midpoint m and any matrix R, the solution lies in
m - R·G(m) + (I - R·J)(X - m), here in ball arithmetic of 256 bits, which leaves a width of some 10⁻⁶⁰. If that reaches
over the end as well, the state is compared with the nearest short rationals, and the end itself, in exact arithmetic:
an equilibrium that lies on the end is in the (closed) region. What is left is undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from hopverify.checker.elimination import inverse_of_middle
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.networks import LinearNetwork

Floats = NDArray[np.float64]
Vector = np.ndarray[Any, Any]
Region = Sequence[tuple[Fraction, Fraction]]
BITS, ROUNDS, SHORT = 256, 5, 2**12


def is_inside(network: LinearNetwork, region: Region, lower: Floats, upper: Floats) -> bool | None:
    """Whether the one equilibrium that a box [lower, upper] holds lies in a region; None where that is not certain."""
    side = _side(region, [Fraction(v) for v in lower.tolist()], [Fraction(v) for v in upper.tolist()])
    if side is not None:
        return side
    with precision(BITS):
        x = np.array([ball(Fraction(a)).union(ball(Fraction(b))) for a, b in zip(lower, upper, strict=True)])
        for _ in range(ROUNDS):
            x = _sharpened(network, x)
            ends = [[_fraction(v.lower()) for v in x], [_fraction(v.upper()) for v in x]]
            side = _side(region, *ends)
            if side is not None:
                return side
    return True if _is_on_the_end(network, region, *ends) else None


def _side(region: Region, lower: Sequence[Fraction], upper: Sequence[Fraction]) -> bool | None:
    if any(high < a or low > b for low, high, (a, b) in zip(lower, upper, region, strict=True)):
        return False
    inside = all(a <= low and high <= b for low, high, (a, b) in zip(lower, upper, region, strict=True))
    return True if inside else None


def _sharpened(network: LinearNetwork, x: Vector) -> Vector:
    """Return balls that hold the solution in x, none wider than before."""
    m = np.array([v.mid() for v in x])
    G, _ = _flow(network, m)
    _, J = _flow(network, x)
    inverse = inverse_of_middle(np.array(J.tolist(), dtype=object))
    if inverse is None:
        return x
    R = arb_mat(inverse.tolist())
    identity = arb_mat([[int(i == j) for j in range(len(x))] for i in range(len(x))])
    image = (identity - R * J) * _column(x - m) - R * G
    found = [v + image[i, 0] for i, v in enumerate(m)]
    return np.array([new.intersection(old) if new.is_finite() else old for new, old in zip(found, x, strict=True)])


def _flow(network: LinearNetwork, x: Vector) -> tuple[arb_mat, arb_mat]:
    """Return G and its derivative on a box."""
    size = network.size
    W, leak = arb_mat(BALLS.array(network.W).tolist()), BALLS.array(network.leak)
    gamma, H = np.empty(size, dtype=object), arb_mat(size, size)
    for layer, neurons in network.places():
        gamma[neurons] = layer.function.activate(x[neurons], BALLS)
        for k, j in enumerate(neurons.tolist()):
            own = [k] if layer.function.elementwise else range(layer.size)
            at = x[neurons[own]]
            unit = np.array([arb(int(i == k)) for i in own], dtype=object)
            for i, slope in zip(neurons[own].tolist(), layer.function.hessian_times(at, unit, BALLS), strict=True):
                H[i, j] = arb(slope)
    J = W * H
    for i in range(size):
        J[i, i] = J[i, i] - leak[i]
    return W * _column(gamma) + _column(BALLS.array(network.b) - leak * x), J


def _column(values: Vector) -> arb_mat:
    return arb_mat([[arb(value)] for value in values])


def _fraction(end: arb) -> Fraction:
    """Return the dyadic rational that the end of a ball is."""
    mantissa, exponent = end.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _is_on_the_end(network: LinearNetwork, region: Region, lower: list[Fraction], upper: list[Fraction]) -> bool:
    """Whether a state with the coordinates of the ends that the box reaches over is the equilibrium, exactly."""
    x = [_guess(low, high, ends) for low, high, ends in zip(lower, upper, region, strict=True)]
    return not any(v is None for v in x) and network.rests_at(np.array(x, dtype=object))


def _guess(low: Fraction, high: Fraction, ends: tuple[Fraction, Fraction]) -> Fraction | None:
    """Return the end of the region that an interval holds, else a short rational in it, None if there is none."""
    for end in ends:
        if low <= end <= high:
            return end
    near = ((low + high) / 2).limit_denominator(SHORT)
    return near if low <= near <= high else None
