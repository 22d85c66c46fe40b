"""What readers are told of patterns that are stored, or lack something."""

from __future__ import annotations

from typing import Any

from hopverify.checker.patterns import told_of_patterns
from hopverify.kernel.claims import Claim

LABELS = ("m[0]", "m[1] (b)")
ROW: dict[str, Any] = {"x": ["1"], "stability": "stable", "apart": "1", "limit": ["2", "3"], "rival": 1, "wrong": 0}


def told(row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    rows = [row, {"stored": False}]
    claim = Claim("stored patterns", {"memory": "m", "errors": 0, "at_least": 0, "patterns": rows, **fields})
    return told_of_patterns(claim, LABELS, range(2))


def first(**change: Any) -> dict[str, Any]:
    found: dict[str, Any] = told(ROW | {"stored": False} | change)["memories"][0]
    return {key: value for key, value in found.items() if key not in ("name", "verdict", "stability")}


def test_patterns_have_their_labels() -> None:
    found = told(ROW | {"stored": True, "distance": "1/2", "flat": {"region": {}, "layers": {"x": "x + R·1"}}})
    assert {key: found[key] for key in ("certified", "patterns", "norm")} == {
        "certified": 1,
        "patterns": 2,
        "norm": "largest coordinate",
    }
    assert found["memories"] == [
        {
            "name": "m[0]",
            "verdict": "pass",
            "stability": "stable",
            "distance_at_most": "1/2",
            "flat_region": {"x": "x + R·1"},
        },
        {"name": "m[1] (b)", "verdict": "unknown", "why": "none"},
    ]


def test_what_a_pattern_lacks_is_told() -> None:
    assert first(apart="2") == {"why": "far", "distance": "2", "limit": "2", "rival": "m[1] (b)"}
    assert first(apart="2", rival=None)["rival"] == "the layer without synapses"
    assert first(wrong=1) == {"why": "signs", "wrong": 1}
    assert first(stability="unstable") == {"why": "stability"}
    row = {"x": ["1"], "stability": "stable", "stored": False}
    assert told(row)["memories"][0] == {
        "name": "m[0]",
        "verdict": "unknown",
        "stability": "stable",
        "why": "far",
        "distance": "inf",
    }


RETRIEVED: dict[str, Any] = {"x": [["1", "2"]], "apart": "1", "limit": ["2", "3"], "rival": None, "distance": "1/8"}


def cells(row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    rows = [row, {"retrieved": False}]
    about = {"memory": "m", "errors": 0, "flips": 0, "at_least": 0, "patterns": rows, **fields}
    return told_of_patterns(Claim("retrieved patterns", about), LABELS, range(2))


def test_cells_are_told_by_their_reach() -> None:
    held = {"cell": [["0", None], ["1", "2"], [None, "1"]], "nearest_end": "1/4", "flips": {"neurons": 3, "box": []}}
    own = {"name": "m[0]", "verdict": "pass", "distance_at_most": "1/8"}
    found = cells(RETRIEVED | held | {"retrieved": True})
    assert found["cells"][0] == own | {"flips": 3, "half_infinite": 1, "nearest_end": "1/4"}
    assert found["cells"][1] == {"name": "m[1] (b)", "verdict": "unknown", "why": "none"}
    assert (found["certified"], found["patterns"], found["neurons"]) == (1, 2, 2)
    everywhere = cells(RETRIEVED | {"retrieved": True}, basin="all states")
    assert (everywhere["cells"][0], everywhere["basin"]) == (own, "all states")


def test_what_a_cell_lacks_is_told() -> None:
    def why(**change: Any) -> Any:
        return cells(RETRIEVED | {"cell": [["0", None]], "retrieved": False} | change)["cells"][0]["why"]

    assert why(nearest_end="1") == "flips"
    assert why() == "outside"
    assert why(apart="2") == "far"
    assert why(wrong=1) == "signs"


def test_too_few_are_counted() -> None:
    fields = {"memory": "m", "errors": 0, "at_least": 3, "equilibria": 2, "most": 1}
    assert told_of_patterns(Claim("too few stored patterns", fields), LABELS, range(2)) == {
        "all_equilibria": 2,
        "owned_at_most": 1,
        "asked": 3,
    }
