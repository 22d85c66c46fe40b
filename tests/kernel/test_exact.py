"""Values in rational arithmetic, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import language
from hopverify.kernel.arrays import Array
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.exact import RATIONALS, exact
from hopverify.kernel.numbers import Rejected
from tests.kernel.accepting import layer

X = ["state"]
PAIR = ["stack", X, "3"]


def value(document: Any, x: Any = Fraction(2)) -> Any:
    return evaluate(language.read(document, ""), {("state", ""): x}, RATIONALS)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (["add", ["negate", X], "1/2"], "-3/2"),
        (["subtract", X, ["multiply", X, X]], "-2"),
        (["divide", X, "3"], "2/3"),
        (["max", X, ["min", X, "1"]], "2"),
        (["relu", ["negate", X]], "0"),
        (["abs", ["negate", X]], "2"),
        (["sign", ["negate", X]], "-1"),
        (["step", X], "1"),
        (["step", ["negate", X]], "0"),
        (["sign", X], "1"),
        (["kink", X], "0"),
        (["sqrt", ["multiply", X, "2"]], "2"),
        (["power", X, "-2"], "1/4"),
        (["power", ["multiply", X, "2"], "3/2"], "8"),
        (["exp", ["subtract", X, "2"]], "1"),
        (["tanh", ["subtract", X, "2"]], "0"),
        (["sigmoid", ["subtract", X, "2"]], "1/2"),
        (["log", ["subtract", X, "1"]], "0"),
        (["sum", PAIR], "5"),
        (["mean", PAIR], "5/2"),
        (["size", PAIR], "2"),
        (["variance", PAIR], "1/4"),
        (["norm", ["stack", X, "3"], "3"], "4"),
        (["dot", PAIR, PAIR], "13"),
        (["sum", ["ones", PAIR]], "2"),
        (["sum", ["matmul", ["transpose", ["stack", PAIR]], ["stack", "2"]]], "10"),
        (["sum", ["index", ["matmul", ["stack", PAIR], ["stack", PAIR, PAIR]], "0"]], "25"),
        (["sum", ["concatenate", PAIR, PAIR]], "10"),
        (["sum", ["slice", PAIR, "1", "2"]], "3"),
        (["index", ["softmax", ["stack", X, "2"]], "1"], "1/2"),
        (["index", ["unit", PAIR, "1"], "1"], "1"),
        (["index", ["entmax", ["stack", X, "3", "0", "0"], "2"], "1"], "1"),
        (["index", ["entmax", ["stack", X, "5/2", "0"], "2"], "0"], "1/4"),
    ],
)
def test_values(document: Any, expected: str) -> None:
    assert value(document) == Fraction(expected)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (["exp", X], "exp is known to be rational at 0 only"),
        (["log", X], "log is known to be rational at 1 only"),
        (["sqrt", X], "a square root is irrational"),
        (["sqrt", ["negate", X]], "a square root is irrational"),
        (["step", ["subtract", X, "2"]], "step of 0 has no single value"),
        (["divide", "1", ["subtract", X, "2"]], "division by 0"),
        (["power", ["subtract", X, "2"], "-1"], "division by 0"),
        (["power", X, "1/3"], "not known to be rational"),
        (["power", X, "1000000000"], "too many digits"),
        (["softmax", PAIR], "exp is known to be rational at 0 only"),
        (["pi"], "pi has no values here that are known"),
        (["entmax", PAIR, "3/2"], "only sparsemax"),
    ],
)
def test_what_is_not_known(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        value(document)


def test_arrays_of_a_core() -> None:
    entries = {"a": ((2,), (1, 2)), "M": ((2, 2), (1, 0, 3, 4)), "b": ((), (5,))}
    arrays = {name: Array(shape, [Fraction(each) for each in held]) for name, (shape, held) in entries.items()}
    core = replace(layer("size: 2, lagrangian: relu"), arrays=arrays)
    a, M, b = (["array", name] for name in entries)
    term = language.read(["add", ["dot", a, X], ["multiply", b, ["sum", ["matmul", M, X]]]], "")
    assert exact(core, term, [Fraction(1), Fraction(1)]) == 3 + 8 * 5
