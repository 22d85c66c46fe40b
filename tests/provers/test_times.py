"""Velocities with vᵀTH(x)v < 0: of convex Lagrangians only, each with a proof that it is convex."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from hopverify.checker.deciding import Decision
from hopverify.execution.discharging import discharge
from hopverify.networks import Layer
from hopverify.obligations import CompatibleTimes, Outcome
from hopverify.provers import Budget
from tests.checker.rules.layers import layer, own


def decided(of: Layer, *tau: int) -> Decision:
    timed = replace(of, tau=tuple(Fraction(each) for each in tau))
    return discharge(CompatibleTimes(timed), "necessary", Budget(samples=200))[0]


@pytest.mark.parametrize(
    ("of", "by"),
    [
        (layer("lagrangian: softmax", 3), "composition"),
        (layer("lagrangian: sparsemax", 3), "composition"),
        (layer("lagrangian: {entmax: {alpha: 5/4}}", 3), "composition"),
        (layer("lagrangian: {normmax: {gamma: 3/2}}", 3), "composition"),
        (own("x[0]^2 + 3*x[0]*x[1] + 3*x[1]^2"), "quadratic"),
    ],
)
def test_times_that_do_not_fit(of: Layer, by: str) -> None:
    found = decided(of, *((1, 40, 1) if of.size == 3 else (1, 40)))
    assert (found.judgement.outcome, found.evidence is not None) == (Outcome.REFUTED, True)
    assert set(found.judgement.data) == {"state", "direction", "curvature"}
    assert Fraction(found.judgement.data["curvature"]) < 0
    assert found.evidence
    assert found.evidence["proof"]["premises"] == [{"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": by}}]


def test_times_that_fit_and_lagrangians_that_are_not_convex() -> None:
    assert decided(layer("lagrangian: softmax", 3), 2).judgement.outcome is Outcome.PROVED
    assert decided(layer("lagrangian: relu", 2), 1, 40).judgement.outcome is Outcome.PROVED
    assert decided(own("x[0]*x[1]"), 1, 40).judgement.outcome is Outcome.OPEN
    assert decided(layer("activation: clipped_softmax", 2), 1, 40).judgement.outcome is Outcome.OPEN
