"""Energy bound: a finite lower bound of the derived energy over all states, from growth and ranges (T10).

The bound is derived in :mod:`hopverify.checker.energy_form`. Where activations are unbounded, the payload's
``margin`` ε (and ``split``, see :mod:`hopverify.checker.cone_form`) shows that the form Q is at least ε|u|² on their
cone; for ReLU with leak 1 this is strict copositivity of I - W.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, frexp
from typing import Any

from hopverify.checker.cone_form import confirmed_margin
from hopverify.checker.energy_form import EnergyForm
from hopverify.checker.payload import text_of
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import EnergyBoundedBelow, Outcome

BITS = 20


def short_below(value: Fraction) -> Fraction:
    """Return a short dyadic number at most ``value``, within a relative 2⁻²⁰."""
    try:
        _, exponent = frexp(float(value)) if value else (0.0, 0)
    except OverflowError:
        raise EvidenceRejected("the bound is beyond the range of doubles") from None
    unit = Fraction(2) ** (exponent - BITS)
    return floor(value / unit) * unit


def _judge(obligation: EnergyBoundedBelow, payload: Mapping[str, Any]) -> Judgement:
    energy = EnergyForm(obligation.model)
    margin = confirmed_margin(energy.form, energy.signed, payload) if energy.reaches else None
    data: dict[str, Any] = {
        "lower bound": text_of(short_below(energy.bound(margin))),
        "bounded": "the energy; whether the states are is another question (boundedness)",
    }
    if margin is not None:
        data["unbounded activations"] = [layer.name for layer in energy.open]
        data["form"] = f"uᵀQu ≥ {text_of(margin)}·|u|² on their cone"
    return Judgement(Outcome.PROVED, data)


RULE = Rule(
    name="energy_bound",
    summary="a lower bound of E from the growth and the ranges of the activations, and a form positive on their cone",
    obligations=(EnergyBoundedBelow,),
    judge=_judge,
    optional=frozenset({"margin", "split"}),
)
