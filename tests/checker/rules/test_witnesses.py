"""States that are shown: rates and rises of energies, and what a residual leaves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, residual
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.obligations import (
    FallingResidual,
    Outcome,
    SafeSteps,
)
from tests.checker.rules.shown import judged, model, refused


def doubling(energy: str, tau: int = 1, size: int = 1) -> Model:
    """Return τẋ = x with an energy of its own."""
    weights = [[2 * int(i == j) for j in range(size)] for i in range(size)]
    return model(
        f"x: {{size: {size}, lagrangian: identity, tau: {tau}}}",
        f"w: {{kind: dense, layers: [x, x], weights: {weights}}}",
        f"energy: {energy}\n",
    )


# ------------------------------------------------------------------ rates and rises


def test_steps_that_rise() -> None:
    """A step h of 2ẋ = x takes E = x² from 9 to 9(1 + h/2)²."""
    asked = SafeSteps(doubling("sum(x^2)", 2), Fraction(2), None)
    found = judged(asked, "rising_step", state={"x": ["3"]}, step="2")
    assert (found.outcome, found.data) == (Outcome.REFUTED, {"energy": "E", "rise": "27.000000"})
    small = judged(asked, "rising_step", state={"x": ["1/8"]}, step="1/2")
    assert small.outcome is Outcome.REFUTED
    refused(asked, "longer than the claim says", "rising_step", state={"x": ["3"]}, step="3")
    for step in ("0", "-1"):
        refused(asked, "expected a positive number", "rising_step", state={"x": ["3"]}, step=step)
    refused(asked, "does not certainly raise", "rising_step", state={"x": ["0"]}, step="1")
    refused(asked, "expected a state of", "rising_step", state={"y": ["0"]}, step="1")
    anywhere = SafeSteps(doubling("sum(x^2)", 2), None, None)
    refused(anywhere, "longer than the claim says", "rising_step", state={"x": ["3"]}, step="1")
    # Without a step, the rate counts.
    for own in (asked, anywhere):
        found = judged(own, "rising_step", state={"x": ["1/2"]})
        assert (found.outcome, found.data) == (Outcome.REFUTED, {"energy": "E", "dE/dt": "0.25000000"})
        refused(own, "not certainly positive", "rising_step", state={"x": ["0"]})
    falling = SafeSteps(doubling("-sum(x^2)"), Fraction(1), None)
    refused(falling, "not certainly positive", "rising_step", state={"x": ["1"]})


# ------------------------------------------------------------------ residuals


def system(residual: str, potential: str, feedback: str = "[[1], [0]]", tau: str = "1") -> AlteredSystem:
    joined = (
        f"s: {{kind: feedforward_feedback, layers: [y, x], forward: [[1, 0]], feedback: {feedback}, "
        f"metric: [[1, 0], [0, 1]], residual: {residual}, potential: '{potential}'}}"
    )
    layers = f"y: {{size: 2, lagrangian: identity, tau: {tau}}}, x: {{size: 1, lagrangian: relu, tau: 0}}"
    found = altered_system(model(layers, joined))
    assert isinstance(found, AlteredSystem)
    return found


@pytest.mark.parametrize(
    ("residual", "potential", "feedback", "tau", "because"),
    [
        ("[[0], [1]]", "z^2", "[[1], [0]]", "1", None),
        ("[[0], [1]]", "z^4 + z^2/2", "[[1], [0]]", "3", None),
        ("[[0], [1]]", "z^2", "[[1], [0]]", "[1, 2]", "neurons of y differ in their time constants"),
        ("[[0, 3], [1, 0]]", "z^2", "[[1], [0]]", "1", "(NᵀB)[1,0] = 3"),
        ("[[0], [1]]", "z^2", "[[1], [1/4]]", "1", "(NᵀB)[0,0] = 1/4"),
        ("[[0], [1]]", "z^2 + z/4", "[[1], [0]]", "1", "φ'(0) = 1/4"),
        ("[[0], [1]]", "(z + 1)^2", "[[1], [0]]", "1", "φ'(0) = 2"),
        ("[[0], [1]]", "z^2 - z", "[[1], [0]]", "1", "φ'(0) = -1"),
    ],
)
def test_residuals_fall_on_their_own(
    residual: str, potential: str, feedback: str, tau: str, because: str | None
) -> None:
    found = judged(FallingResidual(system(residual, potential, feedback, tau)), "residual")
    if because is None:
        assert found == Judgement(Outcome.PROVED)
    else:
        assert (found.outcome, found.data) == (Outcome.REFUTED, {"because": because})


def test_the_potential_is_a_function_of_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    whole = residual.gradient

    def recorded(*arguments: Any) -> Any:
        seen.append(arguments[1:])
        return whole(*arguments)

    monkeypatch.setattr(residual, "gradient", recorded)
    judged(FallingResidual(system("[[0], [1]]", "z^2")), "residual")
    assert seen == [("z", {"z": 0})]
