"""Regularity by structure: a composition of locally Lipschitz functions is locally Lipschitz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.obligations import Outcome, Regular, RegularDrive


def _judge(obligation: Regular | RegularDrive, payload: Mapping[str, Any]) -> Judgement:
    if isinstance(obligation, RegularDrive):
        regular = obligation.synapse.is_regular()
    else:
        regular = all(is_locally_lipschitz(part) for part in obligation.function.activation)
    if not regular:
        raise EvidenceRejected("not locally Lipschitz by structure")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="regularity",
    summary="locally Lipschitz by composition",
    obligations=(Regular, RegularDrive),
    judge=_judge,
    reach=Reach.ANY,
)
