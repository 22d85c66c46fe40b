"""Euler step: M(h) ⪰ 0, so that no step up to h raises the energy (T14); and a longer step that raises it.

The theorem with its proof stands in :mod:`hopverify.checker.step_form`. The payload has ``step``, h as text or ``any``,
and ``definiteness``, evidence for M(h), unless M(h) or a diagonal matrix below it is diagonal (or it is a multiple of
P): then its entries are compared with 0. A step shorter than the one that the spec states leaves the claim open.
``unsafe``, a ``state`` and a longer ``step`` that raises the energy from there in balls, tells how sharp the bound is.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checker.definiteness import check_semidefinite
from hopverify.checker.payload import rational, text_of
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.rules.rising_step import confirmed_rise
from hopverify.checker.step_form import step_form
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, StepForm
from hopverify.verdict import Reason

ANY = "any"


def _judge(obligation: StepForm, payload: Mapping[str, Any]) -> Judgement:
    step = None if payload["step"] == ANY else rational(payload["step"])
    if step is not None and step <= 0:
        raise EvidenceRejected("step: expected a positive number, or any")
    _check(obligation, step, payload)
    data = _told(obligation, step)
    if "unsafe" in payload:
        data |= _unsafe(obligation, step, payload["unsafe"])
    wanted = obligation.length
    if wanted is not None and step is not None and step < wanted:
        return Judgement(Outcome.OPEN, data, Reason.STEP_TOO_LONG)
    return Judgement(Outcome.PROVED, data)


def _check(obligation: StepForm, step: Fraction | None, payload: Mapping[str, Any]) -> None:
    """Raise :class:`EvidenceRejected` unless M(h) ⪰ 0."""
    pace = Fraction(0) if step is None else 1 / step
    form = step_form(obligation)
    if pace < form.least_pace:
        raise EvidenceRejected("the theorem does not cover steps of this length")
    if "definiteness" in payload:
        check_semidefinite(form.form(pace), payload["definiteness"])
        return
    below = form.diagonal_below(pace)
    if below is None:
        raise EvidenceRejected("definiteness: missing, since no diagonal matrix below M(h) is evident")
    if not all(entry is None or entry >= 0 for entry in below):
        raise EvidenceRejected("M(h) is not shown to be positive semidefinite: an entry of its diagonal is negative")


def _told(obligation: StepForm, step: Fraction | None) -> dict[str, Any]:
    """Return the certified step and α = h/τ of each layer, the smallest and the largest of its neurons."""
    if step is None:
        return {"energy": obligation.letter, "certified_step": ANY}
    shares = {
        layer.name: [text_of(step / tau) for tau in (max(layer.tau), min(layer.tau))]
        for layer in obligation.model.dynamic
    }
    return {"energy": obligation.letter, "certified_step": text_of(step), "alpha": shares}


def _unsafe(obligation: StepForm, step: Fraction | None, unsafe: Any) -> dict[str, Any]:
    """Return the longer step that raises the energy, and what share of it is certified."""
    if not isinstance(unsafe, Mapping) or set(unsafe) != {"state", "step"}:
        raise EvidenceRejected("unsafe: expected a state and a step")
    length = rational(unsafe["step"])
    rise = confirmed_rise(obligation, unsafe["state"], length)
    if step is None or length <= step:
        raise EvidenceRejected("unsafe: a step of this length has just been shown to be safe")
    return {
        "unsafe_step": text_of(length),
        "unsafe_state": dict(unsafe["state"]),
        "unsafe_rise": rise,
        "certified_share": text_of(step / length),
    }


RULE = Rule(
    name="euler_step",
    summary="M(h) = diag(2a/β̃ + ρ/β) + W ⪰ 0, a = τ/h - ρ: no Euler step up to h raises the energy",
    obligations=(StepForm,),
    judge=_judge,
    required=frozenset({"step"}),
    optional=frozenset({"definiteness", "unsafe"}),
    reach=Reach.NEAR,
)
