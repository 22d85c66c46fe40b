"""Spin margins: how many flips of each stored pattern are certainly set right, by bounds over all of them (D5, D6).

No payload: the bounds follow from the weights and the patterns. They stand in
:mod:`hopverify.checker.spins.margins` and :mod:`hopverify.checker.spins.overlaps`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import low_rank_of, memory_of, quadratic_form
from hopverify.checker.spins.margins import certified, certified_low_rank
from hopverify.checker.spins.overlaps import flips_set_right
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, SpinCorrection
from hopverify.verdict import Reason

MOST_LISTED = 1000


def _judge(obligation: SpinCorrection, payload: Mapping[str, Any]) -> Judgement:
    counts = _counts(obligation)
    enough = sum(count >= obligation.flips for count in counts)
    labels = obligation.memory.labels or [str(k) for k in range(len(counts))]
    listed = [
        {"pattern": label, "flips": count} if count >= 0 else {"pattern": label, "fixed_point": "not certified"}
        for label, count in zip(labels, counts, strict=True)
    ]
    data = {"restored": enough, "of": len(counts), "least": max(min(counts), 0), "patterns": listed[:MOST_LISTED]}
    if enough >= obligation.at_least:
        return Judgement(Outcome.PROVED, data)
    return Judgement(Outcome.OPEN, data, Reason.FLIPS_NOT_CERTIFIED)


def _counts(obligation: SpinCorrection) -> list[int]:
    """Return the largest certified number of flips for each pattern; -1 where not even the pattern is known to rest."""
    model, patterns = obligation.model, obligation.patterns
    form = quadratic_form(model)
    if form is not None:
        return certified(form.update, patterns)
    low = low_rank_of(model)
    if low is not None:
        return certified_low_rank(low, patterns)
    memory = memory_of(model)
    if memory is not None:
        return [flips_set_right(memory, pattern) for pattern in patterns]
    raise EvidenceRejected("no bound over flips is known for these synapses")


RULE = Rule(
    name="spin_margins",
    summary="how many flips of each pattern are set right, by the largest entries of rows, or bounds of overlaps",
    obligations=(SpinCorrection,),
    judge=_judge,
)
