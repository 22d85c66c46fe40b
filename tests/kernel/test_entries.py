"""Entries of lists of equilibria are read strictly, and boxes compared in rationals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.entries import are_apart, holds, read_box, read_entries
from hopverify.kernel.numbers import Rejected

POINT = {"x": ["0", "1/2"]}
BOX = {"x": [["0", "1"], ["1/2", "2"]]}
LINE = {"x": ["0", "1"], "dimension": 1, "cell": [[None, "1"], ["1", "1"]]}


def test_points_boxes_and_continua() -> None:
    point, box, line = read_entries([POINT, BOX, {**LINE, "ends": [["0", "1"], ["1", "1"]]}], 2, "list")
    assert point.exact
    assert point.point == [0, Fraction(1, 2)]
    assert point.extent == ((0, 0), (Fraction(1, 2), Fraction(1, 2)))
    assert not box.exact
    assert all(u.contains(1) for u in box.ball)
    assert line.dimension == 1
    assert line.extent == ((None, 1), (1, 1))
    assert line.tips == ((0, 1), (1, 1))


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"x": ["0"]}, "the states of 2 neurons"),
        ({"x": ["0", ["0", "1"]]}, "expected a list"),
        ({"x": [["0", "0"], ["0", "1"]]}, "two ends, the lower one first"),
        ({"x": [["0", None], ["0", "1"]]}, "two ends, the lower one first"),
        ({"x": [["0", "1", "2"], ["0", "1"]]}, "pairs of ends"),
        ({"x": [["1", "0"], ["0", "1"]]}, "above the upper one"),
        ({**POINT, "cell": []}, "those of a continuum"),
        ({**POINT, "dimension": 1}, "a continuum has a cell"),
        ({**LINE, "x": BOX["x"]}, "a continuum has a cell"),
        ({**LINE, "dimension": 0}, "whole number"),
        ({**LINE, "stable": True}, "unknown keys"),
    ],
)
def test_entries_that_are_refused(entry: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read_entries([entry], 2, "list")


def test_boxes_are_compared() -> None:
    def box(*pairs: list[str | None]) -> Any:
        return read_box(list(pairs), len(pairs), "box")

    one, other, beyond = box(["0", "1"]), box(["1", "2"]), box(["3", None])
    assert not are_apart(one, other)
    assert are_apart(one, other, touching=True)
    assert are_apart(other, one, touching=True)
    assert are_apart(one, beyond)
    assert not are_apart(beyond, box([None, None]))
    assert not are_apart(box(["1", "1"]), other, touching=True)
    assert holds(box([None, "2"]), one)
    assert not holds(one, other)
    assert not holds(one, beyond)
    assert not holds(one, box([None, "1"]))
