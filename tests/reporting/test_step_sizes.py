"""Certified step sizes in words."""

from __future__ import annotations

from typing import Any

from hopverify.reporting.step_sizes import step_sizes_in_words
from hopverify.reporting.wording import witness_in_words

DATA: dict[str, Any] = {
    "energy": "E",
    "up_to": "3/4",
    "alpha": {"x": ["3/8", "3/4"], "y": ["3", "3"]},
    "longer": {"state": {"x": ["1/2", "0"], "y": ["2"]}, "step": "1", "rise": "1/4"},
}


def test_the_step_the_shares_of_layers_and_how_sharp_it_is() -> None:
    assert step_sizes_in_words(DATA) == [
        "no Euler step x + hẋ up to h = 3/4 ≈ 0.75 raises E (h/τ = 0.375 to 0.75 in layer x, 3 in layer y)",
        "a step of 1 raises it, by 0.25 or more, at the state x = (1/2, 0), y = (2)",
        "so the certified step is at least 75 % of the longest safe one",
    ]


def test_steps_of_any_length() -> None:
    assert step_sizes_in_words({"energy": "V", "up_to": None}) == ["no Euler step x + hẋ raises V, however long it is"]
    assert step_sizes_in_words({"alive": []}) == step_sizes_in_words(None) == []


def test_witnesses() -> None:
    step = {"state": {"x": ["1", "2"]}, "step": "5/4", "energy": "V", "rise": "1/2"}
    assert witness_in_words(["kernel (step ascent, by point)"], step) == [
        "one step of h = 5/4 raises V by 0.5 or more at the state x = (1, 2)"
    ]
    rising = {"state": {"x": ["1"]}, "energy": "E", "rate": "2"}
    (said,) = witness_in_words(["kernel (step ascent, by point)"], rising)
    assert said.endswith("dE/dt ≥ 2 > 0, so no step is short enough")
