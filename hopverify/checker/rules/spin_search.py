"""Spin search: all fixed points, with the neurons set in the ``order`` of the payload; without one, all states in turn.

The search with its bounds stands in :mod:`hopverify.checker.spins.fixed_points`; it is carried out here, whole, and the
order of the neurons only tells how long it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import memory_of, quadratic_form, values_of
from hopverify.checker.spins.fixed_points import Search, TooManyStates, fixed_points, linear_search
from hopverify.checker.spins.overlap_search import overlap_search
from hopverify.checker.spins.reading import energy_text, told
from hopverify.checker.spins.values import States, all_states
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel
from hopverify.obligations import Outcome, SpinFixedPoints

MOST_LISTED, MOST_OVERLAPS = 200, 200


def _judge(obligation: SpinFixedPoints, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    if "order" in payload:
        found, nodes = _searched(model, payload["order"])
    else:
        values = values_of(model)
        if model.size > values.most:
            raise EvidenceRejected(f"all states are gone through up to {values.most} neurons only")
        states = all_states(model.size)
        found, nodes = states[~values.flips(states).any(axis=1)], len(states)
    # From --- to +++, the last neuron first: the list does not depend on the order of the search.
    found = found[np.lexsort(found.T)]
    listed = [_described(model, state) for state in found[:MOST_LISTED]]
    return Judgement(Outcome.PROVED, {"count": len(found), "states": nodes, "fixed_points": listed})


def _searched(model: SpinModel, order: Any) -> tuple[States, int]:
    if not isinstance(order, list) or len(order) != model.size:
        raise EvidenceRejected(f"order: expected the {model.size} neurons")
    places = [index(entry, model.size) for entry in order]
    if len(set(places)) != model.size:
        raise EvidenceRejected("order: a neuron is given twice")
    try:
        return fixed_points(_search(model), places)
    except TooManyStates:
        raise EvidenceRejected("order: the search goes through too many partial states") from None


def _search(model: SpinModel) -> Search:
    form, memory = quadratic_form(model), memory_of(model)
    if form is not None:
        return linear_search(form.update)
    if memory is not None and model.size <= MOST_OVERLAPS:
        return overlap_search(memory)
    raise EvidenceRejected("order: no bound over partial states is known for these synapses, or at this size")


def _described(model: SpinModel, state: States) -> dict[str, Any]:
    found: dict[str, Any] = {"state": told(model, state), "energy": energy_text(model, state)}
    stored = [
        f"{sign}{name}[{k}]"
        for name, memory in model.memories.items()
        for sign, pattern in (("", 1), ("-", -1))
        for k in np.flatnonzero((memory.patterns.values * pattern == state[model.places[memory.layer]]).all(axis=1))
    ]
    return found | ({"patterns": stored[:5]} if stored else {})


RULE = Rule(
    name="spin_search",
    summary="all fixed points of spins, by a search that refutes partial states, or by all states in turn",
    obligations=(SpinFixedPoints,),
    judge=_judge,
    optional=frozenset({"order"}),
)
