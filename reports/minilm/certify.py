"""What a head retrieves, proved: equilibria with their balls and softmax weights, and which start comes to rest where.

A head with keys ξ_1 … ξ_n, the rows of Ξ, and inverse temperature β updates v ← F(v) = Ξᵀ softmax(βΞv). Each
equilibrium that is found gets a ball, and bounds of its weights, by the rule `mixture_balls` of hopverify's checker
(T15, mixtures): every start in the ball comes to rest at it. Where a key or a query goes is proved here: the update
is carried out in ball arithmetic from its exact numbers until it certainly lies in one of the balls, with bits
enough for what that loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, arb_mat

from hopverify.checker.rules import judge
from hopverify.expr.balls import ball, precision
from hopverify.obligations import MixtureRetrieval
from hopverify.provers import Budget, accepting
from hopverify.spec import ExactArray

Array = np.ndarray[Any, Any]
STEPS = 3000
SINGLE = Fraction(9, 10)
BITS = (128, 512, 2048, 8192)
WIDE = 1e-3


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A ball around ``centre`` that comes to rest at one state, within ``distance`` of the centre.

    ``members`` are the fewest keys, heaviest first, that certainly have 0.9 of the weight there; ``lower`` and
    ``upper`` bound their weights.
    """

    centre: Array
    radius: Fraction
    distance: Fraction
    members: list[int]
    lower: list[Fraction]
    upper: list[Fraction]

    @property
    def single(self) -> int | None:
        """The key whose weight is certainly at least 0.9, or None."""
        return self.members[0] if self.lower[0] >= SINGLE else None

    @cached_property
    def reach(self) -> arb:
        """The radius as a ball."""
        return ball(self.radius)


@dataclass(frozen=True, eq=False)
class Head:
    """Keys, one a row, as the exact numbers that they are, and β."""

    keys: Array
    beta: Fraction

    @cached_property
    def balls(self) -> arb_mat:
        """The keys as balls of radius 0."""
        return arb_mat(*self.keys.shape, [arb(float(entry)) for entry in self.keys.ravel()])

    def updated(self, v: arb_mat) -> arb_mat:
        """Return an enclosure of F(v)."""
        beta = ball(self.beta)
        logits = [beta * entry for entry in (self.balls * v).entries()]
        top = arb(max(float(entry.mid()) for entry in logits))
        shares = [(entry - top).exp() for entry in logits]
        total = sum(shares, arb(0))
        return self.balls.transpose() * arb_mat(len(shares), 1, [share / total for share in shares])

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
        """Return the equilibrium beside a state, with a ball that the checker accepts; raise if it accepts none."""
        names = tuple(str(key) for key in range(len(self.keys)))
        keys, state = ExactArray.of(self.keys), ExactArray.of(centre[None])
        bias = ExactArray.full(len(names), Fraction(0))
        asked = MixtureRetrieval("states", keys, self.beta, bias, ("state",), 1, state, names)
        (prover,) = accepting(asked)
        for evidence in prover.search(asked, Budget()):
            (row,) = judge(asked, evidence).data["mixtures"]
            told = row["weights"]
            return Equilibrium(
                centre,
                Fraction(row["radius"]),
                Fraction(row["distance"]),
                [int(each["name"]) for each in told],
                [Fraction(each["lower"]) for each in told],
                [Fraction(each["upper"]) for each in told],
            )
        raise ArithmeticError("no ball around the state is certified")

    def equilibria(self, starts: Array) -> list[Equilibrium]:
        """Return the equilibria beside which the starts seem to come to rest, each once."""
        found: list[Equilibrium] = []
        for start in starts:
            state = self.rest(start)
            if not any(np.linalg.norm(state - known.centre) < float(known.radius) / 2 for known in found):
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
                is_near = np.linalg.norm(near - each.centre) < float(each.radius)
                if is_near and norm(v - column(each.centre)) < each.reach:
                    return index, step
            if not all(entry.rad() < WIDE for entry in v.entries()):
                return None
            v = self.updated(v)
        return None


def column(values: Array) -> arb_mat:
    """Return doubles as a column of balls of radius 0."""
    return arb_mat(len(values), 1, [arb(float(entry)) for entry in values])


def norm(v: arb_mat) -> arb:
    """Return an enclosure of the Euclidean length of a column."""
    return sum((entry * entry for entry in v.entries()), arb(0)).sqrt()
