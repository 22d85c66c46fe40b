"""Terms: what JSON stands for, shapes, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.kernel import functions, language, terms
from hopverify.kernel.numbers import Rejected, rational

PLACES: dict[terms.Place, terms.Shape] = {
    ("state", ""): (3,),
    ("state", "n"): (),
    ("array", "W"): (2, 3),
    ("array", "T"): (2, 3, 4),
    ("array", "K"): (5, 2, 3),
    ("activation", "y"): (4,),
    ("activation", "line"): (12,),
    ("activation", "out"): (15,),
}
X, W, T, K, Y = ["state"], ["array", "W"], ["array", "T"], ["array", "K"], ["activation", "y"]
LINE, OUT = ["activation", "line"], ["activation", "out"]

FITTING: list[tuple[Any, terms.Shape]] = [
    ("-1/2", ()),
    (["pi"], ()),
    (["multiply", "2", W], (2, 3)),
    (["add", X, W], (2, 3)),
    (["power", W, "-3/2"], (2, 3)),
    (["dot", X, X], ()),
    (["norm", X, ["state", "n"]], ()),
    (["softmax", X], (3,)),
    (["entmax", X, "3/2"], (3,)),
    (["normmax_conjugate", X, "5"], ()),
    (["matmul", W, X], (2,)),
    (["matmul", W, ["transpose", W]], (2, 2)),
    (["index", T, "1"], (3, 4)),
    (["unit", X, "2"], (3,)),
    (["stack", "1", "2"], (2,)),
    (["stack", X, X], (2, 3)),
    (["concatenate", X, Y], (7,)),
    (["slice", Y, "1", "3"], (2,)),
    (["column_squares", W], (3,)),
    (["masked_softmax", W, W], (2, 3)),
    (["masked_logsumexp", W, W], (2,)),
    (["contract", T, "1", ["index", ["transpose", W], "0"], Y], (3,)),
    (["convolve", K, LINE, "1", "0", "2", "6"], (20,)),
    (["convolve", K, LINE, "2", "1", "2", "6"], (15,)),
    (["convolve_back", K, OUT, "2", "1", "2", "6"], (12,)),
]

MISFITS: list[Any] = [
    ["add", X, Y],
    ["add", ["matmul", W, X], W],
    ["power", X, X],
    ["sum", W],
    ["sum", "1"],
    ["dot", X, Y],
    ["norm", X, X],
    ["entmax", X, ["state", "n"]],
    ["matmul", W, Y],
    ["matmul", X, X],
    ["transpose", X],
    ["index", X, "3"],
    ["index", X, "1/2"],
    ["index", "1", "0"],
    ["unit", X, "-1"],
    ["stack", X, Y],
    ["stack", W, W],
    ["concatenate", X, "1"],
    ["slice", Y, "3", "3"],
    ["slice", Y, "0", "5"],
    ["column_squares", X],
    ["masked_softmax", W, ["transpose", W]],
    ["contract", T, "3", X, Y],
    ["contract", T, "0", Y, X],
    ["convolve", K, LINE, "0", "0", "2", "6"],
    ["convolve", K, LINE, "1", "0", "3", "4"],
    ["convolve", K, LINE, "1", "0", "2", "5"],
    ["convolve", K, LINE, "1", "0", "2", "0"],
    ["convolve", K, X, "1", "0", "2", "1", "3"],
    ["convolve_back", K, LINE, "2", "1", "2", "6"],
]

UNREADABLE = [
    (1, "expected a term"),
    (None, "expected a term"),
    ([], "expected a term"),
    ({}, "expected a term"),
    ("2/4", "lowest terms"),
    ("+1", "lowest terms"),
    ("-0", "lowest terms"),
    ("1/1", "lowest terms"),
    ("1.5", "lowest terms"),
    ("1_0", "lowest terms"),
    ("٣", "lowest terms"),
    ("1\n", "lowest terms"),
    ("9" * 5000, "lowest terms"),
    (["eval", "1"], "no function is called 'eval'"),
    ([["sum"], X], "no function is called"),
    (["sum"], "sum takes 1 arguments, got 0"),
    (["pi", "3"], "pi takes 0 arguments, got 1"),
    (["stack"], "stack takes at least 1 arguments, got 0"),
    (["array"], "expected a variable"),
    (["array", ""], "a name has at least one character"),
    (["state", ""], "a name has at least one character"),
    (["array", "W", "W"], "expected a variable"),
    (["activation", 3], "expected a variable"),
]


@pytest.mark.parametrize(("document", "shape"), FITTING, ids=str)
def test_a_term_has_a_shape_and_is_written_as_it_was_read(document: Any, shape: terms.Shape) -> None:
    term = language.read(document, "here")
    assert language.shape(term, PLACES, "here") == shape
    assert language.write(term) == document


@pytest.mark.parametrize("document", MISFITS, ids=str)
def test_what_does_not_fit_is_refused(document: Any) -> None:
    with pytest.raises(Rejected, match=r"here: .* is not defined for the shapes"):
        language.shape(language.read(document, "here"), PLACES, "here")


@pytest.mark.parametrize(("document", "why"), UNREADABLE, ids=lambda value: str(value)[:30])
def test_what_is_no_term_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        language.read(document, "here")


def test_names_that_there_are_not() -> None:
    with pytest.raises(Rejected, match=r"nothing here is \['array', 'V'\]"):
        language.shape(language.read(["array", "V"], "here"), PLACES, "here")


def test_depth_is_bounded() -> None:
    document: Any = X
    for _ in range(language.MAX_DEPTH):
        document = ["negate", document]
    with pytest.raises(Rejected, match="at most 200 deep"):
        language.read(document, "here")
    assert language.shape(language.read(document[1], "here"), PLACES, "here") == (3,)


def test_a_number_is_a_text() -> None:
    with pytest.raises(Rejected, match="lowest terms"):
        rational(3, "here")


def test_integrals_and_roots_are_numbers_where_they_are_defined() -> None:
    with functions.precision():
        assert functions.OF_NUMBERS["mish_integral"](arb("inf")).is_nan()
        assert functions.root(arb(0), Fraction(1, 2)) == 0
        assert functions.root(arb(4), Fraction(-1, 2)) == arb(1) / 2
        for u, exponent in ((arb(0), Fraction(-1, 2)), (arb(-1), Fraction(1, 2)), (arb(1, 1), Fraction(1, 2))):
            assert functions.root(u, exponent).is_nan()
