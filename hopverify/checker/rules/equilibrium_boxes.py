"""Equilibrium boxes: for each stored pattern a box with one equilibrium, asymptotically stable and the pattern's own.

The payload gives for each pattern the centre and the half-width of a box, and evidence of ``definiteness``, or null for
all three. Krawczyk's test of :mod:`hopverify.checker.contraction` shows that the box holds exactly one equilibrium, in
K(X); it costs a few products of N × N matrices, so networks of hundreds of neurons are within reach. The activation on
X has to be the pattern's own (M4, :mod:`hopverify.checker.stored`).

*Stability.* Let all slopes on X lie in [0, h̄], and M = sym(diag(ρ/h̄) - W) ≻ 0 on the neurons with h̄ > 0. While a
solution is in X, whose interior holds x⋆, V = Σ τ_i∫(g_i(s) - g_i(x⋆_i))ds falls at a rate of at least m|δγ|², as for
the theorem of Lur'e (:mod:`hopverify.checker.rules.lure`) with D = I, and |δγ_i|² ≤ 2h̄_i V/τ_i. So δγ stays as small as
V was at the start, and x - x⋆, the answer of the stable linear filter τδẋ = Wδγ - ρ∘δx, as small as it and δγ were: the
solution never leaves X, ∫|δγ|² is finite, and δx tends to 0. Instantaneous neurons follow by continuity.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.boxed_equilibria import verify_box
from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor
from hopverify.checker.definiteness import check_definite
from hopverify.checker.payload import rational, text_of, vector
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.rules.lure import multiplied_form
from hopverify.checker.stored import Rivals, judged
from hopverify.errors import EvidenceRejected
from hopverify.networks.structured import structured_network
from hopverify.obligations import EquilibriaNear, Outcome, are_enough
from hopverify.verdict import Reason

Vector = np.ndarray[Any, Any]


def _judge(obligation: EquilibriaNear, payload: Mapping[str, Any]) -> Judgement:
    count, size = len(obligation.labels), obligation.search.network.size
    centres, widths = payload["centres"], payload["widths"]
    if not isinstance(centres, list) or not isinstance(widths, list) or not len(centres) == len(widths) == count:
        raise EvidenceRejected(f"centres, widths: expected one for each of {count} patterns")
    evidence = payload["definiteness"]
    if not isinstance(evidence, list) or len(evidence) != count:
        raise EvidenceRejected(f"definiteness: expected one for each of {count} patterns, or null")
    contractor = Contractor(obligation.search.network)
    rivals = Rivals(obligation.model.layers[obligation.layer], obligation.patterns, obligation.errors)
    rows = []
    for k, label in enumerate(obligation.labels):
        row: dict[str, Any] = {"verdict": "unknown", "why": "none"}
        if centres[k] is not None:
            centre, width = vector(centres[k], size), rational(widths[k])
            box = verify_box(contractor, centre, width, label)
            stable = is_attracting(obligation, box, evidence[k])
            row = _row(obligation, rivals, k, (centre, width), box, stable)
        rows.append({"name": label} | row)
    stored = [row["verdict"] == "pass" for row in rows]
    met = are_enough(stored, rivals.firsts, obligation.at_least)
    data = {"certified": sum(stored), "patterns": count, "memories": rows, "norm": "largest coordinate"}
    return Judgement(Outcome.PROVED if met else Outcome.OPEN, data, None if met else Reason.NOT_STORED)


def _row(
    obligation: EquilibriaNear, rivals: Rivals, k: int, at: tuple[Any, Fraction], box: Boxes, stable: bool
) -> dict[str, Any]:
    """Return what is known of the equilibrium beside a pattern; ``box`` encloses it."""
    centre, width = at
    own = slice(obligation.offset, obligation.offset + obligation.patterns.shape[1])
    pattern = obligation.patterns.fractions()[k]
    distance = max(abs(a - b) for a, b in zip(centre[own], pattern, strict=True)) + width
    low, high = Contractor(obligation.search.network).activations.ranges(box)
    fit = rivals.fit(k, low[0, own], high[0, own])
    return judged(fit, "stable" if stable else "undecided", obligation.labels) | {
        "half_width": text_of(width),
        "distance_at_most": text_of(distance),
    }


def is_attracting(obligation: EquilibriaNear, box: Boxes, evidence: Any) -> bool:
    """Whether the evidence shows that the equilibrium in a box is asymptotically stable."""
    if evidence is None:
        return False
    form = local_form(obligation, box)
    if form is None:
        return False
    check_definite(form, evidence)
    return True


def local_form(obligation: EquilibriaNear, box: Boxes) -> DenseForm | LowRankForm | None:
    """Return the form of M, or of 2M, with the steepest slopes on a box; None where a slope may be negative."""
    low, high = Contractor(obligation.search.network).activations.slopes(box)
    network = structured_network(obligation.model)
    if network is None or not (low >= 0).all() or not np.isfinite(high).all():
        return None
    return multiplied_form(network, [Fraction(height) for height in high[0].tolist()], np.ones(network.size))


RULE = Rule(
    name="equilibrium_boxes",
    summary="exactly one equilibrium in a box beside each pattern, by Krawczyk's test; stable, and the pattern's own",
    obligations=(EquilibriaNear,),
    judge=_judge,
    required=frozenset({"centres", "widths", "definiteness"}),
)
