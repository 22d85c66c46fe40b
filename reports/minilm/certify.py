"""What a head retrieves, proved in ball arithmetic: equilibria, their softmax weights, and what comes to rest there.

A head with keys ξ_1 … ξ_n, the rows of Ξ, and inverse temperature β updates v ← F(v) = Ξᵀ softmax(βΞv).

*Theorem.* For any v̂ let p = softmax(βΞv̂), m = Σ p_j ξ_j = F(v̂), d_j = ‖ξ_j - m‖ and ε = ‖m - v̂‖; for r > 0 let

    M(r) = β Σ p_j exp(βr d_j) (ξ_j - m)(ξ_j - m)ᵀ.

If M(r) ≺ q·I with q < 1, and ε ≤ (1 - q)r, then F maps the ball of radius r around v̂ into itself and contracts by q. So
the ball holds exactly one equilibrium x, within η = ε/(1 - q) of v̂, and every start in the ball comes to rest there.

*Proof.* Let v = v̂ + δ, |δ| ≤ r. Its weights are p_j exp(β⟨ξ_j - m, δ⟩)/Σ_i p_i exp(β⟨ξ_i - m, δ⟩). By Jensen the
denominator is at least exp(β Σ p_i⟨ξ_i - m, δ⟩) = 1, so p_j(v) ≤ p_j exp(βr d_j). The Jacobian of F is β times the
covariance of the keys under p(v), which is at most β Σ p_j(v)(ξ_j - m)(ξ_j - m)ᵀ ≼ M(r); it is symmetric and ≽ 0, so
its norm is below q on the ball, which is convex. With |F(v) - v̂| ≤ q|δ| + ε ≤ r Banach's theorem gives the rest. For
the flow v̇ = F(v) - v the distance to x falls at a rate of at least 1 - q. ∎

The theorem is T15 (docs/theory.md) with any mixture of keys in the place of one. Floating point proposes v̂, r and q;
that their conditions hold is decided in balls (python-flint), and so is where a start goes: the update is carried out
from the exact numbers of the start until it certainly lies in one of the balls, with bits enough for what that loses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_mat

from hopverify.checker.elimination import negative_pivot
from hopverify.expr.balls import ball, precision

Array = np.ndarray[Any, Any]
STEPS = 3000
SHARE = 0.9
BITS = (128, 512, 2048, 8192)
WIDE = 1e-3


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A ball of radius ``radius`` that comes to rest at one state, within ``distance`` of ``centre``.

    ``lower`` and ``upper`` bound the softmax weight of each key at the equilibrium.
    """

    centre: Array
    radius: float
    distance: float
    lower: Array
    upper: Array

    @property
    def single(self) -> int | None:
        """The key whose weight is certainly at least 0.9, or None."""
        key = int(np.argmax(self.lower))
        return key if self.lower[key] >= SHARE else None

    @property
    def members(self) -> list[int]:
        """The least number of keys, heaviest first, whose weights add up to 0.9 certainly."""
        order = np.argsort(-self.lower, kind="stable").tolist()
        total, found = Fraction(0), []
        for key in order:
            found.append(key)
            total += Fraction(float(self.lower[key]))
            if total >= Fraction(9, 10):
                return found
        raise ArithmeticError("the bounds of the weights are too wide")


