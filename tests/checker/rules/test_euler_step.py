"""What is told of steps that are safe, and of longer ones that are not, in numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import euler_step
from hopverify.checker.rules.euler_step import _check
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome
from tests.checker.test_euler_step import judged, model, obligations, single

INERTIA = {"method": "inertia"}


def test_steps_of_any_length() -> None:
    """Linear neurons with W = 1: M = 2(1/h - 1) + 1 + W is 0 for h = ∞."""
    found = judged(single("identity", "[[1]]"), {"step": "any"})
    assert (found.outcome, found.data) == (Outcome.PROVED, {"energy": "E", "certified_step": "any"})
    stated = judged(single("identity", "[[1]]"), {"step": "any"}, Fraction(7))
    assert stated.outcome is Outcome.PROVED
    for weight in ("0", "999/1000"):
        with pytest.raises(EvidenceRejected, match="an entry of its diagonal is negative"):
            judged(single("identity", f"[[{weight}]]"), {"step": "any"})


@pytest.mark.parametrize(
    ("weight", "edge"),
    # M = 2/h - 1 + W for linear neurons with ρ = τ = 1.
    [("0", Fraction(2)), ("-1", Fraction(1)), ("-3", Fraction(1, 2)), ("1/2", Fraction(4))],
)
def test_the_diagonal_may_be_zero(weight: str, edge: Fraction) -> None:
    made = single("identity", f"[[{weight}]]")
    for step in (edge, edge / 2, edge * Fraction(999, 1000)):
        assert judged(made, {"step": str(step)}).data["certified_step"] == str(step)
    for step in (edge * Fraction(1000001, 1000000), 2 * edge):
        with pytest.raises(EvidenceRejected, match="an entry of its diagonal is negative"):
            judged(made, {"step": str(step)})
    with pytest.raises(EvidenceRejected, match="no diagonal matrix below"):
        judged(single("identity", "[[0, -2], [-2, 0]]"), {"step": "1/2"})


def test_what_is_told_of_layers() -> None:
    """α = h/τ of the slowest and of the fastest neuron of each layer with τ > 0."""
    made = model(
        "x: {size: 2, lagrangian: relu, tau: [2, 4]}, y: {size: 1, lagrangian: identity, tau: 3}, "
        "f: {size: 1, lagrangian: relu, tau: 0}",
        "w: {kind: dense, layers: [x, x], weights: [[0, 0], [0, 0]]}",
    )
    found = judged(made, {"step": "1/2"})
    assert found.data == {"energy": "E", "certified_step": "1/2", "alpha": {"x": ["1/8", "1/4"], "y": ["1/6", "1/6"]}}


UNSAFE: dict[str, Any] = {"state": {"x": ["1"]}, "step": "1"}


def test_what_is_told_of_longer_steps() -> None:
    """ẋ = -4x - x and E = ½x² + 2x²: a step of 1 leads from 1 to -4, and E from 2.5 to 40."""
    made = single("identity", "[[-4]]")
    found = judged(made, {"step": "1/8", "unsafe": UNSAFE})
    assert found.outcome is Outcome.PROVED
    assert found.data == {
        "energy": "E",
        "certified_step": "1/8",
        "alpha": {"x": ["1/8", "1/8"]},
        "unsafe_step": "1",
        "unsafe_state": {"x": ["1"]},
        "unsafe_rise": "37.500000",
        "certified_share": "1/8",
    }
    for unsafe in ({"state": {"x": ["1"]}}, UNSAFE | {"more": 1}, list(UNSAFE), ["state", "step"], 3):
        with pytest.raises(EvidenceRejected, match="unsafe: expected a state and a step"):
            judged(made, {"step": "1/8", "unsafe": unsafe})
    with pytest.raises(EvidenceRejected, match="does not certainly raise"):
        judged(made, {"step": "1/8", "unsafe": UNSAFE | {"step": "1/4"}})


def test_what_is_safe_is_not_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step that is certified rises; were one to seem so, it would be refused."""
    made = single("identity", "[[1]]")
    monkeypatch.setattr(euler_step, "confirmed_rise", lambda *arguments: "1")
    for step in ("1", "2", "any"):
        with pytest.raises(EvidenceRejected, match="has just been shown to be safe"):
            judged(made, {"step": step, "unsafe": UNSAFE})
    assert judged(made, {"step": "1/2", "unsafe": UNSAFE}).data["certified_share"] == "1/2"


def test_the_theorem_speaks_of_steps_up_to_a_length() -> None:
    """Of saturating neurons up to τ/ρ: pace 1 is the last."""
    form, _ = obligations(single("tanh", "[[5]]", ", tau: 3, leak: 2"))
    _check(form, Fraction(3, 2), {})
    with pytest.raises(EvidenceRejected, match="does not cover steps of this length"):
        _check(form, Fraction(3, 2) + Fraction(1, 10**9), {})


def test_a_stated_length_is_reached() -> None:
    made = single("relu", "[[0, -2], [-2, 0]]")
    for step, stated, outcome in (("2/3", "2/3", Outcome.PROVED), ("2/3", "1/2", Outcome.PROVED)):
        found = judged(made, {"step": step, "definiteness": INERTIA}, Fraction(stated))
        assert found.outcome is outcome
    short = judged(made, {"step": "1/2", "definiteness": INERTIA}, Fraction(2, 3))
    assert short.outcome is Outcome.OPEN
    assert short.data["certified_step"] == "1/2"
