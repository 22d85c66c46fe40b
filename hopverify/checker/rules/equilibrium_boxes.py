"""Equilibrium boxes: for each stored pattern a box in which Krawczyk's test proves exactly one equilibrium.

The payload gives the centre and the half-width of each box; the test is that of :mod:`hopverify.checker.contraction`
and costs a few products of N × N matrices a box, so networks of hundreds of neurons are within reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.contraction import Contractor
from hopverify.checker.payload import rational, text_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.obligations import EquilibriaNear, Outcome

Vector = np.ndarray[Any, Any]


def _judge(obligation: EquilibriaNear, payload: Mapping[str, Any]) -> Judgement:
    count, size = len(obligation.labels), obligation.search.network.size
    centres, widths = payload["centres"], payload["widths"]
    if not isinstance(centres, list) or not isinstance(widths, list) or not len(centres) == len(widths) == count:
        raise EvidenceRejected(f"centres, widths: expected one for each of {count} patterns")
    contractor = Contractor(obligation.search.network)
    rows = []
    for label, pattern, listed, text in zip(
        obligation.labels, obligation.patterns.fractions(), centres, widths, strict=True
    ):
        centre, width = vector(listed, size), rational(text)
        verify_box(contractor, centre, width, label)
        own = centre[obligation.offset : obligation.offset + len(pattern)]
        distance = max(abs(a - b) for a, b in zip(own, pattern, strict=True)) + width
        rows.append({"name": label, "half_width": text, "distance_at_most": text_of(distance)})
    return Judgement(Outcome.PROVED, {"memories": rows, "norm": "largest coordinate"})


def verify_box(contractor: Contractor, centre: Vector, width: Fraction, label: str) -> None:
    """Raise unless the box centre ± width holds exactly one equilibrium.

    The test is made on doubles around the box, and its result must lie inside the box as the payload states it.
    """
    lower = np.array([float(enclose(value - width).lower) for value in centre])
    upper = np.array([float(enclose(value + width).upper) for value in centre])
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        raise EvidenceRejected(f"the box of {label} is beyond the range of doubles")
    (low,), (high,) = contractor.krawczyk(contractor.everywhere(lower, upper))
    finite = bool(np.isfinite(low).all() and np.isfinite(high).all())
    if not finite or not all(
        value - width < Fraction(a) and Fraction(b) < value + width
        for value, a, b in zip(centre, low.tolist(), high.tolist(), strict=True)
    ):
        raise EvidenceRejected(f"Krawczyk's test does not hold on the box of {label}")


RULE = Rule(
    name="equilibrium_boxes",
    summary="exactly one equilibrium in a box beside each pattern, by Krawczyk's test",
    obligations=(EquilibriaNear,),
    judge=_judge,
    required=frozenset({"centres", "widths"}),
)
