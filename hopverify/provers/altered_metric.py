"""A metric P ≻ 0 with PB = Aᵀ for an altered system, the best conditioned one; or a pair or direction against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.linear_algebra import Matrix, nullspace
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.metric import form_of_metric, is_metric_of, timed_form
from hopverify.errors import EvidenceRejected
from hopverify.numerics.definiteness import propose
from hopverify.numerics.elimination import negative_pivot
from hopverify.numerics.metric import best_metrics, metrics, product
from hopverify.obligations import AlteredMetric
from hopverify.provers import Budget, Prover
from hopverify.spec import ExactArray
from hopverify.verdict import Reason

# Beyond this size rationals are too slow for a search; a stated P of any size is judged.
MAX_SIZE = 400


def _search(obligation: AlteredMetric, budget: Budget) -> Iterator[Evidence]:
    system = obligation.system
    stated = system.synapse.metric
    if stated is not None:
        try:
            if is_metric_of(system, stated):
                yield from _shown(obligation, stated, {})
        except EvidenceRejected:
            return
    if max(system.synapse.forward.shape) > MAX_SIZE:
        return
    A, B = system.synapse.forward.fractions(), system.synapse.feedback.fractions()
    if stated is not None:
        yield from _against(A, B, stated.fractions())
        return
    family = metrics(A, B)
    if family is None:
        yield from _excluded(A, B)
        return
    for P, _ in best_metrics(family, seconds=budget.seconds):
        yield from _shown(obligation, ExactArray.of(P), {"metric": texts_of(P.ravel().tolist())})


def _shown(obligation: AlteredMetric, P: ExactArray, payload: dict[str, Any]) -> Iterator[Evidence]:
    definiteness = propose(form_of_metric(P))
    if definiteness is None:
        return
    evidence = {"rule": "metric", "definiteness": definiteness, **payload}
    if obligation.timed and not obligation.system.slow.uniform_tau:
        timed = propose(timed_form(obligation.system, P))
        if timed is None:
            return
        evidence["timed"] = timed
    yield evidence


def _against(A: Matrix, B: Matrix, P: Matrix) -> Iterator[Evidence]:
    """Yield what shows that a stated P is no metric."""
    unequal = np.argwhere(P != P.T)
    if not len(unequal):
        unequal = np.argwhere(product(P, B) != A.T)
    if len(unequal):
        yield {"rule": "metric", "pair": [int(k) for k in unequal[0]]}
        return
    kind, direction = negative_pivot(P)
    if direction is not None:
        yield {"rule": "metric", "direction": texts_of(direction.tolist())}
    elif kind == "open":
        yield from ({"rule": "metric", "direction": texts_of(z.tolist())} for z in nullspace(P)[:1])


def _excluded(A: Matrix, B: Matrix) -> Iterator[Evidence]:
    """Yield what shows that no P ≻ 0 has PB = Aᵀ."""
    AB = product(A, B)
    unequal = np.argwhere(AB != AB.T)
    if len(unequal):
        yield {"rule": "metric", "pair": [int(k) for k in unequal[0]]}
        return
    _, direction = negative_pivot(AB)
    candidates = [direction] if direction is not None else [*nullspace(AB), *nullspace(B)]
    yield from ({"rule": "metric", "direction": texts_of(z.tolist())} for z in candidates)


PROVER = Prover(
    name="altered_metric",
    summary="P ≻ 0 with PB = Aᵀ: exact on the affine set, the best condition number by a semidefinite program",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
