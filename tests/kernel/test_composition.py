"""What composition tells of terms, and what it does not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import language
from hopverify.kernel.composition import judge
from hopverify.kernel.functions import precision
from hopverify.kernel.intervals import Range, between
from hopverify.kernel.known import ALIKE, STEADY, STILL, Known
from hopverify.kernel.terms import Place, Shape

X, A, M, S = ["state"], ["array", "a"], ["array", "M"], ["array", "s"]
C = ["subtract", X, ["mean", X]]
FIRST, SECOND = (["index", X, place] for place in "01")
PLACES: dict[Place, Shape] = {
    ("state", ""): (3,),
    ("array", "a"): (3,),
    ("array", "M"): (3, 3),
    ("array", "s"): (),
}
LINE: dict[Place, Shape] = {("state", ""): ()}


def known(document: Any, places: dict[Place, Shape] = PLACES, extended: bool = False, **given: Range) -> Known:
    held = {("array", name): each for name, each in given.items()}
    with precision():
        return judge(language.read(document, ""), places, held, extended)


FLAGS = ("lipschitz", "analytic", "convex", "concave", "strict", "injective", "squares", "log_convex")


def told(document: Any) -> str:
    found = known(document)
    return " ".join(name for name in FLAGS if getattr(found, name))


SMOOTH = "lipschitz analytic"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("3", f"{SMOOTH} convex concave squares log_convex"),
        ("-3", f"{SMOOTH} convex concave"),
        (A, f"{SMOOTH} convex concave"),
        (["size", X], f"{SMOOTH} convex concave squares log_convex"),
        (["sqrt", "0"], "lipschitz convex concave squares"),
        (["sqrt", "-1"], "convex concave squares"),
        (["power", "0", "1/2"], "lipschitz convex concave squares"),
        (["power", "-1", "1/2"], "convex concave squares"),
        (["power", "0", "-1/2"], "convex concave"),
        (X, f"{SMOOTH} convex concave injective"),
        (["negate", X], f"{SMOOTH} convex concave injective"),
        (["add", ["multiply", "2", X], A], f"{SMOOTH} convex concave injective"),
        (["subtract", A, X], f"{SMOOTH} convex concave injective"),
        (["subtract", X, A], f"{SMOOTH} convex concave injective"),
        (["multiply", X, "-2"], f"{SMOOTH} convex concave injective"),
        (["multiply", X, A], f"{SMOOTH} convex concave"),
        (["divide", X, "-2"], f"{SMOOTH} convex concave injective"),
        (["divide", X, A], ""),
        (["divide", "1", X], ""),
        (["divide", FIRST, ["add", "1", ["power", FIRST, "2"]]], SMOOTH),
        (["multiply", FIRST, SECOND], SMOOTH),
        (["multiply", ["exp", FIRST], ["exp", SECOND]], f"{SMOOTH} log_convex"),
        (["multiply", A, ["exp", X]], SMOOTH),
        (["multiply", "0", ["power", X, "2"]], f"{SMOOTH} convex squares"),
        (["add", ["exp", FIRST], ["log1p", ["exp", SECOND]]], SMOOTH),
        (["sum", X], f"{SMOOTH} convex concave"),
        (["mean", ["exp", X]], f"{SMOOTH} convex log_convex"),
        (["dot", X, X], f"{SMOOTH} convex strict squares"),
        (["dot", C, C], f"{SMOOTH} convex squares"),
        (["sum", ["multiply", X, X]], f"{SMOOTH} convex strict squares"),
        (["divide", ["sum", ["power", X, "2"]], "2"], f"{SMOOTH} convex strict squares"),
        (["sum", ["multiply", A, ["power", X, "2"]]], SMOOTH),
        (["dot", A, X], f"{SMOOTH} convex concave"),
        (["dot", X, C], SMOOTH),
        (["dot", ["relu", X], ["relu", X]], "lipschitz convex squares"),
        (["power", X, "1"], f"{SMOOTH} convex concave injective"),
        (["power", X, "4"], f"{SMOOTH} convex"),
        (["power", X, "3"], SMOOTH),
        (["power", ["exp", X], "3"], f"{SMOOTH} convex log_convex"),
        (["power", ["abs", X], "3/2"], "lipschitz convex"),
        (["power", ["abs", X], "1/2"], ""),
        (["power", X, "3/2"], ""),
        (["power", X, "-2"], ""),
        (["power", ["add", "1", ["power", X, "2"]], "-2"], SMOOTH),
        (["power", ["negate", ["cosh", X]], "-1"], SMOOTH),
        (["power", ["subtract", "-1", ["cosh", X]], "-1"], SMOOTH),
        (["power", ["sech", X], "-1"], SMOOTH),
        (["power", ["add", "1", ["power", X, "2"]], "3/2"], f"{SMOOTH} convex"),
        (["power", ["cosh", X], "-1/2"], SMOOTH),
        (["relu", X], "lipschitz convex"),
        (["relu", ["exp", X]], f"{SMOOTH} convex"),
        (["abs", ["subtract", X, "1"]], "lipschitz convex"),
        (["step", X], ""),
        (["step", ["exp", X]], SMOOTH),
        (["tanh", X], SMOOTH),
        (["tanh", ["exp", X]], SMOOTH),
        (["tanh", ["negate", ["exp", X]]], SMOOTH),
        (["log", ["sum", ["exp", X]]], f"{SMOOTH} convex"),
        (["log", ["sum", ["cosh", X]]], f"{SMOOTH} convex"),
        (["log", ["add", "1", ["exp", ["power", X, "2"]]]], f"{SMOOTH} convex"),
        (["log", ["add", "1", ["power", X, "2"]]], SMOOTH),
        (["log", X], "concave"),
        (["log1p", ["relu", X]], "lipschitz"),
        (["sqrt", ["add", "1", ["dot", X, X]]], f"{SMOOTH} convex"),
        (["sqrt", ["add", "1", ["sum", X]]], "concave"),
        (["sqrt", ["dot", X, X]], "convex"),
        (["norm", X, "0"], "lipschitz convex"),
        (["norm", X, "1"], f"{SMOOTH} convex strict"),
        (["norm", C, "1"], f"{SMOOTH} convex"),
        (["norm", X, ["dot", C, C]], "convex"),
        (["norm", X, "-1"], ""),
        (["norm", ["tanh", X], "1"], SMOOTH),
        (["variance", X], f"{SMOOTH} convex squares"),
        (["variance", ["exp", X]], SMOOTH),
        (["logsumexp", ["multiply", "4", X]], f"{SMOOTH} convex"),
        (["logsumexp", ["negate", ["exp", X]]], SMOOTH),
        (["ghost_logsumexp", X], f"{SMOOTH} convex strict"),
        (["ghost_logsumexp", ["matmul", M, X]], f"{SMOOTH} convex"),
        (["ghostmax", X], SMOOTH),
        (["entmax_conjugate", X, "3/2"], "lipschitz convex"),
        (["entmax_conjugate", X, "3"], "convex"),
        (["normmax", X, "2"], "lipschitz"),
        (["max", FIRST, SECOND], "lipschitz convex"),
        (["min", FIRST, SECOND], "lipschitz concave"),
        (["matmul", M, X], f"{SMOOTH} convex concave"),
        (["matmul", ["stack", X, X], X], SMOOTH),
        (["sum", ["concatenate", ["exp", X], X]], f"{SMOOTH} convex"),
        (["sum", ["slice", ["negate", ["exp", X]], "0", "2"]], f"{SMOOTH} concave"),
        (["masked_softmax", M, ["stack", X, X, X]], SMOOTH),
        (["masked_logsumexp", M, ["stack", X, X, X]], SMOOTH),
    ],
)  # fmt: skip
def test_what_is_told(document: Any, expected: str) -> None:
    assert told(document) == expected


def test_ranges_of_arrays() -> None:
    positive, negative = between(Fraction(0), None), between(None, Fraction(0))
    assert known(["sum", ["multiply", A, ["power", X, "2"]]], a=positive).strict
    assert known(["multiply", A, ["exp", X]], a=positive).log_convex
    assert known(["multiply", A, ["exp", X]], a=negative).concave
    assert known(["matmul", M, ["exp", X]], M=positive).convex
    assert known(["divide", X, A], a=positive).injective
    assert not known(["log", A]).lipschitz
    assert known(["log", A], a=positive).lipschitz


@pytest.mark.parametrize(
    ("document", "degree"),
    [
        (["add", ["multiply", X, X], "1"], 2),
        (["divide", ["power", X, "3"], "2"], 3),
        (["divide", X, A], None),
        (["variance", ["stack", FIRST, SECOND]], 2),
        (["column_squares", M], 0),
        (["column_squares", ["stack", X]], 2),
        (["dot", X, ["matmul", M, X]], 2),
        (["power", X, "1/2"], None),
        (["add", ["exp", X], X], None),
        (["relu", X], None),
    ],
)
def test_degrees(document: Any, degree: int | None) -> None:
    assert known(document).degree == degree


@pytest.mark.parametrize(
    ("document", "shift"),
    [
        (X, ALIKE),
        (C, STILL),
        (A, STILL),
        (["exp", C], STILL),
        (["exp", X], None),
        (["add", ["exp", X], X], None),
        (["subtract", X, A], ALIKE),
        (["subtract", X, X], ALIKE),
        (["variance", X], STILL),
        (["softmax", ["multiply", "3", X]], STILL),
        (["softmax", ["multiply", A, X]], None),
        (["ghostmax", X], None),
        (["logsumexp", ["divide", X, S]], ALIKE),
        (["logsumexp", ["multiply", X, A]], None),
        (["entmax_conjugate", X, "2"], ALIKE),
        (["sum", ["multiply", A, X]], ALIKE),
        (["mean", X], ALIKE),
        (["index", ["multiply", A, X], "0"], ALIKE),
        (["index", ["stack", ["multiply", A, X], X], "0"], STEADY),
        (["transpose", ["stack", X]], STEADY),
        (["negate", ["slice", X, "0", "2"]], ALIKE),
        (["concatenate", X, ["multiply", "2", X]], STEADY),
        (["add", ["multiply", A, X], X], STEADY),
        (["dot", A, X], ALIKE),
        (["dot", X, A], ALIKE),
        (["dot", X, X], None),
        (["matmul", M, X], STEADY),
        (["multiply", X, X], None),
        (["divide", S, X], None),
        (["divide", X, A], STEADY),
        (["multiply", C, FIRST], None),
    ],
)
def test_shifts(document: Any, shift: int | None) -> None:
    positive = between(Fraction(0), None)
    assert known(document, a=positive, s=positive).shift == shift


APART = ["subtract", FIRST, SECOND]
SOFTSIGN = ["subtract", ["sign", X], ["divide", ["sign", X], ["add", "1", ["abs", X]]]]


@pytest.mark.parametrize(
    ("document", "joins"),
    [
        (SOFTSIGN, True),
        (["matmul", ["array", "M"], SOFTSIGN], True),
        (["multiply", ["relu", X], ["step", X]], True),
        (["multiply", ["relu", ["tanh", X]], ["step", ["tanh", X]]], True),
        (["multiply", ["unit", X, "0"], ["multiply", ["relu", APART], ["step", APART]]], True),
        (["multiply", ["multiply", ["unit", X, "0"], ["relu", APART]], ["step", APART]], True),
        (["multiply", ["divide", ["negate", ["multiply", A, ["relu", APART]]], "3"], ["step", APART]], True),
        (["multiply", ["divide", ["relu", APART], ["norm", X, "1"]], ["step", APART]], False),
        (["multiply", ["divide", ["multiply", A, ["relu", APART]], "0"], ["step", APART]], False),
        (["multiply", ["multiply", ["step", FIRST], ["relu", APART]], ["step", APART]], False),
        (["multiply", ["relu", APART], ["step", ["subtract", SECOND, FIRST]]], False),
        (["multiply", ["relu", APART], ["multiply", ["step", APART], FIRST]], True),
        (["multiply", ["add", "1", ["relu", APART]], ["step", APART]], False),
        (["multiply", ["multiply", ["ones", X], ["relu", X]], ["step", X]], True),
        (["step", X], False),
        (["multiply", X, ["step", ["subtract", X, "1"]]], False),
        (["multiply", ["exp", X], ["step", ["subtract", X, "1"]]], False),
        (["multiply", ["relu", ["log", X]], ["step", ["log", X]]], False),
        (["multiply", ["relu", X], ["step", C]], False),
        (["multiply", ["sqrt", ["relu", X]], ["step", X]], False),
        (["matmul", M, ["step", X]], False),
    ],
)
def test_pieces_that_join(document: Any, joins: bool) -> None:
    assert not known(document).lipschitz
    assert known(document, extended=True).lipschitz == joins
