"""Ranges hold the values of terms; open ends tell what is not reached; the table of functions is true."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.kernel import derive, language
from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.composition import judge
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.intervals import ANY, Range, between
from hopverify.kernel.properties import TABLE, of_power
from hopverify.kernel.ranges import of_array
from hopverify.kernel.terms import Term

X = ["state"]
HALF = Fraction(1, 2)
LINE = (None, None)
RIGHT, LEFT = (Fraction(0), None), (None, Fraction(0))


def of_term(term: Term, x: Range = ANY) -> Range:
    return judge(term, {("state", ""): (), ("array", "m"): (1, 1)}, {("state", ""): x}).range


def told(document: Any, low: Fraction | None, high: Fraction | None, inside: bool = True) -> str:
    term = language.read(document, "")
    with precision():
        return str(of_term(term, between(low, high, inside)))


@pytest.mark.parametrize(
    ("document", "ends", "expected"),
    [
        (["exp", X], LINE, "(0, inf)"),
        (["subtract", "1", ["tanh", X]], LINE, "(0, 2)"),
        (["multiply", X, X], LINE, "[0, inf)"),
        (["multiply", X, X], RIGHT, "(0, inf)"),
        (["multiply", X, ["exp", X]], RIGHT, "(0, inf)"),
        (["multiply", X, ["sech", X]], RIGHT, "(0, inf)"),
        (["multiply", X, ["exp", X]], LEFT, "(-inf, 0)"),
        (["multiply", ["relu", X], ["exp", X]], LINE, "[0, inf)"),
        (["divide", "1", X], RIGHT, "(0, inf)"),
        (["divide", "1", X], LEFT, "(-inf, 0)"),
        (["divide", "1", X], LINE, "(-inf, inf)"),
        (["divide", "1", ["add", "1", ["power", X, "2"]]], LINE, "(0, 1]"),
        (["divide", "1", X], (Fraction(1), Fraction(4)), "(0.25, 1)"),
        (["power", X, "-2"], (Fraction(1), Fraction(2)), "(0.25, 1)"),
        (["power", X, "3"], LINE, "(-inf, inf)"),
        (["power", X, "0"], LINE, "[1, 1]"),
        (["power", X, "3/2"], LINE, "[0, inf)"),
        (["power", X, "-1/2"], RIGHT, "(0, inf)"),
        (["sqrt", X], LINE, "[0, inf)"),
        (["log", X], RIGHT, "(-inf, inf)"),
        (["log1p", X], RIGHT, "(0, inf)"),
        (["sech", X], LINE, "(0, 1]"),
        (["sech", X], RIGHT, "(0, 1)"),
        (["cosh", X], LEFT, "(1, inf)"),
        (["logcosh", X], RIGHT, "(0, inf)"),
        (["mish_integral", X], LEFT, "(0, 1)"),
        (["negate", ["relu", X]], LINE, "(-inf, 0]"),
        (["relu", X], LEFT, "[0, 0]"),
        (["max", X, "0"], RIGHT, "(0, inf)"),
        (["min", X, "0"], RIGHT, "[0, 0]"),
        (["min", X, ["negate", X]], LINE, "(-inf, inf)"),
        (["step", X], LINE, "[0, 1]"),
        (["step", X], RIGHT, "[1, 1]"),
        (["sign", X], LINE, "[-1, 1]"),
        (["sign", X], LEFT, "[-1, -1]"),
        (["kink", X], LEFT, "[0, 0]"),
        (["kink", X], LINE, "(-inf, inf)"),
        (["sin", X], LINE, "[-1, 1]"),
        (["cos", X], (Fraction(1), Fraction(2)), "[-0.416147, 0.540302]"),
        (["pi"], LINE, "[3.14159, 3.14159]"),
        (["sum", ["stack", X, "2"]], RIGHT, "(0, inf)"),
        (["mean", ["concatenate", ["stack", X], ["stack", "2"]]], RIGHT, "(0, inf)"),
        (["dot", ["stack", X], ["stack", X]], LINE, "[0, inf)"),
        (["variance", ["stack", X]], LINE, "[0, inf)"),
        (["norm", ["stack", X], "1/4"], LINE, "[0.5, inf)"),
        (["norm", ["stack", X], "-1"], LINE, "[0, inf)"),
        (["size", ["stack", X]], LINE, "[1, inf)"),
        (["logsumexp", ["stack", X]], RIGHT, "(0, inf)"),
        (["ghost_logsumexp", ["stack", X]], LINE, "(0, inf)"),
        (["entmax_conjugate", ["stack", X], "2"], RIGHT, "(0, inf)"),
        (["normmax_conjugate", ["stack", X], "2"], RIGHT, "(0, inf)"),
        (["softmax", ["stack", X]], LINE, "(0, 1]"),
        (["ghostmax", ["stack", X]], LINE, "(0, 1]"),
        (["entmax", ["stack", X], "2"], LINE, "[0, 1]"),
        (["normmax", ["stack", X], "2"], LINE, "[0, 1]"),
        (["ones", ["stack", X]], LINE, "[1, 1]"),
        (["unit", ["stack", X], "0"], LINE, "[0, 1]"),
        (["index", ["stack", X, "3"], "0"], RIGHT, "(0, inf)"),
        (["slice", ["stack", X, "3"], "0", "1"], RIGHT, "(0, inf)"),
        (["matmul", ["transpose", ["stack", ["stack", X]]], ["stack", "-1"]], RIGHT, "(-inf, 0)"),
        (["column_squares", ["stack", ["stack", X]]], LINE, "[0, inf)"),
        (["masked_softmax", ["array", "m"], ["stack", ["stack", X]]], LINE, "[0, 1]"),
        (["masked_logsumexp", ["array", "m"], ["stack", ["stack", X]]], RIGHT, "(-inf, inf)"),
        (["exp", ["exp", "1000"]], LINE, "(-inf, inf)"),
    ],
)  # fmt: skip
def test_what_is_told(document: Any, ends: tuple[Fraction | None, Fraction | None], expected: str) -> None:
    assert told(document, *ends) == expected


def test_closed_ends_are_reached() -> None:
    assert told(X, Fraction(0), Fraction(1), inside=False) == "[0, 1]"
    assert told(["multiply", X, ["add", X, "1"]], Fraction(0), Fraction(1), inside=False) == "[0, 2]"
    # An end 0 that is reached gives 0 with any value, also with one that is not reached.
    assert told(["multiply", ["relu", X], ["exp", ["negate", X]]], Fraction(0), None, inside=False) == "[0, inf)"


def test_arrays() -> None:
    numbers = (Fraction(-1), Fraction(1, 3))
    assert str(of_array(Array((2,), numbers))) == "[-1, 0.333333]"
    assert of_array(Array((2,), numbers, Within(Fraction(1), Fraction(0), symmetric=False))) == ANY


def test_signs() -> None:
    with precision():
        assert between(None, Fraction(0)).negative
        assert between(None, Fraction(0)).nonpositive
        assert not between(None, Fraction(0), inside=False).nonzero
        assert between(Fraction(1), None).positive


POINTS = [Fraction(k, 3) for k in (-20, -7, -3, -1, 1, 3, 7, 20)]


def _sign_of(value: arb) -> str:
    return "+" if value > 0 else "-" if value < 0 else "0"


def _is_true_of(slope: Term, signs: str, point: Fraction) -> None:
    with precision():
        found = _sign_of(evaluate(slope, {("state", ""): ball(point)}))
    assert signs[int(point > 0)] in ("?", "0", found) or found == "0"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_slopes_and_bends_of_the_table(name: str) -> None:
    places = {("state", ""): ()}
    above, slope = TABLE[name].above, derive.SLOPES[name]
    second = derive.gradient(slope, ("state", ""), places)
    for point in POINTS:
        if above is None or point > above:
            _is_true_of(slope, TABLE[name].slope, point)
            _is_true_of(second, TABLE[name].bend, point)


@pytest.mark.parametrize("exponent", ["2", "3", "-1", "-2", "1/2", "3/2", "-3/2"])
def test_slopes_and_bends_of_powers(exponent: str) -> None:
    known = of_power(Fraction(exponent))
    slope = derive.gradient(language.read(["power", X, exponent], ""), ("state", ""), {("state", ""): ()})
    second = derive.gradient(slope, ("state", ""), {("state", ""): ()})
    for point in POINTS:
        if point > 0 or Fraction(exponent).denominator == 1:
            _is_true_of(slope, known.slope, point)
            _is_true_of(second, known.bend, point)


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("ends", [(None, Fraction(-1)), (Fraction(-2), HALF), (HALF, None), (None, None)])
def test_values_lie_in_ranges(name: str, ends: tuple[Fraction | None, Fraction | None]) -> None:
    low, high = ends
    term = language.read([name, X], "")
    with precision():
        held = of_term(term, between(low, high, inside=False))
        for point in (*POINTS, Fraction(-2), HALF, Fraction(-1), Fraction(-300), Fraction(300)):
            if (low is None or low <= point) and (high is None or point <= high):
                value = evaluate(term, {("state", ""): ball(point)})
                assert value.is_nan() or (value.upper() >= held.low[0] and value.lower() <= held.high[0])


@pytest.mark.parametrize(
    ("quotient", "ends", "expected"),
    [
        (["divide", X, ["add", "1", ["abs", X]]], LINE, "[-1, 1]"),
        (["divide", ["multiply", "3", X], ["add", "1", ["multiply", "2", ["abs", X]]]], LINE, "[-1.5, 1.5]"),
        (["divide", ["negate", ["relu", X]], ["add", "1/2", ["relu", X]]], LINE, "[-1, 0]"),
        (["divide", X, ["add", "1", X]], RIGHT, "(0, 1]"),
        (["divide", X, ["subtract", "1", X]], LEFT, "[-1, 0)"),
        (["divide", ["power", X, "2"], ["add", ["power", X, "2"], "4"]], LINE, "[0, 1]"),
        # Neither of these has a bound.
        (["divide", X, ["add", "1", ["relu", X]]], LINE, "(-inf, inf)"),
        (["divide", X, ["add", "-1", ["abs", X]]], LINE, "(-inf, inf)"),
        (["divide", X, ["subtract", "1", ["abs", X]]], LINE, "(-inf, inf)"),
        (["divide", X, ["subtract", "1", X]], RIGHT, "(-inf, inf)"),
        (["divide", ["add", X, "1"], ["add", "1", ["abs", X]]], LINE, "(-inf, inf)"),
        (["divide", ["power", X, "3"], ["add", "1", ["power", X, "2"]]], LINE, "(-inf, inf)"),
        (["divide", X, ["add", "1", ["add", ["abs", X], ["negate", ["exp", X]]]]], LINE, "(-inf, inf)"),
        (["divide", X, ["add", "1", ["multiply", "0", ["abs", X]]]], LINE, "(-inf, inf)"),
    ],
)
def test_quotients_by_what_grows_with_them(
    quotient: Any, ends: tuple[Fraction | None, Fraction | None], expected: str
) -> None:
    assert told(quotient, *ends) == expected


def test_a_share_of_a_sum() -> None:
    squares = ["power", X, "2"]
    for factor, high in (("1", 1), ("4", Fraction(1, 4))):
        term = language.read(["divide", squares, ["add", "1", ["multiply", factor, ["sum", squares]]]], "")
        found = judge(term, {("state", ""): (3,)}).range
        assert (found.low[0], found.high[0]) == (0, ball(Fraction(high)))
    signed = language.read(["divide", X, ["add", "1", ["sum", X]]], "")
    assert str(judge(signed, {("state", ""): (3,)}).range) == "(-inf, inf)"
    sized = language.read(["divide", X, ["add", "1", ["sum", ["abs", X]]]], "")
    assert str(judge(sized, {("state", ""): (3,)}).range) == "[-1, 1]"
