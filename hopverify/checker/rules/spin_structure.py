"""Spin structure: the energy falls strictly with every change, by the form of synapses and updates (D1, D2).

No payload is needed; a ``symmetriser``, d > 0 with DW symmetric, lets asymmetric weights converge. The theorems with
their proofs stand in :mod:`hopverify.checker.spins.structure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.payload import vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins.quadratic import quadratic_form
from hopverify.checker.spins.structure import (
    MOST,
    counts_biases,
    is_concave,
    is_concave_by_neuron,
    is_gradient,
    is_row_by_row,
    symmetrised,
)
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel
from hopverify.obligations import Outcome, SpinConvergence, SpinDescent


def _judge(obligation: SpinDescent | SpinConvergence, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    if "symmetriser" in payload:
        if isinstance(obligation, SpinDescent):
            raise EvidenceRejected("symmetriser: the energy that falls is another one")
        return _by_symmetriser(model, payload["symmetriser"])
    needs_biases = isinstance(obligation, SpinDescent)
    because = _of_any_energy(model) if not needs_biases or counts_biases(model) else None
    if because is None and needs_biases and not model.synchronous:
        because = _row_by_row(model)
    if model.by_energy and not model.synchronous:
        because = "a neuron takes the sign with the lower energy"
    if because is None:
        raise EvidenceRejected("no structure shows that the energy falls")
    return Judgement(Outcome.PROVED, {"because": because})


def _of_any_energy(model: SpinModel) -> str | None:
    """Return why S - b·s falls strictly, with every bias counted; None if it need not."""
    if model.by_energy or not is_gradient(model):
        return None
    if model.synchronous:
        return "S is concave, and the drives are -∇S" if is_concave(model) else None
    return "S is concave in each neuron, and the drives are -∇S" if is_concave_by_neuron(model) else None


def _row_by_row(model: SpinModel) -> str | None:
    form = None if model.by_energy else quadratic_form(model)
    if form is None or not is_row_by_row(form):
        return None
    return "each neuron's drive is a positive multiple of what the energy says, and W_ii ≥ 0"


def _by_symmetriser(model: SpinModel, listed: Any) -> Judgement:
    if model.by_energy or model.size > MOST:
        raise EvidenceRejected(f"symmetriser: for the drive rule, and up to {MOST} neurons")
    W = symmetrised(model, vector(listed, model.size))
    if W is None:
        raise EvidenceRejected("symmetriser: not positive, or DW is not symmetric")
    if not (is_positive_semidefinite(W) if model.synchronous else bool((W.diagonal() >= 0).all())):
        raise EvidenceRejected("symmetriser: DW is not positive semidefinite, or has a negative diagonal")
    return Judgement(Outcome.PROVED, {"because": "-½sᵀDWs - (Db)·s falls with every change"})


RULE = Rule(
    name="spin_structure",
    summary="the energy falls strictly with every change of spins, by the form of synapses and updates",
    obligations=(SpinDescent, SpinConvergence),
    judge=_judge,
    optional=frozenset({"symmetriser"}),
)
