"""Radii of mixtures (T15): for each state the largest ball that a rate q allows, in floating point; the rule decides.

A larger q allows a larger ball, but the update must keep it: ε ≤ (1 - q)r. So several rates are tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.rules.mixture_balls import MAX_SIZE
from hopverify.numerics.limits import Ask, OutOfTimeError
from hopverify.obligations import MixtureRetrieval
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[Any]
RATES = (Fraction(127, 128), Fraction(15, 16), Fraction(3, 4), Fraction(1, 2), Fraction(2047, 2048))
BISECTIONS, BITS, LARGEST = 50, 20, 600.0


def _search(obligation: MixtureRetrieval, budget: Budget) -> Iterator[Evidence]:
    if min(obligation.patterns.shape) > MAX_SIZE:
        return
    Xi, bias, beta = obligation.patterns.floats(), obligation.bias.floats(), float(obligation.beta)
    found = []
    for done, state in enumerate(obligation.states.floats()):
        try:
            found.append(_ball(Xi, bias, beta, state, budget.ask))
        except OutOfTimeError:
            found += [None] * (len(obligation.labels) - done)
            break
        budget.report(done + 1, len(obligation.labels), "states")
    if any(each is not None for each in found):
        radii = [None if each is None else str(each[0]) for each in found]
        yield {
            "rule": "mixture_balls",
            "radii": radii,
            "rates": [None if each is None else str(each[1]) for each in found],
        }


def _ball(Xi: Floats, bias: Floats, beta: float, state: Floats, ask: Ask) -> tuple[Fraction, Fraction] | None:
    """Return the largest radius that some rate gives, and the rate."""
    logits = beta * (Xi @ state + bias)
    shares = np.exp(logits - logits.max())
    p = shares / shares.sum()
    Y = Xi - p @ Xi
    apart, epsilon = np.linalg.norm(Y, axis=1), float(np.linalg.norm(p @ Xi - state))

    def steepest(r: float) -> float:
        ask()
        scaled = np.sqrt(beta * p * np.exp(np.minimum(beta * r * apart, LARGEST)))[:, None] * Y
        return float(np.linalg.norm(scaled, 2)) ** 2

    found = [(_largest(steepest, float(q), float(apart.max())), q) for q in RATES]
    kept = [(r, q) for r, q in found if r > 0 and epsilon * (1 + 2.0**-20) < (1 - q) * r]
    return max(kept, default=None)


def _largest(steepest: Any, q: float, reach: float) -> Fraction:
    """Return a radius a little below the largest at which M(r) stays under q; 0 if there is none."""
    low, high = 0.0, 2 * reach + 1
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if steepest(middle) < q else (low, middle)
    mantissa, exponent = math.frexp(low * (1 - 2.0**-18))
    return Fraction(math.floor(mantissa * 2**BITS)) * Fraction(2) ** (exponent - BITS)


PROVER = Prover(
    name="mixture_radii",
    summary="the largest ball around each state on which the update contracts by a rate (T15)",
    search=_search,
    reason=Reason.MARGIN_TOO_SMALL,
    exact=True,
)
