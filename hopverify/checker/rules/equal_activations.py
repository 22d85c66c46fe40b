"""Equal activations: two different states with exactly the same activation, in rational arithmetic.

For a convex L (by composition) the activation is then the same on the whole segment between them (T5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.payload import vector
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.rules.composition import is_convex
from hopverify.errors import EvidenceRejected
from hopverify.expr.exact import EXACT, NotRational
from hopverify.obligations import NowhereFlat, Outcome


def _judge(obligation: NowhereFlat, payload: Mapping[str, Any]) -> Judgement:
    function, size = obligation.function, obligation.layer.size
    if not is_convex(function.potential):
        raise EvidenceRejected("the Lagrangian is not evidently convex")
    listed = payload["states"]
    if not isinstance(listed, list) or len(listed) != 2:
        raise EvidenceRejected("states: expected two states")
    first, second = (vector(entry, size) for entry in listed)
    try:
        equal = bool((function.activate(first, EXACT) == function.activate(second, EXACT)).all())
    except (NotRational, ZeroDivisionError) as error:
        raise EvidenceRejected(f"the activations are not rational: {error}") from error
    if not equal or bool((first == second).all()):
        raise EvidenceRejected("the two states are the same, or their activations differ")
    return Judgement(Outcome.REFUTED, {"kind": "singular", "region": "the segment between the two states"})


RULE = Rule(
    name="equal_activations",
    summary="two states with exactly the same activation",
    obligations=(NowhereFlat,),
    judge=_judge,
    required=frozenset({"states"}),
    reach=Reach.ANY,
)
