"""Witnesses, patterns and numbers in words."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.reporting.memories import memories_in_words
from hopverify.reporting.plain import plain
from hopverify.reporting.wording import number, vector, witness_in_words

WITNESSES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "kernel (not convex, by point)",
        {"state": ["-3/2", "0"], "direction": ["1", "0"], "curvature": "-1289/10000"},
        ["state x = (-3/2, 0)", "d = (1, 0)", "the curvature is -0.1289 or less"],
    ),
    (
        "kernel (ascent, by point)",
        {"state": {"x": ["1"], "y": ["2"]}, "rate": "1/3"},
        ["x = (1), y = (2)", "dE/dt ≥ 1/3 > 0"],
    ),
    (
        "kernel (ascent, by point)",
        {"state": {"x": ["1"]}, "rate": "1/2", "step": "1/2", "rise": "1/8000000"},
        ["dE/dt ≥ 0.5 > 0", "one update with step 1/2 raises E by 1.25E-7 or more"],
    ),
    (
        "kernel (no gradient activation, by point)",
        {"state": ["0", "1"], "i": 0, "j": 1, "apart": "1/4"},
        ["at the state x = (0, 1), ∂g_0/∂x_1 and ∂g_1/∂x_0 differ by 0.25 or more"],
    ),
    (
        "kernel (not symmetric, by entries)",
        {"pair": [0, 1], "values": ["1", "2"], "unequal_pairs": 3, "symmetrisable": "yes", "symmetriser": ["2", "1"]},
        ["W[0,1] = 1 but W[1,0] = 2, and 2 more pairs differ", "diag(2, 1)"],
    ),
    (
        "kernel (not symmetric, by entries)",
        {"pair": [0, 1], "values": ["1", "2"], "unequal_pairs": 1, "symmetrisable": "no", "cycle": [0, 1, 2]},
        ["0 → 1 → 2 → 0"],
    ),
    (
        "kernel (not symmetric, by entries)",
        {"pair": [0, 1], "values": ["1/2", "4503599627370497/9007199254740992"], "unequal_pairs": 1},
        ["the difference is ≈-1.11022e-16, not 0"],
    ),
    (
        "kernel (constant on a segment, by cells)",
        {"kind": "dead", "intervals": [["-∞", "-1"], ["1", "+∞"]], "unbounded": True, "neuron_states": ["-2", "-3/2"]},
        ["(-∞, -1) or (1, +∞)", "unbounded", "-2 and -3/2"],
    ),
    ("kernel (constant on a segment, by growth)", {"kind": "singular everywhere"}, ["vector of ones", "x + R·1"]),
    (
        "kernel (ghost regions, by segment)",
        {"neurons": ["x[0]", "x[2]"], "segment": [["-1", "-1"], ["-1/2", "-1/2"]], "target": ["3", "3"]},
        ["x[0], x[2] go from (-1, -1) to (-1/2, -1/2)", "x⋆ = (3, 3)"],
    ),
    (
        "kernel (constant on a segment, by states)",
        {"kind": "singular", "states": [["1", "1"], ["2", "2"]]},
        ["(1, 1)", "(2, 2)"],
    ),
    ("a_rule_of_tomorrow", {"place": ["1", "2"], "value": "-1/2"}, ["place: (1, 2)", "value: -1/2"]),
]


@pytest.mark.parametrize(("rule", "witness", "expected"), WITNESSES)
def test_a_witness_in_words(rule: str, witness: dict[str, Any], expected: list[str]) -> None:
    said = "\n".join(witness_in_words([rule], witness))
    for part in expected:
        assert part in said


def test_long_vectors_are_shortened() -> None:
    assert vector([str(i) for i in range(1000)]).endswith("7, … 1000 in all)")
    assert len(vector(["1" * 400] * 1000)) < 300


def test_numbers_are_exact_or_marked() -> None:
    assert number("1/3") == "1/3"
    assert number("0") == "0"
    assert number("1" + "0" * 400).lower() == "≈1.00000e+400"
    assert "e-400" in number("1/1" + "0" * 400).lower()
    assert number("[0.25 +/- 1e-9]") == "[0.25 +/- 1e-9]"
    assert len(number("1" * 5000)) < 100
    assert number("12345678901234/3").startswith("≈")


def pattern(index: int, *, radius: str | None = None) -> dict[str, Any]:
    row = {"name": f"p[{index}]", "verdict": "unknown" if radius is None else "pass", "competitor": "p[0]"}
    return row | ({"radius": radius, "distance": "1/8"} if radius else {})


def test_patterns_in_words() -> None:
    rows = [pattern(i, radius=f"{i}/4") for i in (1, 2, 3)] + [pattern(i) for i in range(4, 17)]
    radius = {"smallest": "1/4", "median": "1/2", "largest": "3/4"}
    counts = {"certified": 3, "patterns": 16, "radius": radius, "distance_at_most": "1/8"}
    lines = memories_in_words({"memories": rows} | counts)
    assert lines[0] == "3 of 16 patterns are retrieved, each from a certified ball"
    assert "smallest 0.25, median 0.5" in lines[1]
    assert "at most 0.125" in lines[1]
    assert lines[2] == "not certified: p[4]; worst competitor p[0]"
    assert len(lines) == 2 + 10 + 1
    assert lines[-1] == "and 3 more: --json shows all"


def test_of_very_many_patterns_only_those_left_over_are_listed() -> None:
    rows = [pattern(i) for i in range(12)]
    lines = memories_in_words({"memories": rows, "certified": 0, "patterns": 6000, "unlisted": 5988})
    assert lines[0] == "0 of 6,000 patterns are retrieved, each from a certified ball"
    assert lines[-1] == "and 5,990 more: --json shows 12"


def test_an_exact_memory_is_called_an_equilibrium() -> None:
    radius = dict.fromkeys(("smallest", "median", "largest"), "1/2")
    data = {"memories": [pattern(1, radius="1/2")], "certified": 1, "patterns": 1, "radius": radius}
    assert memories_in_words(data | {"distance_at_most": "0"})[1].endswith("each is an equilibrium")


def test_no_patterns_no_words() -> None:
    assert memories_in_words(None) == memories_in_words({"kind": "dead"}) == []


def test_plain_text_has_no_hidden_characters() -> None:
    assert plain("a\x1b[2J\u202eb\u200b\x9b\tc\r\nd") == "a[2Jb c d"
    assert plain("α ≥ β\nγ", lines=True) == "α ≥ β\nγ"
