"""Spin rise: a state, and with asynchronous updates a neuron, whose update raises the energy, exactly or in balls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hopverify.checker.payload import index
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spins import values_of
from hopverify.checker.spins.reading import energy_text, spins, told
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, SpinDescent


def _judge(obligation: SpinDescent, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    if ("neuron" in payload) == model.synchronous:
        raise EvidenceRejected("neuron: names the one that is set, and belongs to asynchronous updates only")
    before = spins(payload["state"], model.size)[None, :]
    values = values_of(model)
    flips = values.keeping(before) == -1
    if not model.synchronous:
        flips = flips & (np.arange(model.size) == index(payload["neuron"], model.size))
    elif (values.keeping(before) == 2).any():
        raise EvidenceRejected("state: what the update does to it cannot be decided")
    after = np.where(flips, -before, before)
    if values.rising(before, after)[0] != 1:
        raise EvidenceRejected("the update of this state does not certainly raise the energy")
    energies = {"energy_before": energy_text(model, before[0]), "energy_after": energy_text(model, after[0])}
    return Judgement(Outcome.REFUTED, {"after": told(model, after[0])} | energies)


RULE = Rule(
    name="spin_rise",
    summary="a state of spins whose update raises the energy",
    obligations=(SpinDescent,),
    judge=_judge,
    required=frozenset({"state"}),
    optional=frozenset({"neuron"}),
)
