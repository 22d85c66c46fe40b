"""Asymmetric pair: a state and two neurons with ∂g_i/∂x_j ≠ ∂g_j/∂x_i, in ball arithmetic. Then g is no gradient."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.payload import index, shown, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import Outcome, SymmetricJacobian


def _judge(obligation: SymmetricJacobian, payload: Mapping[str, Any]) -> Judgement:
    function, size = obligation.function, obligation.layer.size
    i, j = (index(payload[key], size) for key in ("i", "j"))
    with precision():
        x = BALLS.array(vector(payload["state"], size))

        def column(k: int) -> Any:
            unit = np.array([Fraction(int(position == k)) for position in range(size)], dtype=object)
            return function.hessian_times(x, BALLS.array(unit), BALLS)

        upper, lower = column(j)[i], column(i)[j]
        difference = upper - lower
        if not (difference > 0 or difference < 0):
            raise EvidenceRejected("the two partial derivatives are not certainly different")
        data = {f"dg{i}/dx{j}": shown(upper), f"dg{j}/dx{i}": shown(lower)}
    return Judgement(Outcome.REFUTED, data)


RULE = Rule(
    name="asymmetric_pair",
    summary="a state at which ∂g_i/∂x_j and ∂g_j/∂x_i certainly differ",
    obligations=(SymmetricJacobian,),
    judge=_judge,
    required=frozenset({"state", "i", "j"}),
)
