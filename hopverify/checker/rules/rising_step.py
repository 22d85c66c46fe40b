"""Rising step: a state from which one Euler step raises the energy, in ball arithmetic.

The payload has ``state``, and ``step``, at most as long as the spec's. Without ``step`` dE/dt > 0 at the state, by dual
numbers along the flow: then all short enough steps from there raise E, and no length is safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checker.payload import rational, shown, state
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import Outcome, SafeSteps
from hopverify.obligations.steps import OfSteps


def confirmed_rise(obligation: OfSteps, listed: Any, step: Fraction) -> str:
    """Return by how much one step raises the energy, as a ball; raise :class:`EvidenceRejected` unless it does."""
    if step <= 0:
        raise EvidenceRejected("step: expected a positive number")
    with precision():
        x = _state(obligation, listed)
        after = obligation.after(x, BALLS.number(step), BALLS)
        rise = obligation.energy(after, BALLS) - obligation.energy(x, BALLS)
        if not rise > 0:
            raise EvidenceRejected("one step from this state does not certainly raise the energy")
        return shown(rise)


def _state(obligation: OfSteps, listed: Any) -> dict[str, Any]:
    sizes = {layer.name: layer.size for layer in obligation.model.dynamic}
    return {name: BALLS.array(values) for name, values in state(listed, sizes).items()}


def _judge(obligation: SafeSteps, payload: Mapping[str, Any]) -> Judgement:
    if "step" in payload:
        step = rational(payload["step"])
        if obligation.length is None or step > obligation.length:
            raise EvidenceRejected("step: longer than the claim says")
        rise = confirmed_rise(obligation, payload["state"], step)
        return Judgement(Outcome.REFUTED, {"energy": obligation.letter, "rise": rise})
    if obligation.system is not None:
        raise EvidenceRejected("dV/dt is not evaluated: give a step")
    with precision():
        rate = obligation.model.energy_rate(_state(obligation, payload["state"]), BALLS)
        if not rate > 0:
            raise EvidenceRejected("dE/dt is not certainly positive at this state")
        return Judgement(Outcome.REFUTED, {"energy": "E", "dE/dt": shown(rate)})


RULE = Rule(
    name="rising_step",
    summary="a state from which an Euler step raises the energy in ball arithmetic, or at which dE/dt > 0",
    obligations=(SafeSteps,),
    judge=_judge,
    required=frozenset({"state"}),
    optional=frozenset({"step"}),
)
