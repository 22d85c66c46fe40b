"""Jacobian identity: ∂g_i/∂x_j and ∂g_j/∂x_i have the same normal form for every pair; trivial if elementwise."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected, ExpressionError
from hopverify.expr.rational import NORMAL_FORMS, NoNormalForm, as_ratio, variable
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import LayerFunction
from hopverify.obligations import Outcome, SymmetricJacobian

MAX_SIZE = 8


def jacobian_forms(function: LayerFunction, size: int) -> np.ndarray[Any, Any]:
    """Return the Jacobian as normal forms, entry (i, j) = ∂g_i/∂x_j."""
    x = np.array([variable(f"x{i}") for i in range(size)], dtype=object)
    columns = []
    for j in range(size):
        direction = np.array([as_ratio(Fraction(int(i == j))) for i in range(size)], dtype=object)
        columns.append([as_ratio(entry) for entry in function.hessian_times(x, direction, NORMAL_FORMS)])
    return np.array(columns, dtype=object).T


def _judge(obligation: SymmetricJacobian, payload: Mapping[str, Any]) -> Judgement:
    function, size = obligation.function, obligation.layer.size
    if not all(is_locally_lipschitz(part) for part in function.activation):
        raise EvidenceRejected("the activation is not, by structure, locally Lipschitz")
    if function.elementwise:
        return Judgement(Outcome.PROVED, {"because": "each neuron's activation depends on its own state only"})
    if size > MAX_SIZE:
        raise EvidenceRejected(f"normal forms are compared for at most {MAX_SIZE} neurons")
    try:
        J = jacobian_forms(function, size)
        equal = all((J[i, j] - J[j, i]).is_zero for i in range(size) for j in range(i))
    except (NoNormalForm, ExpressionError) as error:
        raise EvidenceRejected(f"no normal form: {error}") from error
    if not equal:
        raise EvidenceRejected("the normal forms of two mirrored entries differ")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="jacobian_identity",
    summary="mirrored partial derivatives have the same normal form",
    obligations=(SymmetricJacobian,),
    judge=_judge,
    reach=Reach.ANY,
)
