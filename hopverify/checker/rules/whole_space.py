"""The whole space is a cell where one equilibrium attracts every solution: it retrieves the pattern that it belongs to.

The payload nests evidence that one equilibrium ``attracts`` everything, judged here by its own rule (T16, T17), and
states the ``equilibrium``: a ``centre`` over all neurons and a ``width``, confirmed in rationals for width 0, else by
Krawczyk's test with proved error bounds. Its activation has to be the pattern's own (M4). Any neurons may then be moved
anywhere: any box is in the basin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.boxed_equilibria import confirmed
from hopverify.checker.contraction import Contractor
from hopverify.checker.rules import Judgement, Rule, judge
from hopverify.checker.stored import Rivals, what_is_missing
from hopverify.errors import EvidenceRejected
from hopverify.networks import linear_network
from hopverify.obligations import BasinCells, GloballyStable, Outcome, are_enough


def _judge(obligation: BasinCells, payload: Mapping[str, Any]) -> Judgement:
    model, network = obligation.model, linear_network(obligation.model)
    if network is None:
        raise EvidenceRejected("the drives are not linear, a layer has no leak, or the network is too large")
    if judge(GloballyStable(model), payload["attracts"]).outcome is not Outcome.PROVED:
        raise EvidenceRejected("attracts: not that one equilibrium attracts everything")
    found, contractor = confirmed(network, payload["equilibrium"]), Contractor(network)
    low, high = contractor.activations.ranges(contractor.everywhere(found.lower, found.upper))
    rivals = Rivals(model.layers[obligation.layer], obligation.patterns, obligation.errors)
    own = obligation.place
    count, neurons = obligation.patterns.shape
    fits = [rivals.fit(mu, low[0, own], high[0, own]) for mu in range(count)]
    if not are_enough([fit.is_own for fit in fits], rivals.firsts, obligation.at_least):
        raise EvidenceRejected("the one equilibrium is not the own one of enough patterns")
    everywhere = {"flips": neurons, "half_infinite": neurons}
    told = [
        {"name": label, "verdict": "pass" if fit.is_own else "unknown"}
        | everywhere
        | what_is_missing(fit, obligation.labels)
        for label, fit in zip(obligation.labels, fits, strict=True)
    ]
    data = {"certified": sum(fit.is_own for fit in fits), "patterns": count, "neurons": neurons, "cells": told}
    return Judgement(Outcome.PROVED, data | {"x": found.texts()})


RULE = Rule(
    name="whole_space",
    summary="one equilibrium attracts every solution, and is the own one of enough patterns: every box is in its basin",
    obligations=(BasinCells,),
    judge=_judge,
    required=frozenset({"attracts", "equilibrium"}),
)
