"""What a residual leaves."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import Judgement, residual
from hopverify.networks import AlteredSystem, altered_system
from hopverify.obligations import FallingResidual, Outcome
from tests.checker.rules.shown import judged, model

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
