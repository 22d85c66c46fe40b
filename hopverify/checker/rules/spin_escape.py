"""Spin escape: flips of a pattern from which a run does not end in it, for so many patterns that too few are left.

Each of ``escapes`` has ``pattern``, its index, and ``flips``, the neurons to flip first. If the pattern itself is no
fixed point, nothing more is needed: no run ends in it. Otherwise the run is told by ``order``, the neurons that
asynchronous updates flip one after the other, or by ``steps``, the number of synchronous updates. It has to arrive at
another fixed point, or, with synchronous updates, in a cycle: at a state to which two more updates lead back, after one
that changed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import Values, values_of
from hopverify.checker.spins.reading import MOST_UPDATES, flipped_in_order, told
from hopverify.checker.spins.values import States
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, SpinCorrection


def _judge(obligation: SpinCorrection, payload: Mapping[str, Any]) -> Judgement:
    escapes, count = payload["escapes"], len(obligation.patterns)
    if not isinstance(escapes, list) or not all(isinstance(escape, Mapping) for escape in escapes):
        raise EvidenceRejected("escapes: expected a list of objects")
    found = [_escape(obligation, escape) for escape in escapes]
    if len({each["pattern"] for each in found}) != len(found):
        raise EvidenceRejected("escapes: a pattern is given twice")
    if count - len(found) >= obligation.at_least:
        raise EvidenceRejected("escapes: enough patterns are left")
    return Judgement(Outcome.REFUTED, {"escapes": found[:20]})


def _escape(obligation: SpinCorrection, escape: Mapping[str, Any]) -> dict[str, Any]:
    values, model = values_of(obligation.model), obligation.model
    place = index(escape.get("pattern"), len(obligation.patterns))
    pattern = obligation.patterns[place]
    start = _flipped(pattern, escape.get("flips"), obligation.flips)
    if set(escape) - {"pattern", "flips", "steps" if model.synchronous else "order"}:
        raise EvidenceRejected("escapes: unexpected keys")
    leaving = (values.keeping(pattern[None, :])[0] == -1).nonzero()[0]
    if len(leaving):
        return {"pattern": place, "flips": [], "leaves": [int(i) for i in leaving[:20]]}
    if model.synchronous:
        end = _after(values, start, index(escape.get("steps"), MOST_UPDATES))
    else:
        end = flipped_in_order(values, start, escape.get("order"))
    ending = _ending(values, end, pattern, cycles=model.synchronous)
    return {"pattern": place, "flips": escape["flips"], "ends": ending, "state": told(model, end)}


def _flipped(pattern: States, listed: Any, most: int) -> States:
    if not isinstance(listed, list) or len(listed) > most:
        raise EvidenceRejected(f"flips: expected a list of at most {most} neurons")
    state = pattern.copy()
    for entry in listed:
        state[index(entry, len(state))] *= -1
    return state


def _after(values: Values, state: States, steps: int) -> States:
    states = state[None, :]
    for _ in range(steps):
        states = values.step(states)
    end: States = states[0]
    return end


def _ending(values: Values, end: States, pattern: States, *, cycles: bool) -> str:
    """Return where a run has arrived; raise :class:`EvidenceRejected` if it might still end in the pattern."""
    flips = values.flips(end[None, :])
    if not flips.any():
        if (end == pattern).all():
            raise EvidenceRejected("the run ends in the pattern")
        return "another fixed point"
    twice = values.step(values.step(end[None, :]))[0]
    if not (cycles and (twice == end).all()):
        raise EvidenceRejected("the run is not at its end")
    return "a cycle of two states"


RULE = Rule(
    name="spin_escape",
    summary="flips of patterns from which runs end elsewhere",
    obligations=(SpinCorrection,),
    judge=_judge,
    required=frozenset({"escapes"}),
)
