"""Cells: where terms have kinks, what they are between them, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.kernel import language
from hopverify.kernel.cells import MAX_CELLS, Cell, cells
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected

X = ["state"]
CLIP = ["min", ["max", X, "-1"], "1"]


def of(*documents: Any) -> tuple[Cell, ...]:
    return cells(*(language.read(document, "here") for document in documents))


@pytest.mark.parametrize(
    ("document", "kinks"),
    [
        (["tanh", X], []),
        (["relu", X], ["0"]),
        (CLIP, ["-1", "1"]),
        (["step", ["subtract", "1/2", ["divide", X, "3"]]], ["3/2"]),
        (["abs", ["subtract", ["power", X, "2"], "4"]], ["-2", "2"]),
        (["abs", ["multiply", X, ["add", ["multiply", X, X], "1"]]], ["0"]),
        (["relu", ["add", ["multiply", X, X], "1"]], []),
        (["relu", ["negate", ["relu", X]]], ["0"]),
        (["sign", ["subtract", ["abs", X], "1"]], ["-1", "0", "1"]),
        (["add", ["relu", X], ["exp", ["kink", ["subtract", X, "1"]]]], ["0", "1"]),
        (["relu", "-1"], []),
        (["max", X, X], []),
    ],
)
def test_a_term_is_what_it_is_on_each_cell(document: Any, kinks: list[str]) -> None:
    """Cells lie side by side from -∞ to ∞, and inside each the term has its own values."""
    found = of(document)
    assert [cell.low for cell in found] == [None, *map(Fraction, kinks)]
    assert [cell.high for cell in found] == [*map(Fraction, kinks), None]
    term = language.read(document, "here")
    for cell in found:
        text = str(language.write(cell.terms[0]))
        assert not any(f"'{name}'" in text for name in ("relu", "abs", "sign", "step", "kink", "max", "min"))
        at = {("state", ""): ball(cell.inside)}
        assert abs(evaluate(term, at) - evaluate(cell.terms[0], at)) < arb(2) ** -30


def test_terms_have_the_cells_of_all() -> None:
    assert [cell.high for cell in of(["relu", X], ["abs", ["subtract", X, "1"]])] == [0, 1, None]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (["relu", ["subtract", ["power", X, "2"], "2"]], "irrational"),
        (["relu", ["tanh", X]], "is a tanh"),
        (["relu", ["divide", "1", X]], "a quotient"),
        (["relu", ["divide", X, "0"]], "a quotient"),
        (["relu", ["power", X, "65"]], "degree at most 64"),
        (["relu", ["power", X, "1/2"]], "degree at most 64"),
        (["relu", ["multiply", ["power", X, "60"], ["power", X, "5"]]], "degree at most 64"),
        (["relu", ["add", X, ["array", "a"]]], "an array"),
        (["relu", ["pi"]], "is a pi"),
        (["step", ["subtract", X, X]], "step of 0"),
    ],
)
def test_what_has_no_cells_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        of(document)


def test_the_number_of_cells_is_bounded() -> None:
    steps = [["relu", ["subtract", X, str(k)]] for k in range(MAX_CELLS)]
    with pytest.raises(Rejected, match=f"more than {MAX_CELLS} cells"):
        of(*steps)
