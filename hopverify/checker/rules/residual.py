"""The residual of an altered system decays on its own, by comparison of exact numbers: NᵀB = 0, one τ, φ'(0) = 0.

Then z = Nᵀ(λy - a) has τż = -λz, and for convex φ, whose derivative has the sign of z, Σφ(z) falls.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT, NotRational
from hopverify.obligations import FallingResidual, Outcome


def _judge(obligation: FallingResidual, payload: Mapping[str, Any]) -> Judgement:
    system = obligation.system
    residual, potential = system.synapse.residual, system.synapse.potential
    if residual is None or potential is None:
        raise EvidenceRejected("the spec states no residual")
    if not system.slow.uniform_tau:
        return Judgement(Outcome.REFUTED, {"because": f"neurons of {system.slow.name} differ in their time constants"})
    reached = residual.fractions().T @ system.synapse.feedback.fractions()
    if reached.any():
        k, i = next((int(k), int(i)) for k, i in zip(*reached.nonzero(), strict=True))
        return Judgement(Outcome.REFUTED, {"because": f"(NᵀB)[{k},{i}] = {reached[k, i]}"})
    try:
        slope = evaluate(gradient(potential, "z", {"z": 0}), {"z": Fraction(0)}, EXACT)
    except (NotRational, ZeroDivisionError):
        raise EvidenceRejected("φ'(0) is not known to be rational") from None
    if slope != 0:
        return Judgement(Outcome.REFUTED, {"because": f"φ'(0) = {slope}"})
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="residual",
    summary="NᵀB = 0, one time constant, φ'(0) = 0: what no feedback reaches decays on its own",
    obligations=(FallingResidual,),
    judge=_judge,
)
