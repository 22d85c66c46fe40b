"""Spin cycle: a state to which updates return after they have changed it, so that a run never comes to rest.

The payload has ``state``; with synchronous updates ``length``, the number of updates after which it returns; with
asynchronous ones ``order``, the neurons in the order in which they are set, each of which is flipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import Values, values_of
from hopverify.checker.spins.reading import MOST_UPDATES, flipped_in_order, spins, told
from hopverify.checker.spins.values import States
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, SpinConvergence


def _judge(obligation: SpinConvergence, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    if ("length" in payload) != model.synchronous or ("order" in payload) == model.synchronous:
        raise EvidenceRejected("length belongs to synchronous updates, order to asynchronous ones")
    values, start = values_of(model), spins(payload["state"], model.size)
    if not model.synchronous:
        end = flipped_in_order(values, start, payload["order"])
        if not payload["order"] or (end != start).any():
            raise EvidenceRejected("order: the flips do not lead back to the state")
        return Judgement(Outcome.REFUTED, {"updates": len(payload["order"])})
    states = _run(values, start, index(payload["length"], MOST_UPDATES))
    return Judgement(Outcome.REFUTED, {"length": len(states), "cycle": [told(model, s) for s in states[:8]]})


def _run(values: Values, start: States, length: int) -> list[States]:
    """Return the states of the cycle, the first one first."""
    states, now = [start], values.step(start[None, :])[0]
    while len(states) < length and (now != start).any():
        states.append(now)
        now = values.step(now[None, :])[0]
    if len(states) < 2 or len(states) != length or (now != start).any():
        raise EvidenceRejected("length: the updates do not return to the state then, or do not change it")
    return states


RULE = Rule(
    name="spin_cycle",
    summary="a cycle of states of spins",
    obligations=(SpinConvergence,),
    judge=_judge,
    required=frozenset({"state"}),
    optional=frozenset({"length", "order"}),
)
