"""Ascent: a state from which the energy increases, dE/dt > 0 in ball arithmetic, by dual numbers along the flow.

Dynamics and energy are evaluated exactly as the spec states them. The payload may add ``step``: then one update
x + step·Tẋ must raise the energy as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.payload import rational, shown, state
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.obligations import Descent, Outcome


def _judge(obligation: Descent, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    sizes = {layer.name: layer.size for layer in model.dynamic}
    with precision():
        x = {name: BALLS.array(values) for name, values in state(payload["state"], sizes).items()}
        rate = model.energy_rate(x, BALLS)
        if not rate > 0:
            raise EvidenceRejected("dE/dt is not certainly positive at this state")
        velocity = model.velocity(x, BALLS)
        data: dict[str, Any] = {
            "dE/dt": shown(rate),
            "velocity": {name: [shown(entry, 6) for entry in values[:8]] for name, values in velocity.items()},
        }
        if "step" in payload:
            alpha = BALLS.number(rational(payload["step"]))
            if not alpha > 0:
                raise EvidenceRejected("step: expected a positive number")
            flow = model.flow(x, BALLS)
            after = {name: x[name] + alpha * flow[name] for name in x}
            rise = model.energy(after, BALLS) - model.energy(x, BALLS)
            if not rise > 0:
                raise EvidenceRejected("one update does not certainly raise the energy")
            data["rise of E by one update"] = shown(rise)
    return Judgement(Outcome.REFUTED, data)


RULE = Rule(
    name="ascent",
    summary="a state at which dE/dt > 0 in ball arithmetic",
    obligations=(Descent,),
    judge=_judge,
    required=frozenset({"state"}),
    optional=frozenset({"step"}),
)
