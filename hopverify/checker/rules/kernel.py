"""Kernel: the evidence is a claim about the core and its proof, which hopverify.kernel accepts (docs/claims.md).

The claim has to be the one that proves the obligation, or its opposite. What else it tells is what the reader is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hopverify.checker.citing import Entry, Known, is_whole, remember, unproved
from hopverify.checker.patterns import told_of_patterns
from hopverify.checker.questions import OBLIGATIONS, Question, question
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.kernel.check import Accepted, accept
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Fact
from hopverify.kernel.numbers import Rejected
from hopverify.obligations import Obligation, Outcome
from hopverify.verdict import Reason


@lru_cache(maxsize=4)
def _shown(core: Core) -> tuple[Accepted, Known]:
    """Return what this process has accepted about a core, with the entries that showed it."""
    return {}, {}


def _accepted(core: Core, entry: Entry) -> Fact:
    """Return the fact that an entry shows; premises are not gone through again whose very proofs were accepted.

    Nothing is taken from earlier entries but that: one that cites is judged by itself.
    """
    if not is_whole(entry):
        return accept(core, entry)
    before, known = _shown(core)
    fact = accept(core, unproved(entry, known), before=before)
    remember(entry, known)
    return fact


def _judge(obligation: Obligation, payload: Mapping[str, Any]) -> Judgement:
    asked = question(obligation)
    try:
        fact = _accepted(asked.core, {"claim": payload["claim"], "proof": payload["proof"]})
    except Rejected as error:
        raise EvidenceRejected(str(error)) from error
    claim = fact.claim
    if fact.core is not asked.core:
        raise EvidenceRejected(f"the claim is about the original: {claim}")
    if asked.proves is not None and claim.says(**asked.proves):
        reason = asked.missing(claim)
        return _told(Outcome.PROVED if reason is None else Outcome.OPEN, claim, asked, asked.proves, reason)
    if asked.refutes is not None and claim.says(**asked.refutes):
        return _told(Outcome.REFUTED, claim, asked, asked.refutes)
    if asked.part is not None and claim.says(**asked.part[0]):
        return _told(Outcome.OPEN, claim, asked, *asked.part)
    raise EvidenceRejected(f"the claim is about something else: {claim}")


def _told(
    outcome: Outcome, claim: Claim, asked: Question, stated: Mapping[str, Any], reason: Reason | None = None
) -> Judgement:
    """Return a judgement with what the claim tells beside what was stated, and that it tells of a part only."""
    if asked.labels is not None:
        return Judgement(outcome, told_of_patterns(claim, asked.labels, asked.place), reason)
    hidden = stated.keys() - asked.told
    told = {key: value for key, value in claim.fields.items() if key not in hidden or value is False}
    return Judgement(outcome, told, reason)


RULE = Rule(
    name="kernel",
    summary="a claim about the core, with a proof that the kernel accepts",
    obligations=OBLIGATIONS,
    judge=_judge,
    required=frozenset({"claim", "proof"}),
    reach=Reach.ANY,
)
