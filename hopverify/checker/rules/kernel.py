"""Kernel: the evidence is a claim about the core and its proof, which hopverify.kernel accepts (docs/claims.md).

The claim has to be the one that proves the obligation, or its opposite. What else it tells is what the reader is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.questions import question
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.obligations import (
    Bounded,
    CompatibleTimes,
    Convex,
    DerivedEnergy,
    Descent,
    GradientDrive,
    GradientOfL,
    NoGhosts,
    NowhereFlat,
    Obligation,
    Outcome,
    Regular,
    RegularDrive,
    SymmetricJacobian,
    SymmetricWeights,
)


def _judge(obligation: Obligation, payload: Mapping[str, Any]) -> Judgement:
    asked = question(obligation)
    try:
        fact = accept(asked.core, {"claim": payload["claim"], "proof": payload["proof"]})
    except Rejected as error:
        raise EvidenceRejected(str(error)) from error
    claim = fact.claim
    if fact.core is not asked.core:
        raise EvidenceRejected(f"the claim is about the original: {claim}")
    for outcome, wanted in ((Outcome.PROVED, asked.proves), (Outcome.REFUTED, asked.refutes)):
        if wanted is not None and claim.says(**wanted):
            return Judgement(outcome, {key: value for key, value in claim.fields.items() if key not in wanted})
    raise EvidenceRejected(f"the claim is about something else: {claim}")


RULE = Rule(
    name="kernel",
    summary="a claim about the core, with a proof that the kernel accepts",
    obligations=(
        Bounded,
        CompatibleTimes,
        Convex,
        DerivedEnergy,
        Descent,
        GradientDrive,
        GradientOfL,
        NoGhosts,
        NowhereFlat,
        Regular,
        RegularDrive,
        SymmetricJacobian,
        SymmetricWeights,
    ),
    judge=_judge,
    required=frozenset({"claim", "proof"}),
    reach=Reach.ANY,
)
