"""Equilibria to more digits than doubles have, to tell on which side of an end of a region they lie.

Newton's method with the derivative of doubles adds some 15 digits a step to a state in balls, from which places are
offered: exact states, where the state is near to one, and boxes around it. What they hold is for the kernel to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.expr.balls import BALLS, precision
from hopverify.networks import LinearNetwork
from hopverify.numerics.enclosures import Interval, Place

Floats = NDArray[np.float64]
BITS, STEPS = 256, 8
# Half widths of boxes, relatively: the kernel knows F to some 2⁻¹²⁰.
HALVES = (2.0**-44, 2.0**-60, 2.0**-76, 2.0**-92, 2.0**-104)
NEAR, SHORT = Fraction(1, 2**150), 2**12


def places(network: LinearNetwork, x: Floats, jacobian: Floats, region: Sequence[Interval]) -> Iterator[Place]:
    """Yield places of the equilibrium near x, narrower and narrower ones, after an exact one if there seems to be one.

    ``jacobian`` is F'(x); exact states have the ends of the region where they lie on them.
    """
    state = _polished(network, x, jacobian)
    if state is None:
        return
    exact = [_exact(value, ends) for value, ends in zip(state, region, strict=True)]
    if all(value is not None for value in exact):
        yield [str(value) for value in exact]
    for half in HALVES:
        around = [Fraction(half) * (1 + abs(round(value))) for value in state]
        units = [Fraction(2.0**-8) * own for own in around]
        yield [
            [str(round((v - own) / unit) * unit), str(round((v + own) / unit) * unit)]
            for v, own, unit in zip(state, around, units, strict=True)
        ]


def _exact(value: Fraction, ends: Interval) -> Fraction | None:
    """Return the end of the region, or the short rational, that a number seems to be."""
    guesses = (*ends, value.limit_denominator(SHORT))
    return next((guess for guess in guesses if abs(value - guess) < NEAR), None)


def _polished(network: LinearNetwork, x: Floats, jacobian: Floats) -> list[Fraction] | None:
    try:
        R = np.linalg.inv(jacobian)
    except np.linalg.LinAlgError:
        return None
    with precision(BITS):
        W, b, leak = (BALLS.array(each) for each in (network.W, network.b, network.leak))
        inverse, state = BALLS.array(R), np.array([arb(value) for value in x.tolist()], dtype=object)
        for _ in range(STEPS):
            gamma = np.empty(network.size, dtype=object)
            for layer, neurons in network.places():
                gamma[neurons] = layer.function.activate(state[neurons], BALLS)
            state = state - inverse @ (leak * state - b - W @ gamma)
            if not all(value.is_finite() for value in state):
                return None
            state = np.array([value.mid() for value in state], dtype=object)
        return [_fraction(value) for value in state]


def _fraction(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
