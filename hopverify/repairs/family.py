"""The diverse family of energies (T11): where feedback reaches no neuron along N, NᵀB = 0, P and V are not unique.

P + NQNᵀ is a metric for every Q ⪰ 0, and φ(z) with z = Nᵀ(λy - a), which decays on its own, may be added to V for
every convex φ with φ'(0) = 0. All of them fall along the same flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count as numbers
from itertools import islice

import numpy as np

from hopverify.checker.linear_algebra import Matrix, nullspace
from hopverify.numerics.metric import product
from hopverify.repairs import UnfitError
from hopverify.repairs.drafting import Altered
from hopverify.repairs.writing import literal
from hopverify.spec import ExactArray

POTENTIALS = ("z^4/4", "log(cosh(z))")
MOST = 1000


def members(parts: Altered, count: int) -> list[tuple[Altered, str]]:
    """Return ``count`` systems with one flow and different energies, each with a title; UnfitError if P is unique."""
    N = unreached(parts)
    if len(set(parts.tau)) > 1:
        raise UnfitError(
            "the slow neurons differ in their time constants, and then only one metric is sure to do (T11)"
        )
    return list(islice(_all(parts, N), count))


def unreached(parts: Altered) -> Matrix:
    """Return N, (m, k), a basis of ker Bᵀ in whole numbers; raise UnfitError where it is empty."""
    basis = nullspace(parts.B.fractions().T)
    if not basis:
        raise UnfitError(
            f"P is unique: the {parts.width} rows of B are independent, so that PB = Aᵀ leaves no choice (ker Bᵀ = 0)"
        )
    return np.array([_whole(z) for z in basis], dtype=object).T


def _whole(z: Matrix) -> Matrix:
    """Return a multiple of z in whole numbers."""
    scale = Fraction(int(np.lcm.reduce([int(value.denominator) for value in z])))
    result: Matrix = z * scale
    return result


def _all(parts: Altered, N: Matrix) -> Iterator[tuple[Altered, str]]:
    yield parts, "Altered system with the metric of best condition number"
    size = max(Fraction(parts.metric.fractions()[i, i]) for i in range(parts.width))
    for k in numbers(1):
        turn, round_ = (k - 1) % 3, (k - 1) // 3 + 1
        if turn == 0:
            weights = [size * round_ * Fraction(j + 2, 2) for j in range(N.shape[1])]
            P = parts.metric.fractions() + product(N * np.array(weights, dtype=object), N.T)
            yield replace(parts, metric=ExactArray.of(P)), f"Altered system with the metric P + NQNᵀ, number {round_}"
        else:
            phi = POTENTIALS[turn - 1] if round_ == 1 else f"{literal(Fraction(round_))}*{POTENTIALS[turn - 1]}"
            yield (
                replace(parts, residual=ExactArray.of(N), potential=phi),
                f"Altered system with φ(z) = {phi} in its energy",
            )
