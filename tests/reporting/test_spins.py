"""Spins in words."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.reporting.spins import spins_in_words
from hopverify.reporting.wording import witness_in_words


@pytest.mark.parametrize(
    ("rule", "witness", "said"),
    [
        (
            "spin_rise",
            {"state": "+-", "neuron": 1, "after": {"s": "++"}, "energy_before": "0", "energy_after": "1/2"},
            ["at the state +- the update of neuron 1 raises E from 0 to 1/2, at ++"],
        ),
        (
            "spin_rise",
            {"state": "+" * 70, "after": {"a": "+", "b": "-"}, "energy_before": "", "energy_after": ""},
            [f"at the state {'+' * 60}… (70 in all) the update of all neurons raises E, at a = +, b = -"],
        ),
        (
            "spin_cycle",
            {"state": "+", "order": [0] * 14, "updates": 14},
            [f"the state + comes back after the flips of the neurons {', '.join('0' * 12)}, …"],
        ),
        ("spin_cycle", {"state": "+", "length": 2, "cycle": [{"s": "+"}, {"s": "-"}]}, ["a cycle of 2 states: + → -"]),
        ("spin_cycle", {"state": "+", "length": 3, "cycle": [{"s": "+"}, {"s": "-"}]}, ["of 3 states: + → - → …"]),
        (
            "spin_escape",
            {
                "escapes": [
                    {"pattern": 0, "flips": [], "leaves": [3]},
                    {"pattern": 1, "flips": [2, 4], "ends": "another fixed point", "state": {"s": "-"}},
                    {"pattern": 2, "flips": [], "ends": "a cycle of two states", "state": {"s": "+"}},
                ]
            },
            [
                "pattern 0 is no fixed point: updates flip neuron 3",
                "pattern 1: after flips of neurons 2, 4 a run ends in another fixed point, -",
                "pattern 2: without a flip a run ends in a cycle of two states, +",
            ],
        ),
    ],
)
def test_witnesses(rule: str, witness: dict[str, Any], said: list[str]) -> None:
    found = witness_in_words([rule], witness)
    assert len(found) == len(said)
    assert all(part in whole for part, whole in zip(said, found, strict=True))


def test_fixed_points() -> None:
    rows = [{"state": {"s": "+"}, "energy": "1", "patterns": ["m[0]"]}, {"state": {"s": "-"}, "energy": ""}]
    told = ["2 fixed points", "+ = m[0], E = 1", "-"]
    assert spins_in_words({"fixed_points": rows, "count": 2, "states": 2}) == told
    many = spins_in_words({"fixed_points": rows * 5, "count": 1234, "states": 2})
    assert many[-1] == "and 1,226 more"
    assert len(many) == 10
    assert spins_in_words({"fixed_points": rows[:1], "count": 1})[0] == "1 fixed point"
    assert spins_in_words({"fixed_points": [], "count": 0}) == ["there is no fixed point"]


def test_flips() -> None:
    rows = [{"pattern": "a", "flips": 3}, {"pattern": "b", "flips": 12}]
    data = {"restored": 2, "of": 2, "least": 3, "patterns": rows}
    assert spins_in_words(data)[1] == "certified number of flips, of any neurons: 3 to 12 (by pattern)"
    assert spins_in_words(data | {"patterns": rows[:1]})[1].endswith(": 3")
    lost = [{"pattern": str(k), "fixed_point": "not certified"} for k in range(10)]
    told = spins_in_words({"restored": 0, "of": 10, "least": 0, "patterns": lost})
    assert told == [
        "certified for 0 of 10 patterns",
        "not shown to be fixed points: 0, 1, 2, 3, 4, 5, 6, 7, … 10 in all",
    ]
    assert spins_in_words({"restored": 0, "of": 1, "least": 0, "patterns": lost[:1]})[1].endswith(": 0")


def test_what_is_about_something_else() -> None:
    assert spins_in_words(None) == []
    assert spins_in_words({"because": "of this"}) == []
