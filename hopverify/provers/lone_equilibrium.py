"""One equilibrium for all patterns (M4): about the fixed point of the update, which a small β makes a contraction."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.lone_equilibrium import MAX_NUMBERS, MAX_PATTERNS
from hopverify.obligations import Retrieval
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

STEPS = 2000


def _search(obligation: Retrieval, budget: Budget) -> Iterator[Evidence]:
    Xi, bias, beta = obligation.patterns.floats(), obligation.bias.floats(), float(obligation.beta)
    if Xi.size > MAX_NUMBERS or len(Xi) > MAX_PATTERNS or not np.isfinite(Xi).all():
        return
    if obligation.ghost:
        Xi, bias = np.concatenate([Xi, 0 * Xi[:1]]), np.concatenate([bias, [0.0]])
    v = Xi.mean(axis=0)
    for _ in range(STEPS):
        logits = beta * (Xi @ v + bias)
        p = np.exp(logits - logits.max())
        moved = p @ Xi / p.sum()
        settled = np.abs(moved - v).max() < 1e-15 * (1 + np.abs(v).max())
        v = moved
        if settled or beta * np.square(Xi - v).sum(axis=1).max() >= 1 or budget.exhausted:
            break
    for centre in (v, Xi.mean(axis=0)):
        if beta * np.square(Xi - centre).sum(axis=1).max() < 1:
            yield {"rule": "lone_equilibrium", "state": texts_of(centre.tolist())}


PROVER = Prover(
    name="lone_equilibrium",
    summary="the fixed point of an update that contracts all of space",
    search=_search,
    reason=Reason.MARGIN_TOO_SMALL,
)
