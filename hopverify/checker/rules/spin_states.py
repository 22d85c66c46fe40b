"""Spin states: every state is gone through, in whole numbers (up to 16 neurons; 10 where drives are not linear).

Descent: each update that changes a state does not raise E. Convergence: synchronous updates, repeated 2ⁿ times, have
brought every state to rest; asynchronous ones have no cycle: states from which every change leads to states known to
come to rest come to rest, and in the end these are all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import Values, values_of
from hopverify.checker.spins.values import States, all_states, decided
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel
from hopverify.obligations import Outcome, SpinConvergence, SpinDescent


def _judge(obligation: SpinDescent | SpinConvergence, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    values = values_of(model)
    if model.size > values.most:
        raise EvidenceRejected(f"all states are gone through up to {values.most} neurons only")
    states = all_states(model.size)
    falls = isinstance(obligation, SpinDescent)
    holds = _descends(model, values, states) if falls else _rests(model, values, states)
    if not holds:
        raise EvidenceRejected("some update raises the energy" if falls else "some run never comes to rest")
    return Judgement(Outcome.PROVED, {"states": len(states)})


def _descends(model: SpinModel, values: Values, states: States) -> bool:
    flips = values.flips(states)
    if model.synchronous:
        moving = flips.any(axis=1)
        before, after = states[moving], np.where(flips, -states, states)[moving]
        return bool((decided(values.rising(before, after)) <= 0).all())
    for i in range(model.size):
        before = states[flips[:, i]]
        after = before.copy()
        after[:, i] *= -1
        if (decided(values.rising(before, after)) > 0).any():
            return False
    return True


def _rests(model: SpinModel, values: Values, states: States) -> bool:
    flips = values.flips(states)
    numbers, bits = np.arange(len(states)), 1 << np.arange(model.size)
    if not model.synchronous:
        return _is_acyclic(flips, numbers[:, None] ^ bits)
    after: NDArray[np.int64] = numbers ^ (flips @ bits)
    for _ in range(model.size):
        after = after[after]
    return not flips[after].any()


def _is_acyclic(flips: NDArray[np.bool_], neighbours: NDArray[np.int64]) -> bool:
    """Whether no sequence of flips comes back to a state."""
    rests: NDArray[np.bool_] = np.logical_not(flips.any(axis=1))
    while not rests.all():
        more: NDArray[np.bool_] = np.all(rests[neighbours] | ~flips, axis=1)
        if (more == rests).all():
            return False
        rests = more
    return True


RULE = Rule(
    name="spin_states",
    summary="every state of a small model of spins is gone through, exactly",
    obligations=(SpinDescent, SpinConvergence),
    judge=_judge,
)
