"""Comparison: equalities between exact numbers of the spec, decided by comparing them.

Symmetric weights (W = Wᵀ), drives that are gradients ((1 - p)W = pWᵀ), and an energy that is the derived one. For
weights that are not symmetric the payload may add what T13 asks: a diagonal D ≻ 0 with DW symmetric, or a cycle of
neurons whose products of weights forward and backward differ, so that no such D exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from hopverify.checker.payload import index, text_of, vector
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import DerivedEnergy, GradientDrive, Outcome, SymmetricWeights
from hopverify.spec import ExactArray


def _judge(obligation: SymmetricWeights | GradientDrive | DerivedEnergy, payload: Mapping[str, Any]) -> Judgement:
    if isinstance(obligation, DerivedEnergy):
        return _energy(obligation)
    if isinstance(obligation, GradientDrive):
        defect = obligation.synapse.defect()
        if defect is None:
            return Judgement(Outcome.PROVED)
        return Judgement(Outcome.REFUTED, {"index": list(defect.index), "violated": defect.statement})
    return _symmetry(obligation.weights, payload)


def _energy(obligation: DerivedEnergy) -> Judgement:
    model = obligation.model
    if model.claimed is not None:
        return Judgement(Outcome.REFUTED, {"because": "the spec claims an energy of its own"})
    uncounted = [
        layer.name
        for layer in model.layers.values()
        if not layer.bias_in_energy and bool(np.any(layer.bias.values != 0))
    ]
    if uncounted:
        return Judgement(Outcome.REFUTED, {"because": f"the bias of {', '.join(uncounted)} is left out of the energy"})
    return Judgement(Outcome.PROVED)


def first_asymmetry(weights: ExactArray) -> tuple[int, int] | None:
    """Return the first (i, j) with W_ij ≠ W_ji, or None; exact, whatever the numbers are."""
    unequal = np.argwhere(weights.values != weights.values.T)
    return (int(unequal[0][0]), int(unequal[0][1])) if len(unequal) else None


def _symmetry(weights: ExactArray, payload: Mapping[str, Any]) -> Judgement:
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise EvidenceRejected("not a square matrix")
    place = first_asymmetry(weights)
    if place is None:
        return Judgement(Outcome.PROVED)
    i, j = place
    W = weights.values
    data: dict[str, Any] = {
        "pair": [i, j],
        "values": [text_of(W[i, j]), text_of(W[j, i])],
        "unequal_pairs": int(np.count_nonzero(W != W.T)) // 2,
    }
    if "symmetriser" in payload:
        _check_symmetriser(weights, vector(payload["symmetriser"], weights.shape[0]))
        data |= {"symmetrisable": "yes", "symmetriser": list(payload["symmetriser"])}
    elif "cycle" in payload:
        data |= {"symmetrisable": "no", "cycle": _check_cycle(weights, payload["cycle"])}
    return Judgement(Outcome.REFUTED, data)


def _check_symmetriser(weights: ExactArray, d: np.ndarray[Any, Any]) -> None:
    W = weights.fractions()
    if not all(entry > 0 for entry in d) or np.any(d[:, None] * W != (d[:, None] * W).T):
        raise EvidenceRejected("symmetriser: not positive, or DW is not symmetric")


def _check_cycle(weights: ExactArray, listed: Any) -> list[int]:
    """Return a closed walk of neurons along which the products of W and of Wᵀ differ."""
    if not isinstance(listed, list) or not 2 <= len(listed) <= weights.shape[0]:
        raise EvidenceRejected("cycle: expected a list of neurons")
    cycle = [index(entry, weights.shape[0]) for entry in listed]
    forward = backward = Fraction(1)
    for i, j in pairwise([*cycle, cycle[0]]):
        forward *= Fraction(weights.values[i, j])
        backward *= Fraction(weights.values[j, i])
    # With DW symmetric, d_i W_ij = d_j W_ji; around a cycle the d cancel, unless a product is 0. If one is 0 and the
    # other is not, some W_ij = 0 ≠ W_ji, and for a pair both products have the sign of W_ij·W_ji.
    if len(cycle) == 2:
        i, j = cycle
        if Fraction(weights.values[i, j]) * Fraction(weights.values[j, i]) > 0 or first_pair_is_zero(weights, i, j):
            raise EvidenceRejected(
                "cycle: a pair of neurons refutes only if the two weights differ in sign or one is 0"
            )
    elif forward == backward:
        raise EvidenceRejected("cycle: the products forward and backward agree")
    return cycle


def first_pair_is_zero(weights: ExactArray, i: int, j: int) -> bool:
    """Return whether both weights between two neurons are 0."""
    return bool(weights.values[i, j] == 0 and weights.values[j, i] == 0)


RULE = Rule(
    name="comparison",
    summary="equalities between the spec's exact numbers; symmetrisers and cycles of T13",
    obligations=(SymmetricWeights, GradientDrive, DerivedEnergy),
    judge=_judge,
    optional=frozenset({"symmetriser", "cycle"}),
    reach=Reach.ANY,
)
