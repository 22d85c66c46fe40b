"""Retrieval balls (T15) for all patterns at once, in floating point with proved error bounds.

For pattern μ and radius r, let d_ν = ‖ξ_ν - ξ_μ‖, m_ν = ⟨ξ_μ - ξ_ν, ξ_μ⟩ + b_μ - b_ν and
q_ν(r) = exp(-β(m_ν - r d_ν)) for ν ≠ μ, where b is the hidden layer's bias. With p = softmax(β(Ξv + b)),
p_ν ≤ q_ν p_μ ≤ q_ν on the ball of radius r, so the map v ↦ Σ p_ν ξ_ν moves no point of it farther than S(r) = Σ q_ν d_ν
from ξ_μ; its Jacobian is β times the covariance of the patterns under p, and its norm at most S'(r) = β Σ q_ν d_ν². The
payload gives for each pattern a ``radius`` R and a ``distance`` δ ≤ R (or null for both), and the rule verifies

    S(δ) ≤ δ    and    S'(R) < 1.

That is T15 for R and for δ: S' grows with r, so S(r) - r falls from δ to R and is at most 0 there. Hence the balls of
both radii are invariant, the map contracts on them, and the one equilibrium in the larger lies in the smaller.

*Ghostmax* is softmax (β = 1) with one more logit, always 0. That is the logit of a pattern at the origin with bias 0,
and adding p_ghost·0 to the map changes nothing. So ghostmax is softmax over the patterns and the ghost together: as a
rival it has m = ‖ξ_μ‖² + b_μ and d = ‖ξ_μ‖, and it is asked for no ball of its own.

*Its own.* γ = v here, and without synapses the layer rests at 0. The equilibrium is the pattern's own (M4) if δ is less
than half the distance to each other pattern and to 0, which the same pass bounds from below; and, where all entries are
±a, less than a√(k+1): k + 1 wrong signs are that far away. A sheet says in ``own`` of which patterns that holds, and
only these count.

The evidence holds a sheet for each β that the obligation takes ``together``; one pass over all pairs verifies them all,
and the last verified evidence is remembered, so that the claims about the other β need no other pass. ``competitors``
are hints for the reader (the rival that alone bounds the radius most) and prove nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.exponentials import Weights, unit, weights
from hopverify.checker.floats import roomy, upward
from hopverify.checker.gram import Gram, Tile
from hopverify.checker.memory_table import LISTED, memory_table, radii_of
from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.stored import distinct, far, reach_of_signs
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, Retrieval, are_enough
from hopverify.spec import ExactArray

Floats = NDArray[Any]


@dataclass(frozen=True)
class Sheet:
    """What is said of all patterns at one β: radii and distances as the bytes of doubles, 0 where there is no ball."""

    beta: Fraction
    radii: bytes
    distances: bytes
    own: bytes


@dataclass(frozen=True)
class Balls:
    """A sheet in the scale of the Gram; a ghost has no ball."""

    weights: Weights
    radii: Floats
    distances: Floats

    @classmethod
    def of(cls, gram: Gram, sheets: Sequence[Sheet]) -> list[Balls]:
        """Return the sheets as numbers, with what bounds their weights."""
        read = [[_numbers(gram, column) for column in (sheet.radii, sheet.distances)] for sheet in sheets]
        farthest = max(float(np.max(radii, initial=0.0)) for radii, _ in read)
        betas = [gram.scaled_beta(sheet.beta) for sheet in sheets]
        return [cls(each, *columns) for each, columns in zip(weights(gram, betas, farthest), read, strict=True)]


def _numbers(gram: Gram, column: bytes) -> Floats:
    values = np.frombuffer(column)
    scaled = gram.scaled_lengths(values)
    if ((values > 0) & (scaled == 0)).any():
        # 0 stands for no ball, of which nothing would be asked.
        raise EvidenceRejected("a radius or a distance is too small beside the patterns for floating-point bounds")
    return np.concatenate([scaled, np.zeros(gram.count - len(values))])


@dataclass(frozen=True)
class Bounds:
    """What one pass over all pairs finds: upper bounds of S(δ) and S'(R) for each sheet, lower ones of the gaps.

    A gap is the distance from a pattern to the nearest other one, or to 0.
    """

    sums: list[tuple[Floats, Floats]]
    gaps: Floats

    def failing(self, balls: Sequence[Balls]) -> list[NDArray[np.bool_]]:
        """Return for each sheet which of its balls the conditions do not hold for."""
        return [
            (each.radii > 0) & ~((first <= each.distances) & (second < 1))
            for each, (first, second) in zip(balls, self.sums, strict=True)
        ]

    def owning(self, ball: Balls) -> NDArray[np.bool_]:
        """Return which balls of a sheet have an equilibrium within half the gap of their pattern."""
        owning: NDArray[np.bool_] = (ball.distances > 0) & (2 * ball.distances < self.gaps)
        return owning


def bounds(gram: Gram, balls: Sequence[Balls], patterns: ExactArray) -> Bounds:
    """Return the bounds for every pattern of the Gram; copies are no rivals of one another."""
    groups, firsts = None, distinct(patterns)
    if len(set(firsts)) < len(firsts):
        groups = np.array([*firsts, *range(len(firsts), gram.count)])
    nearest = np.full(gram.count, np.inf)
    totals = [(np.zeros(gram.count), np.zeros(gram.count)) for _ in balls]
    reductions = [(each.weights.reductions(each.distances), each.weights.reductions(each.radii)) for each in balls]

    def parts(tile: Tile) -> tuple[list[tuple[Floats, Floats]], Floats]:
        found = []
        for each, (inner, outer) in zip(balls, reductions, strict=True):
            shifted = each.weights.shifted(tile)
            first = tile.sums(each.weights.at(tile, shifted, inner), tile.distance)
            found.append((first, tile.sums(each.weights.at(tile, shifted, outer), tile.square)))
        return found, tile.least(groups)

    for own, (found, least) in gram.each(parts, balls[0].weights.dtype):
        nearest[own] = np.minimum(nearest[own], least)
        for total, part in zip(totals, found, strict=True):
            total[0][own] += part[0]
            total[1][own] += part[1]
    sums = [
        (each.weights.total(first), upward(each.weights.beta * each.weights.total(second), 4))
        for each, (first, second) in zip(balls, totals, strict=True)
    ]
    return Bounds(sums, gram.gaps(nearest, unit(balls[0].weights.dtype)))


@lru_cache(maxsize=1)
def verify(patterns: ExactArray, bias: ExactArray, ghost: bool, sheets: tuple[Sheet, ...], factor: float) -> None:
    """Raise :class:`EvidenceRejected` unless the conditions hold for every ball of every sheet, and those of its own.

    ``factor`` is that of :func:`hopverify.checker.floats.roomy`, so that what was found with room is told apart.
    """
    gram = Gram(patterns, bias, ghost=ghost)
    balls = Balls.of(gram, sheets)
    if not any(each.radii.any() for each in balls):
        return
    found = bounds(gram, balls, patterns)
    for sheet, each, wrong in zip(sheets, balls, found.failing(balls), strict=True):
        if wrong.any():
            mu = int(np.flatnonzero(wrong)[0])
            raise EvidenceRejected(
                f"beta {sheet.beta}: T15's conditions do not hold for pattern {mu} at the stated radius and distance"
            )
        foreign = np.frombuffer(sheet.own, dtype=bool) & ~found.owning(each)[: len(patterns.values)]
        if foreign.any():
            mu = int(np.flatnonzero(foreign)[0])
            raise EvidenceRejected(f"beta {sheet.beta}: the equilibrium in the ball of pattern {mu} may be another's")


def _judge(obligation: Retrieval, payload: Mapping[str, Any]) -> Judgement:
    count = len(obligation.labels)
    rivals = count + obligation.ghost
    betas = obligation.together or (obligation.beta,)
    stated = payload["sheets"]
    if not isinstance(stated, list) or len(stated) != len(betas) or not all(isinstance(s, dict) for s in stated):
        raise EvidenceRejected(f"sheets: expected one for each of the {len(betas)} inverse temperatures")
    for beta, sheet in zip(betas, stated, strict=True):
        if set(sheet) != {"beta", "radii", "distances", "own", "competitors"} or sheet["beta"] != str(beta):
            raise EvidenceRejected(f"expected a sheet of beta, radii, distances, own and competitors for beta = {beta}")
    verify(
        obligation.patterns,
        obligation.bias,
        obligation.ghost,
        tuple(sheet_of(beta, sheet, count, rivals) for beta, sheet in zip(betas, stated, strict=True)),
        roomy(),
    )
    own = stated[betas.index(obligation.beta)]
    distances, claimed = radii_of(own["distances"], count, "distances"), np.array(own["own"])
    signed = distances < reach_of_signs(obligation.patterns, obligation.errors)
    retrieved = claimed & signed
    missing = {
        mu: {"why": "signs"}
        if claimed[mu]
        else far(obligation.patterns, mu, own["competitors"][mu], distances[mu], obligation.labels)
        for mu in np.flatnonzero((distances > 0) & ~retrieved)[:LISTED].tolist()
    }
    met = are_enough(retrieved.tolist(), distinct(obligation.patterns), obligation.at_least)
    names = (*obligation.labels, "the ghost") if obligation.ghost else obligation.labels
    data = memory_table(names, retrieved, (own["radii"], own["distances"], own["competitors"]), missing)
    return Judgement(Outcome.PROVED if met else Outcome.OPEN, data)


def sheet_of(beta: Fraction, stated: Mapping[str, Any], count: int, rivals: int) -> Sheet:
    """Return a sheet of a payload for ``count`` patterns; refuse one that is not of that shape."""
    radii, distances = (radii_of(stated[key], count, key) for key in ("radii", "distances"))
    if np.any((radii > 0) != (distances > 0)) or np.any(distances > radii):
        raise EvidenceRejected("expected 0 < distance ≤ radius, or null for both")
    if not isinstance(stated["competitors"], list) or len(stated["competitors"]) != count:
        raise EvidenceRejected(f"competitors: expected one entry for each of the {count} patterns")
    for entry in stated["competitors"]:
        index(entry, rivals)
    own = stated["own"]
    if not isinstance(own, list) or len(own) != count or not all(isinstance(each, bool) for each in own):
        raise EvidenceRejected(f"own: expected true or false for each of the {count} patterns")
    if (np.array(own) & (distances == 0)).any():
        raise EvidenceRejected("own: a pattern without a ball has no equilibrium of its own")
    return Sheet(beta, radii.tobytes(), distances.tobytes(), np.array(own).tobytes())


RULE = Rule(
    name="retrieval",
    summary="the conditions of T15 for each pattern, in floating point with proved error bounds",
    obligations=(Retrieval,),
    judge=_judge,
    required=frozenset({"sheets"}),
    reach=Reach.NEAR,
)
