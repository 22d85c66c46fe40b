"""Retrieval in one step (T15): balls on which a hidden layer gives all its weight to one pattern.

*Which layers.* Sparsemax(z) is the point p of the simplex nearest to z: p = max(z - t, 0) with Σp = 1. So p = e_μ if
and only if t = z_μ - 1 and z_ν ≤ t for all others: z_μ - z_ν ≥ 1. α-entmax is p = max((α-1)z - t, 0)^(1/(α-1)) with
Σp = 1; so p = e_μ if and only if (α-1)z_μ - t = 1 and (α-1)z_ν ≤ t: z_μ - z_ν ≥ 1/(α-1), which for α = 2 is sparsemax's
condition. Normmax is the maximiser on the simplex of the concave ⟨z, p⟩ - ‖p‖_γ, γ > 1, where ‖p‖_γ is strictly
convex. Along e_μ + ε(p' - e_μ), p' in the simplex, ‖·‖_γ has the slope p'_μ - 1 at ε = 0, and the whole the slope
Σ_{ν≠μ} p'_ν (z_ν - z_μ + 1). So p = e_μ if and only if z_μ - z_ν ≥ 1 for all others, whatever γ is. Write ``margin``
for 1, and for 1/(α-1).

*Which balls.* Let z = β(Ξv + b), d_ν = ‖ξ_μ - ξ_ν‖ and m_ν = ⟨ξ_μ - ξ_ν, ξ_μ⟩ + b_μ - b_ν. For v within r of ξ_μ, the
Cauchy-Schwarz inequality gives z_μ - z_ν ≥ β(m_ν - r d_ν), with equality at one of these v. If

    β(m_ν - r d_ν) ≥ margin    for all ν ≠ μ

the map v ↦ Ξᵀp is ξ_μ on the whole ball: the update reaches the pattern in one step, exactly, and the flow, which is
τv̇ = ξ_μ - v there, goes straight to it within the convex ball. The pattern is the ball's one equilibrium.

It is its own equilibrium, at the distance 0 (M4), unless it is 0, where the layer rests without synapses: such patterns
do not count.

The payload gives ``radii``, each > 0 or null. The margins and distances have proved error bounds (see
:mod:`hopverify.checker.gram`); ``competitors`` are hints for the reader and prove nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import roundoff, upward
from hopverify.checker.gram import Gram, Tile
from hopverify.checker.memory_table import memory_table, radii_of
from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.stored import distinct
from hopverify.errors import EvidenceRejected
from hopverify.obligations import OneStepRetrieval, Outcome, are_enough
from hopverify.spec import ExactArray

Floats = NDArray[Any]


def needed(gram: Gram, obligation: OneStepRetrieval) -> float:
    """Return an upper bound of margin/β in the scale of the Gram."""
    return float(upward(1.0 / gram.scaled_beta(obligation.beta / obligation.margin), 4))


def leads(gram: Gram, radii: Floats, at_least: float) -> NDArray[np.bool_]:
    """Return for which patterns m_ν - r d_ν ≥ ``at_least`` for all rivals; r = ``radii``, all in the Gram's scale.

    A tile's distances are off by 3u, its margins by u relatively; the product and the difference round once each.
    A pattern leads itself by infinity.
    """
    reductions = radii * (1 + 16 * roundoff())

    def lead(tile: Tile) -> NDArray[np.bool_]:
        left = tile.distance * tile.each(reductions)
        np.subtract(tile.margin, left, out=left)
        return np.asarray(left.min(axis=0 if tile.across else 1) >= limit)

    limit = at_least + 8 * roundoff() * (gram.reach + float(np.max(reductions, initial=0.0)) * gram.diameter)
    everywhere = np.ones(gram.count, dtype=bool)
    for own, found in gram.each(lead, np.float64, alone=np.inf):
        everywhere[own] &= found
    return everywhere


def _judge(obligation: OneStepRetrieval, payload: Mapping[str, Any]) -> Judgement:
    count = len(obligation.labels)
    radii, competitors = radii_of(payload["radii"], count, "radii"), payload["competitors"]
    if not isinstance(competitors, list) or len(competitors) != count:
        raise EvidenceRejected(f"competitors: expected one entry for each of the {count} patterns")
    for entry in competitors:
        index(entry, count)
    if radii.any():
        gram = Gram(obligation.patterns, obligation.bias)
        wrong = (radii > 0) & ~leads(gram, gram.scaled_lengths(radii), needed(gram, obligation))
        if wrong.any():
            mu = int(np.flatnonzero(wrong)[0])
            raise EvidenceRejected(f"pattern {mu} does not lead by the margin on all of the ball of its stated radius")
    zero = ~is_certainly_not_0(obligation.patterns)
    retrieved = (radii > 0) & ~zero
    missing = {mu: {"why": "zero"} for mu in np.flatnonzero((radii > 0) & zero).tolist()}
    distances = [None if radius is None else "0" for radius in payload["radii"]]
    met = are_enough(retrieved.tolist(), distinct(obligation.patterns), obligation.at_least)
    data = memory_table(obligation.labels, retrieved, (payload["radii"], distances, competitors), missing)
    return Judgement(Outcome.PROVED if met else Outcome.OPEN, data)


def is_certainly_not_0(patterns: ExactArray) -> NDArray[np.bool_]:
    """Return which patterns are not 0, whatever they are within their spread."""
    spread = patterns.spread
    if spread is None:
        return np.asarray((patterns.values != 0).any(axis=1))
    rows = patterns.fractions()
    return np.array([any(abs(x) > spread.absolute + spread.relative * abs(x) for x in row) for row in rows])


RULE = Rule(
    name="one_step_retrieval",
    summary="on the ball around each pattern the layer gives all its weight to it, with proved error bounds",
    obligations=(OneStepRetrieval,),
    judge=_judge,
    required=frozenset({"radii", "competitors"}),
    reach=Reach.NEAR,
)