@dataclass(frozen=True, eq=False)
class Head:
    """Keys, one a row, as the exact numbers that they are, and β."""

    keys: Array
    beta: Fraction

    @cached_property
    def balls(self) -> arb_mat:
        """The keys as balls of radius 0."""
        return arb_mat(*self.keys.shape, [arb(float(entry)) for entry in self.keys.ravel()])

    def weights(self, v: arb_mat) -> list[arb]:
        """Return enclosures of softmax(βΞv)."""
        beta = ball(self.beta)
        logits = [beta * entry for entry in (self.balls * v).entries()]
        top = arb(max(float(entry.mid()) for entry in logits))
        shares = [(entry - top).exp() for entry in logits]
        total = sum(shares, arb(0))
        return [share / total for share in shares]

    def mean(self, p: list[arb]) -> arb_mat:
        """Return an enclosure of Σ p_j ξ_j."""
        return self.balls.transpose() * arb_mat(len(p), 1, p)

    def rest(self, start: Array) -> Array:
        """Return where the update seems to go from a start, in doubles."""
        Xi, v, beta = self.keys.astype(np.float64), start.astype(np.float64), float(self.beta)
        for _ in range(2 * STEPS):
            shares = np.exp(beta * (Xi @ v - np.max(Xi @ v)))
            updated = shares @ Xi / shares.sum()
            if np.array_equal(updated, v):
                break
            v = updated
        return v

    def certified(self, centre: Array) -> Equilibrium:
        """Return the equilibrium beside a state, with the largest ball that the theorem gives, or raise."""
        v = column(centre)
        p = self.weights(v)
        m = self.mean(p)
        apart = [norm(row(self.balls, j) - m) for j in range(len(p))]
        epsilon = norm(m - v)
        radius, q = self._proposed(centre)
        rate, r = ball(Fraction(q)), arb(radius)
        if not self._contracts(p, m, apart, r, rate) or not epsilon <= (1 - rate) * r:
            raise ArithmeticError("no ball around the state is certified")
        return self._bounded(centre, radius, p, apart, epsilon / (1 - rate))

    def _proposed(self, centre: Array) -> tuple[float, float]:
        """Return r and q in doubles."""
        Xi, beta = self.keys.astype(np.float64), float(self.beta)
        shares = np.exp(beta * (Xi @ centre - np.max(Xi @ centre)))
        p = shares / shares.sum()
        apart = Xi - p @ Xi
        lengths = np.linalg.norm(apart, axis=1)

        def steepest(r: float) -> float:
            grown = beta * p * np.exp(np.minimum(beta * r * lengths, 600))
            return float(np.linalg.eigvalsh((apart.T * grown) @ apart)[-1])

        q = max(0.99, (1 + steepest(0.0)) / 2)
        low, high = 0.0, 2.0 * float(lengths.max()) + 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if steepest(middle) < q else (low, middle)
        return low * (1 - 1e-9), q

    def _contracts(self, p: list[arb], m: arb_mat, apart: list[arb], r: arb, q: arb) -> bool:
        """Whether M(r) ≺ q·I, as all pivots of q·I - M(r) are positive in balls."""
        beta, width = ball(self.beta), self.keys.shape[1]
        grown = [beta * share * (beta * r * length).exp() for share, length in zip(p, apart, strict=True)]
        rows = [(row(self.balls, j) - m).entries() for j in range(len(p))]
        X = arb_mat(rows)
        scaled = arb_mat([[weight * entry for entry in own] for weight, own in zip(grown, rows, strict=True)])
        M = (X.transpose() * scaled).tolist()
        rows_of_q = [[q * int(i == j) - M[max(i, j)][min(i, j)] for j in range(width)] for i in range(width)]
        Q = np.array(rows_of_q, dtype=object)
        return negative_pivot(Q)[0] == "positive"

    def _bounded(self, centre: Array, radius: float, p: list[arb], apart: list[arb], eta: arb) -> Equilibrium:
        """Return the weights at the equilibrium, whose logits differ from those at the centre by little."""
        grown = [(ball(self.beta) * eta * length).exp() for length in apart]
        total = sum((share * factor for share, factor in zip(p, grown, strict=True)), arb(0))
        lower = [below(share / factor / total) for share, factor in zip(p, grown, strict=True)]
        upper = [min(1.0, above(share * factor)) for share, factor in zip(p, grown, strict=True)]
        return Equilibrium(centre, radius, above(eta), np.array(lower), np.array(upper))

    def equilibria(self, starts: Array) -> list[Equilibrium]:
        """Return the equilibria beside which the starts seem to come to rest, each once."""
        found: list[Equilibrium] = []
        for start in starts:
            state = self.rest(start)
            if not any(np.linalg.norm(state - known.centre) < known.radius / 2 for known in found):
                found.append(self.certified(state))
        return found

    def arrival(self, start: Array, known: list[Equilibrium]) -> tuple[int, int]:
        """Return in whose ball the updates of a start certainly arrive, and after how many.

        Each update widens the balls of the state; where they become too wide to tell, all is done again with more bits.
        """
        for bits in BITS:
            with precision(bits):
                found = self._followed(column(start), known)
            if found is not None:
                return found
        raise ArithmeticError("the start has not certainly arrived anywhere")

    def _followed(self, v: arb_mat, known: list[Equilibrium]) -> tuple[int, int] | None:
        for step in range(STEPS):
            near = np.array([float(entry.mid()) for entry in v.entries()])
            for index, each in enumerate(known):
                if np.linalg.norm(near - each.centre) < each.radius and norm(v - column(each.centre)) < each.radius:
                    return index, step
            if not all(entry.rad() < WIDE for entry in v.entries()):
                return None
            v = self.mean(self.weights(v))
        return None


def column(values: Array) -> arb_mat:
    """Return doubles as a column of balls of radius 0."""
    return arb_mat(len(values), 1, [arb(float(entry)) for entry in values])


def row(matrix: arb_mat, index: int) -> arb_mat:
    """Return a row of a matrix as a column."""
    width = matrix.ncols()
    return arb_mat(width, 1, [matrix[index, j] for j in range(width)])


def norm(v: arb_mat) -> arb:
    """Return an enclosure of the Euclidean length of a column."""
    return sum((entry * entry for entry in v.entries()), arb(0)).sqrt()


def below(value: arb) -> float:
    """Return a double that is certainly not above a number."""
    return math.nextafter(float(value.lower()), -math.inf)


def above(value: arb) -> float:
    """Return a double that is certainly not below a number."""
    return math.nextafter(float(value.upper()), math.inf)
