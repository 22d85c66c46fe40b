"""Evidence that is almost what it should be: numbers for texts, texts for lists, one layer too many."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.checker.payload import rational, shown, state, vector
from hopverify.errors import EvidenceRejected


@pytest.mark.parametrize("value", [3, 0.5, None, ["1"], "x", "1.5", "1/2/3", " 1", "1\n", "+1", ""])
def test_a_rational_is_a_text_of_its_own_form(value: Any) -> None:
    with pytest.raises(EvidenceRejected, match="expected a rational number as text"):
        rational(value)


@pytest.mark.parametrize("value", ["12", ("1", "2"), {"1": "1", "2": "2"}, ["1"], ["1", "2", "3"], None])
def test_a_vector_is_a_list_of_its_length(value: Any) -> None:
    with pytest.raises(EvidenceRejected, match="expected a list of 2 rational numbers"):
        vector(value, 2)
    assert vector(["1", "2"], 2).tolist() == [1, 2]


@pytest.mark.parametrize("value", [["x"], "x", None, {}, {"y": ["1"]}, {"x": ["1"], "y": ["1"]}])
def test_a_state_has_the_layers_and_no_others(value: Any) -> None:
    with pytest.raises(EvidenceRejected, match="expected a state of the layers x"):
        state(value, {"x": 1})
    assert state({"x": ["1/2"]}, {"x": 1})["x"].tolist() == [Fraction(1, 2)]


def test_balls_are_shown_with_eight_digits_and_others_as_they_are() -> None:
    assert shown(arb(1) / 3) == str((arb(1) / 3).str(8)) != str((arb(1) / 3).str(9))
    assert shown(Fraction(1, 3)) == "1/3"
