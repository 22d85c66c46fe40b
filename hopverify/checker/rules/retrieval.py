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

from hopverify.checker.exponentials import Weights, weights
from hopverify.checker.floats import roomy, upward
from hopverify.checker.gram import Gram, Tile
from hopverify.checker.memory_table import memory_table, radii_of
from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, Retrieval
from hopverify.spec import ExactArray

Floats = NDArray[Any]


@dataclass(frozen=True)
class Sheet:
    """What is said of all patterns at one β: radii and distances as the bytes of doubles, 0 where there is no ball."""

    beta: Fraction
    radii: bytes
    distances: bytes


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


def sums(gram: Gram, balls: Sequence[Balls]) -> list[tuple[Floats, Floats]]:
    """Return for each sheet upper bounds of S(δ) and S'(R), for every pattern, by one pass over all pairs."""
    totals = [(np.zeros(gram.count), np.zeros(gram.count)) for _ in balls]
    reductions = [(each.weights.reductions(each.distances), each.weights.reductions(each.radii)) for each in balls]

    def parts(tile: Tile) -> list[tuple[Floats, Floats]]:
        found = []
        for each, (inner, outer) in zip(balls, reductions, strict=True):
            shifted = each.weights.shifted(tile)
            first = tile.sums(each.weights.at(tile, shifted, inner), tile.distance)
            found.append((first, tile.sums(each.weights.at(tile, shifted, outer), tile.square)))
        return found

    for own, found in gram.each(parts, balls[0].weights.dtype):
        for total, part in zip(totals, found, strict=True):
            total[0][own] += part[0]
            total[1][own] += part[1]
    return [
        (each.weights.total(first), upward(each.weights.beta * each.weights.total(second), 4))
        for each, (first, second) in zip(balls, totals, strict=True)
    ]


def failing(gram: Gram, balls: Sequence[Balls]) -> list[NDArray[np.bool_]]:
    """Return for each sheet which of its balls the conditions do not hold for."""
    return [
        (each.radii > 0) & ~((first <= each.distances) & (second < 1))
        for each, (first, second) in zip(balls, sums(gram, balls), strict=True)
    ]


@lru_cache(maxsize=1)
def verify(patterns: ExactArray, bias: ExactArray, ghost: bool, sheets: tuple[Sheet, ...], factor: float) -> None:
    """Raise :class:`EvidenceRejected` unless the conditions hold for every ball of every sheet.

    ``factor`` is that of :func:`hopverify.checker.floats.roomy`, so that what was found with room is told apart.
    """
    gram = Gram(patterns, bias, ghost=ghost)
    balls = Balls.of(gram, sheets)
    if not any(each.radii.any() for each in balls):
        return
    for sheet, wrong in zip(sheets, failing(gram, balls), strict=True):
        if wrong.any():
            mu = int(np.flatnonzero(wrong)[0])
            raise EvidenceRejected(
                f"beta {sheet.beta}: T15's conditions do not hold for pattern {mu} at the stated radius and distance"
            )


def _judge(obligation: Retrieval, payload: Mapping[str, Any]) -> Judgement:
    count = len(obligation.labels)
    rivals = count + obligation.ghost
    betas = obligation.together or (obligation.beta,)
    stated = payload["sheets"]
    if not isinstance(stated, list) or len(stated) != len(betas) or not all(isinstance(s, dict) for s in stated):
        raise EvidenceRejected(f"sheets: expected one for each of the {len(betas)} inverse temperatures")
    for beta, sheet in zip(betas, stated, strict=True):
        if set(sheet) != {"beta", "radii", "distances", "competitors"} or sheet["beta"] != str(beta):
            raise EvidenceRejected(f"expected a sheet of beta, radii, distances and competitors for beta = {beta}")
    verify(
        obligation.patterns,
        obligation.bias,
        obligation.ghost,
        tuple(sheet_of(beta, sheet, count, rivals) for beta, sheet in zip(betas, stated, strict=True)),
        roomy(),
    )
    own = stated[betas.index(obligation.beta)]
    certified = sum(radius is not None for radius in own["radii"])
    outcome = Outcome.PROVED if certified >= obligation.at_least else Outcome.OPEN
    names = (*obligation.labels, "the ghost") if obligation.ghost else obligation.labels
    return Judgement(outcome, memory_table(names, own["radii"], own["distances"], own["competitors"]))


def sheet_of(beta: Fraction, stated: Mapping[str, Any], count: int, rivals: int) -> Sheet:
    """Return a sheet of a payload for ``count`` patterns; refuse one that is not of that shape."""
    radii, distances = (radii_of(stated[key], count, key) for key in ("radii", "distances"))
    if np.any((radii > 0) != (distances > 0)) or np.any(distances > radii):
        raise EvidenceRejected("expected 0 < distance ≤ radius, or null for both")
    if not isinstance(stated["competitors"], list) or len(stated["competitors"]) != count:
        raise EvidenceRejected(f"competitors: expected one entry for each of the {count} patterns")
    for entry in stated["competitors"]:
        index(entry, rivals)
    return Sheet(beta, radii.tobytes(), distances.tobytes())


RULE = Rule(
    name="retrieval",
    summary="the conditions of T15 for each pattern, in floating point with proved error bounds",
    obligations=(Retrieval,),
    judge=_judge,
    required=frozenset({"sheets"}),
    reach=Reach.NEAR,
)
