"""A metric of an altered system: P ≻ 0 with PB = Aᵀ (T11), or why there is none.

The payload has ``definiteness``, evidence that P ≻ 0 (and ``timed`` likewise for sym(TP) ≻ 0, where it is asked for and
neurons of y differ in τ); ``metric`` is P as text, row by row, where the spec states none. Equality is decided entry by
entry in rationals.

A refutation is a ``pair`` (i, j) or a ``direction`` z. Of a stated P: an entry where P is not symmetric or PB and Aᵀ
differ, or zᵀPz ≤ 0. Of the claim that some P exists, with AB = BᵀPB in mind: an entry where AB is not symmetric; or z
in R^n with zᵀABz = (Bz)ᵀP(Bz) < 0, or = 0 although Bz ≠ 0, or with Bz = 0 although Aᵀz = PBz ≠ 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.definiteness import check_definite
from hopverify.checker.linear_algebra import Matrix, array_of, flint_matrix, quadratic
from hopverify.checker.payload import index, text_of, vector
from hopverify.checker.quadratic_forms import DenseForm
from hopverify.checker.reduction import is_identity
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem
from hopverify.obligations import AlteredMetric, Outcome
from hopverify.spec import ExactArray

# Products of larger matrices of rationals would take minutes.
MAX_PRODUCTS = 40_000_000
LISTED = 64


def _judge(obligation: AlteredMetric, payload: Mapping[str, Any]) -> Judgement:
    system = obligation.system
    if "pair" in payload or "direction" in payload:
        if len(payload) != 2:
            raise EvidenceRejected("a refutation is one pair or one direction")
        return _refutation(system, payload)
    stated = system.synapse.metric
    if (stated is None) == ("metric" not in payload):
        raise EvidenceRejected("metric: to be given where the spec states none, and nowhere else")
    m = system.slow.size
    P = stated if stated is not None else ExactArray.of(vector(payload["metric"], m * m).reshape(m, m))
    if not is_metric_of(system, P):
        raise EvidenceRejected("P is not symmetric, or PB and Aᵀ differ")
    if "definiteness" not in payload:
        raise EvidenceRejected("definiteness: missing")
    check_definite(form_of_metric(P), payload["definiteness"])
    timed = obligation.timed and not system.slow.uniform_tau
    if timed != ("timed" in payload):
        raise EvidenceRejected("timed: to be given where neurons of y differ in their times, and nowhere else")
    if timed:
        check_definite(timed_form(system, P), payload["timed"])
    return Judgement(Outcome.PROVED, {"metric": _told(P)} if m <= LISTED else {})


def is_metric_of(system: AlteredSystem, P: ExactArray) -> bool:
    """Whether P = Pᵀ and PB = Aᵀ, exactly."""
    values, A, B = P.values, system.synapse.forward, system.synapse.feedback
    if not bool((values == values.T).all()):
        return False
    if is_identity(B):
        return bool((values == A.values.T).all())
    if len(values) * B.values.size > MAX_PRODUCTS:
        raise EvidenceRejected("the matrices are too large for an exact product")
    diagonal = np.diag(P.fractions())
    if np.count_nonzero(values) == np.count_nonzero(diagonal):
        return bool((diagonal[:, None] * B.fractions() == A.fractions().T).all())
    return bool((_product(P.fractions(), B.fractions()) == A.fractions().T).all())


def form_of_metric(P: ExactArray) -> DenseForm:
    """Return P as a form whose definiteness is asked."""
    return DenseForm.of(np.array(P.values)) if P.is_dyadic else DenseForm.of_exact(P.fractions())


def timed_form(system: AlteredSystem, P: ExactArray) -> DenseForm:
    """Return sym(TP) as a form."""
    tau = np.array(system.slow.each(system.slow.tau), dtype=object)
    TP = tau[:, None] * P.fractions()
    return DenseForm.of_exact((TP + TP.T) / 2)


def _refutation(system: AlteredSystem, payload: Mapping[str, Any]) -> Judgement:
    stated = system.synapse.metric
    A, B = system.synapse.forward.fractions(), system.synapse.feedback.fractions()
    if "pair" in payload:
        listed = payload["pair"]
        if not isinstance(listed, list) or len(listed) != 2:
            raise EvidenceRejected("pair: expected two numbers")
        return _pair(A, B, None if stated is None else stated.fractions(), *listed)
    if stated is not None:
        z = vector(payload["direction"], system.slow.size)
        value = quadratic(stated.fractions(), z)
        if not z.any() or value > 0:
            raise EvidenceRejected("direction: zᵀPz is positive")
        return Judgement(Outcome.REFUTED, {"value": text_of(value), "said": "zᵀPz ≤ 0"})
    return _direction(A, B, vector(payload["direction"], len(A)))


def _pair(A: Matrix, B: Matrix, P: Matrix | None, i: Any, j: Any) -> Judgement:
    n, m = A.shape
    if P is None:
        i, j = index(i, n), index(j, n)
        left, right, said = (A[i] * B[:, j]).sum(), (A[j] * B[:, i]).sum(), "(AB)ij ≠ (AB)ji"
    elif not (P == P.T).all():
        i, j = index(i, m), index(j, m)
        left, right, said = P[i, j], P[j, i], "Pij ≠ Pji"
    else:
        i, j = index(i, m), index(j, n)
        left, right, said = (P[i] * B[:, j]).sum(), A[j, i], "(PB)ij ≠ Aji"
    if left == right:
        raise EvidenceRejected("pair: the two entries agree")
    return Judgement(Outcome.REFUTED, {"values": [text_of(left), text_of(right)], "said": said})


def _direction(A: Matrix, B: Matrix, z: Matrix) -> Judgement:
    Bz, Az = B @ z, A.T @ z
    value = Fraction((Bz * Az).sum())
    if value < 0:
        said = "zᵀABz < 0"
    elif value == 0 and Bz.any():
        said = "zᵀABz = 0, and Bz ≠ 0"
    elif not Bz.any() and Az.any():
        said = "Bz = 0, and Aᵀz ≠ 0"
    else:
        raise EvidenceRejected("direction: it excludes no metric")
    return Judgement(Outcome.REFUTED, {"value": text_of(value), "said": said})


def _product(A: Matrix, B: Matrix) -> Matrix:
    return array_of(flint_matrix(A) * flint_matrix(B))


def _told(P: ExactArray) -> list[list[str]]:
    return [[text_of(entry) for entry in row] for row in P.fractions()]


RULE = Rule(
    name="metric",
    summary="P ≻ 0 with PB = Aᵀ, exactly; or a pair or a direction that excludes it",
    obligations=(AlteredMetric,),
    judge=_judge,
    optional=frozenset({"metric", "definiteness", "timed", "pair", "direction"}),
)
