"""Rows, losses and what is told of cells, by hand-made numbers: each edge beside what lies past it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker.cells import Cells, Ends
from hopverify.checker.rules import basin_cells, judge
from hopverify.checker.rules.basin_cells import (
    Row,
    _drawn_back,
    _is_definite,
    _is_power_of_two,
    _multiples,
    _reach,
    losses_of,
    read_row,
)
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.structured import structured_network
from hopverify.obligations import BasinCells, Outcome
from hopverify.spec import ExactArray, parse_spec
from hopverify.verdict import Reason

INF = np.inf
EXACT = {"method": "exact"}
CELL = {
    "unit": "1/4",
    "lower": [4, 4],
    "upper": [8, None],
    "inner": None,
    "flips": 0,
    "rest": None,
    "definiteness": EXACT,
}


def obligation(count: int = 1, flips: int = 0, at_least: int = 1, weight: int = 2) -> BasinCells:
    """Return what is asked of x = (2 tanh x₁, 2 tanh x₂): its equilibrium (1.915, 1.915) lies in [1, 2] x [1, ∞)."""
    body = (
        "layers: {x: {size: 2, lagrangian: tanh}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: [[{weight}, 0], [0, {weight}]]}}}}\n"
    )
    model = build_model(parse_spec(f"hopverify: 1\nname: cells\n{body}"))
    network = structured_network(model)
    assert network is not None
    patterns = ExactArray.of([[Fraction(3, 2), Fraction(2)]] * count)
    labels = tuple(f"m[{k}]" for k in range(count))
    return BasinCells(model, network, "m", patterns, "x", labels, at_least, flips)


def judged(asked: BasinCells, *rows: Any) -> Any:
    return judge(asked, {"rule": "basin_cells", "cells": list(rows)})


# ------------------------------------------------------------------ rows


def test_a_row_is_read_exactly() -> None:
    row = read_row(3, CELL, 2)
    assert (row.pattern, row.flips, row.definiteness) == (3, 0, EXACT)
    assert (row.lower.tolist(), row.upper.tolist()) == ([1, 1], [2, INF])
    assert [ends.tolist() for ends in row.inner] == [[1, 1], [2, INF]]
    row = read_row(0, CELL | {"flips": 2, "inner": [[5, 6], [5, None]]}, 2)
    assert row.flips == 2
    assert [ends.tolist() for ends in row.inner] == [[1.25, 1.5], [1.25, INF]]


@pytest.mark.parametrize(
    "change",
    [
        {"flips": 3, "inner": [[4, 4], [8, None]]},
        {"flips": 1, "inner": [[3, 4], [8, None]]},
        {"flips": 1, "inner": [[4, 4], [9, None]]},
        {"flips": 1, "inner": [[6, 4], [5, None]]},
        {"flips": 1, "inner": [[4, 4], [None, None]]},
        {"flips": 1, "inner": [[4, 4]]},
        {"flips": 1, "inner": [[4, 4], [8, None], [8, None]]},
        {"flips": 1, "inner": {"lower": [4, 4], "upper": [8, None]}},
        {"flips": 1, "inner": [[4], [8, None]]},
        {"upper": [3, None]},
    ],
)
def test_smaller_boxes_lie_within_their_cells(change: Mapping[str, Any]) -> None:
    read_row(0, CELL | {"flips": 2, "inner": [[4, 4], [8, None]]}, 2)
    with pytest.raises(EvidenceRejected):
        read_row(0, CELL | change, 2)


def test_rows_are_mappings_with_their_keys() -> None:
    for wrong in (list(CELL), [], {}, 3, {key: value for key, value in CELL.items() if key != "inner"}):
        with pytest.raises(EvidenceRejected, match="expected rows with the keys"):
            read_row(0, wrong, 2)


def test_units_are_powers_of_two_that_doubles_hold() -> None:
    for power in (-1074, -1, 0, 1, 1023):
        assert _is_power_of_two(Fraction(2) ** power)
    wrong = (Fraction(2) ** -1075, Fraction(2) ** 1024, Fraction(3), Fraction(3, 4), Fraction(1, 3), Fraction(0))
    assert not any(map(_is_power_of_two, wrong))


def test_multiples_are_whole_and_below_two_to_fifty() -> None:
    most = 2**50 - 1
    found = _multiples([most, -most, 3, None], Fraction(1, 4), 4, "lower")
    assert found.tolist() == [most / 4, -most / 4, 0.75, -INF]
    assert _multiples([None], Fraction(1), 1, "upper").tolist() == [INF]
    for wrong in ([2**50], [-(2**50)], [1.0], [True], ["1"], [1, 1], [], (1,)):
        with pytest.raises(EvidenceRejected):
            _multiples(wrong, Fraction(1), 1, "lower")


# ------------------------------------------------------------------ conditions


@pytest.mark.parametrize(
    ("lower", "upper", "loss", "held"),
    [
        (1.0, 3.0, 0.5, True),
        (1.0, 2.0, np.nextafter(1.0, 0), True),
        # One rounding away from the end of the smaller box [0, 4] is not certainly inside.
        (1.0, 2.0, 1.0, False),
        (2.0, 3.0, 1.0, False),
        # At its end is not inside.
        (2.0**-1074, 3.0, 0.0, False),
        (1.0, np.nextafter(4.0, 0), 0.0, False),
        (-INF, 3.0, 0.5, False),
    ],
)
def test_flipped_neurons_are_drawn_strictly_inside(lower: float, upper: float, loss: float, held: bool) -> None:
    """With bounds of the targets over the smaller box given."""
    asked: list[Ends] = []

    def targets(gamma: Ends) -> Ends:
        asked.append(gamma)
        return Ends(np.array([[lower]]), np.array([[upper]]))

    cells = cast(Cells, SimpleNamespace(activated=lambda ends: ends, targets=targets))
    found = _drawn_back(cells, [(np.array([0.0]), np.array([4.0]))], [np.array([loss])])
    assert found.tolist() == [held]
    assert (asked[0].lower.tolist(), asked[0].upper.tolist()) == ([[0.0]], [[4.0]])


def test_rows_without_flips_ask_for_no_losses() -> None:
    outer = (np.array([-9.0]), np.array([9.0]))
    assert _drawn_back(cast(Cells, None), [], []).tolist() == []
    assert losses_of(cast(Cells, None), "x", [Row(0, *outer, outer, 0, outer, None)]) == {}


def test_a_diagonal_and_its_evidence_decide() -> None:
    cells = Cells(obligation().network)
    assert _is_definite(cells, np.array([2.5, INF]), EXACT)
    # W has no row where h̄ = 0.
    assert _is_definite(cells, np.array([INF, INF]), EXACT)
    for diagonal, evidence in (([2.0, 3.0], EXACT), ([0.5, 3.0], EXACT), ([2.5, 3.0], {"method": "never"})):
        assert not _is_definite(cells, np.array(diagonal), evidence)
    # ρ/h̄ is positive; what more is needed is for the form to say.
    alone = Cells(obligation(weight=-2).network)
    assert _is_definite(alone, np.array([0.5, 0.5]), EXACT)
    assert not _is_definite(alone, np.array([0.5, 0.0]), EXACT)


# ------------------------------------------------------------------ judgements


def test_what_is_told_of_all_cells() -> None:
    # From 1.5 to the ends of [1, 2] it is a half, but for the rounding that is allowed for.
    told = {"name": "m[0]", "verdict": "pass", "flips": 0, "half_infinite": 1}
    found = judged(obligation(), CELL)
    assert found.outcome is Outcome.PROVED
    assert found.data == {
        "certified": 1,
        "patterns": 1,
        "neurons": 2,
        "cells": [told | {"nearest_end": "32767/65536"}],
    }
    found = judged(obligation(), None)
    assert (found.outcome, found.reason) == (Outcome.OPEN, Reason.NOT_STORED)
    assert found.data["cells"] == [{"name": "m[0]", "verdict": "unknown", "why": "none"}]
    assert (found.data["certified"], found.data["patterns"]) == (0, 1)


@pytest.mark.parametrize("together", [1, 2, 4, 100])
def test_boxes_are_taken_some_at_a_time(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basin_cells, "TOGETHER", together)
    found = judged(obligation(5, at_least=2), CELL, None, None, None, CELL)
    assert [row["verdict"] for row in found.data["cells"]] == ["pass", "unknown", "unknown", "unknown", "pass"]
    # All five are copies of one pattern.
    assert found.outcome is Outcome.OPEN
    assert judged(obligation(5, at_least=1), CELL, None, None, None, CELL).outcome is Outcome.PROVED
    assert judged(obligation(5, at_least=5), *[CELL] * 5).outcome is Outcome.PROVED
    # The targets leave the box, or the form is not shown to be definite.
    for wrong in (CELL | {"lower": [0, 4], "upper": [1, None]}, CELL | {"definiteness": {}}):
        with pytest.raises(EvidenceRejected, match=r"do not hold for the boxes of m\[2\]"):
            judged(obligation(5), CELL, None, wrong, CELL, None)


def test_cells_with_fewer_flips_than_asked_for_do_not_count() -> None:
    """Where the second neuron is any number, the first stays: they are not joined."""
    flipped = CELL | {"flips": 1, "lower": [None, None], "upper": [None, None], "inner": [[None, None], [None, None]]}
    assert judged(obligation(flips=0), CELL).outcome is Outcome.PROVED
    found = judged(obligation(flips=1), CELL)
    assert (found.outcome, found.data["cells"][0]["why"]) == (Outcome.OPEN, "flips")
    # The whole space is no cell: it holds three equilibria.
    with pytest.raises(EvidenceRejected, match="do not hold"):
        judged(obligation(flips=1), flipped)


def test_the_equilibrium_is_the_pattern_s_own() -> None:
    """The activation of (1.5, 2) is 0.90 and 0.96; at rest they are 0.958, and on the cell between 0.76 and 1."""
    asked = obligation()
    tight = CELL | {"unit": "1/1024", "lower": [1024, 1024], "upper": [2048, None], "rest": [[1950] * 2, [1970] * 2]}
    assert judged(asked, tight).outcome is Outcome.PROVED
    # A box that does not hold the equilibrium.
    with pytest.raises(EvidenceRejected, match="do not hold"):
        judged(asked, tight | {"rest": [[1970] * 2, [1990] * 2]})
    for wrong in ([[1000] * 2, [1970] * 2], [[1970] * 2, [1950] * 2], [[1950] * 2], [[1950] * 3, [1970] * 3]):
        with pytest.raises(EvidenceRejected, match=r"rest|lower"):
            judged(asked, tight | {"rest": wrong})
    # A pattern that lies in the cell, but nearer to the layer without synapses than to the equilibrium.
    far = replace(asked, patterns=ExactArray.of([[Fraction(9, 8), Fraction(-1, 2)]]))
    found = judged(far, tight | {"lower": [1024, 1024]})
    assert (found.outcome, found.data["cells"][0]["why"]) == (Outcome.OPEN, "far")
    assert found.data["cells"][0]["rival"] == "the layer without synapses"
    outside = replace(asked, patterns=ExactArray.of([[Fraction(7, 8), Fraction(2)]]))
    assert judged(outside, tight).data["cells"][0]["why"] == "outside"


def test_lists_of_cells_have_one_for_each_pattern() -> None:
    for wrong in ([], [CELL, CELL], {"m[0]": CELL}):
        with pytest.raises(EvidenceRejected, match="cells: expected one for each of 1 patterns"):
            judge(obligation(), {"rule": "basin_cells", "cells": wrong})


# ------------------------------------------------------------------ what is told


def reach(pattern: list[float], lower: list[float], upper: list[float]) -> dict[str, str]:
    return _reach(*(np.array(numbers) for numbers in (pattern, pattern, lower, upper)))


def test_the_nearest_end_is_told() -> None:
    assert reach([0.0, 2.0], [-4.0, -INF], [8.0, INF]) == {"nearest_end": f"{4 * 2**16 - 1}/65536"}
    assert reach([0.0], [0.0], [INF]) == {"nearest_end": "0"}
    assert reach([0.0], [-INF], [INF]) == {}
    assert reach([5.0], [0.0], [4.0]) == {}
    assert reach([-1.0], [0.0], [4.0]) == {}


def test_what_rounding_may_hide_is_not_said_to_be_inside() -> None:
    """The pattern 2⁴⁷ may have been rounded: within 2⁻⁴⁸ of it an end may lie on either side."""
    large = 2.0**47
    for gap, inside in ((0.5, False), (0.5 + 2.0**-5, True)):
        assert bool(reach([large], [large - gap], [INF])) is inside
        assert bool(reach([-large], [-INF], [-large + gap])) is inside
