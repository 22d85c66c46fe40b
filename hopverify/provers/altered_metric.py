"""A metric P ≻ 0 with PB = Aᵀ for an altered system, the best conditioned one; or a pair or direction against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.linear_algebra import Matrix, nullspace
from hopverify.checker.payload import text_of, texts_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem
from hopverify.numerics.elimination import negative_pivot
from hopverify.numerics.metric import best_metrics, metrics, product
from hopverify.obligations import AlteredEnergy, Convex, Regular
from hopverify.provers import Budget, Prover
from hopverify.provers._proofs import proved_in_a_premise
from hopverify.provers.structure import by_kernel, found_by_kernel, gradient_of_l
from hopverify.verdict import Reason

# Beyond this size rationals are too slow for a search.
MAX_SIZE = 400


def _search(obligation: AlteredEnergy, budget: Budget) -> Iterator[Evidence]:
    system = obligation.system
    stated = system.synapse.metric
    if max(system.synapse.forward.shape) > MAX_SIZE:
        return
    A, B = system.synapse.forward.fractions(), system.synapse.feedback.fractions()
    if stated is not None:
        yield from _against(A, B, stated.fractions())
    else:
        yield from _excluded(A, B)
    try:
        held = {"premises": system_premises(system, budget)}
    except EvidenceRejected:
        return
    claim = "altered descent" if obligation.falls else "altered flatness"
    for fields in [{}] if stated is not None else found_metrics(system, budget):
        yield found_by_kernel(held, "T11", claim, **fields)


def found_metrics(system: AlteredSystem, budget: Budget) -> Iterator[dict[str, Any]]:
    """Yield metrics of a system that states none, as claims and proofs have them."""
    if max(system.synapse.forward.shape) > MAX_SIZE:
        return
    family = metrics(system.synapse.forward.fractions(), system.synapse.feedback.fractions())
    if family is not None:
        for P, _ in best_metrics(family, seconds=budget.seconds):
            yield {"metric": [texts_of(row) for row in P.tolist()]}


def system_premises(system: AlteredSystem, budget: Budget) -> list[dict[str, Any]]:
    """Return the premises of an altered system; raise :class:`EvidenceRejected` where one is not proved."""
    found: list[dict[str, Any]] = []
    for layer in system.fast:
        found += [proved_in_a_premise(Regular(layer), budget), gradient_of_l(layer)]
        inhibited = any(system.model.inhibition.get(layer.name, ()))
        found += [proved_in_a_premise(Convex(layer), budget)] if inhibited else []
    if system.residual is not None:
        found += [proved_in_a_premise(each(system.residual), budget) for each in (Convex, Regular)]
    return found


def _against(A: Matrix, B: Matrix, P: Matrix) -> Iterator[Evidence]:
    """Yield what shows that a stated P is no metric."""
    if len(unequal := np.argwhere(P != P.T)):
        yield _pair(unequal, P, P.T, "Pij ≠ Pji")
    elif len(unequal := np.argwhere(product(P, B) != A.T)):
        yield _pair(unequal, product(P, B), A.T, "(PB)ij ≠ Aji")
    else:
        kind, direction = negative_pivot(P)
        for z in [direction] if direction is not None else nullspace(P)[:1] if kind == "open" else []:
            yield _direction(z, z @ P @ z, "zᵀPz ≤ 0")


def _excluded(A: Matrix, B: Matrix) -> Iterator[Evidence]:
    """Yield what shows that no P ≻ 0 has PB = Aᵀ."""
    AB = product(A, B)
    if len(unequal := np.argwhere(AB != AB.T)):
        yield _pair(unequal, AB, AB.T, "(AB)ij ≠ (AB)ji")
        return
    _, direction = negative_pivot(AB)
    for z in [direction] if direction is not None else [*nullspace(AB), *nullspace(B)]:
        value, moved = z @ AB @ z, (B @ z).any()
        if value < 0 or moved or (A.T @ z).any():
            said = "zᵀABz < 0" if value < 0 else "zᵀABz = 0, and Bz ≠ 0" if moved else "Bz = 0, and Aᵀz ≠ 0"
            yield _direction(z, value, said)


def _pair(places: Any, left: Matrix, right: Matrix, because: str) -> Evidence:
    i, j = (int(k) for k in places[0])
    values = [text_of(left[i, j]), text_of(right[i, j])]
    return by_kernel("pair", "no altered metric", because=because, pair=[i, j], values=values)


def _direction(z: Matrix, value: Any, because: str) -> Evidence:
    direction = texts_of(z.tolist())
    return by_kernel("direction", "no altered metric", because=because, direction=direction, value=text_of(value))


PROVER = Prover(
    name="altered_metric",
    summary="P ≻ 0 with PB = Aᵀ: exact on the affine set, the best condition number by a semidefinite program",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
