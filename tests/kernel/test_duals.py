"""Derivatives along paths: limits of differences where functions are smooth, all slopes at kinks, none at jumps."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import arb

from hopverify.kernel import language
from hopverify.kernel.duals import DUALS, Dual
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.numbers import Rejected

X = ["state"]
A, B = ["index", X, "0"], ["index", X, "1"]
PAIR = ["stack", ["multiply", A, B], ["subtract", A, "3"]]
M = ["stack", ["stack", "1", "0"], ["stack", "1", "1"]]


def along(document: Any, at: tuple[str, str] = ("1/2", "7/4"), towards: tuple[int, int] = (1, -2)) -> arb:
    """Return the derivative of a number at a point of the plane, along a direction."""
    x = [Dual(ball(Fraction(a)), arb(d)) for a, d in zip(at, towards, strict=True)]
    found: Dual = evaluate(language.read(document, ""), {("state", ""): x}, DUALS)
    return found.rate


@pytest.mark.parametrize(
    "document",
    [
        *([name, ["add", A, ["multiply", B, "1/3"]]] for name in language.ELEMENTWISE if name != "kink"),
        *([name, ["multiply", A, "3"], B] for name in language.BESIDE),
        *(["power", ["add", A, B], exponent] for exponent in ("3", "-2", "3/2", "-1/3", "1", "0")),
        *([name, PAIR] for name in ("sum", "mean", "variance", "size", "logsumexp", "ghost_logsumexp")),
        *(["dot", [name, PAIR], X] for name in ("softmax", "ghostmax", "ones")),
        *([name, PAIR, "3/2"] for name in ("entmax_conjugate", "normmax_conjugate")),
        *(["dot", ["entmax", X, c], ["power", X, "2"]] for c in ("5/4", "3/2", "2", "5/2")),
        *(["dot", ["normmax", X, c], ["power", X, "2"]] for c in ("5/4", "3/2", "2", "5/2")),
        ["norm", PAIR, ["multiply", A, A]],
        ["dot", ["matmul", M, X], ["unit", PAIR, "1"]],
        ["sum", ["column_squares", ["stack", X, PAIR]]],
        ["sum", ["masked_logsumexp", M, ["stack", X, PAIR]]],
        ["sum", ["contract", ["transpose", M], "1", ["multiply", X, X]]],
        ["sum", ["slice", ["concatenate", X, PAIR], "1", "3"]],
    ],
    ids=str,
)
def test_derivatives_are_limits_of_differences(document: Any) -> None:
    step = Fraction(1, 2**60)
    term = language.read(document, "")

    def value(t: Fraction) -> arb:
        x = [ball(Fraction(1, 2) + t), ball(Fraction(7, 4) - 2 * t)]
        found: arb = evaluate(term, {("state", ""): x})
        return found

    with precision(256):
        difference = (value(step) - value(-step)) / ball(2 * step)
        assert abs(along(document) - difference) < 1e-9


def test_at_a_kink_all_slopes_between_those_of_the_sides() -> None:
    assert along(["relu", A], ("0", "0")).contains(0)
    assert along(["relu", A], ("0", "0")).contains(1)
    assert not along(["relu", A], ("0", "0")).contains(2)
    assert along(["abs", A], ("0", "0")).contains(-1)
    assert along(["max", A, B], ("1", "1")).contains(1)
    assert along(["max", A, B], ("1", "1")).contains(-2)


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (["step", A], "0"),
        (["sign", A], "0"),
        (["multiply", "0", ["sign", A]], "0"),
        (["sqrt", A], "0"),
        (["log", A], "-1"),
        (["divide", "1", A], "0"),
        # The function ends there, though the formula of its gradient is 0.
        (["power", A, "3/2"], "0"),
        (["power", ["abs", A], "3/2"], "0"),
        # What has no value has no derivative, though the formula of that has a value.
        (["multiply", A, ["log", A]], "-1"),
    ],
    ids=str,
)
def test_jumps_ends_and_what_is_undefined_have_no_derivative(document: Any, at: str) -> None:
    assert not along(document, (at, "0")).is_finite()


def test_what_rests_may_be_anywhere() -> None:
    """A dead neuron's relu(x)^1.5 rests at 0."""
    assert along(["power", ["relu", A], "3/2"], ("-1", "0")) == 0
    assert along(["add", ["sign", ["multiply", "1", "3"]], A]) == 1
    assert not along(["add", ["sign", ["multiply", "0", "3"]], A]).is_finite()
    assert along(["sqrt", "0"]) == 0


@pytest.mark.parametrize("name", ["entmax", "normmax"])
def test_shares_beyond_the_border_rest_and_at_it_have_the_slopes_of_both_sides(name: str) -> None:
    """Of two scores one has no share if the other is larger by 1 (entmax: by 1/(c - 1))."""
    beyond = along(["index", [name, X, "2"], "1"], ("4", "0"))
    assert beyond == 0
    side, border = (along(["index", [name, X, "2"], "1"], (at, "0")) for at in ("63/64", "1"))
    assert border.is_finite()
    assert border.contains(0)
    assert border.contains(side)
    assert not along(["index", [name, X, "5/2"], "1"], ("1" if name == "normmax" else "2/3", "0")).is_finite()


def slopes_of_shares(name: str, c: str, u: list[arb]) -> list[arb]:
    """Return ∂p_i/∂u_j, row by row."""
    columns = [
        [each.rate for each in DUALS.own[name]([Dual(v, arb(j == k)) for k, v in enumerate(u)], Fraction(c))]
        for j in range(len(u))
    ]
    return [column[i] for i in range(len(u)) for column in columns]


@pytest.mark.parametrize(("name", "c"), [("entmax", "2"), ("entmax", "3/2"), ("entmax", "6/5"), ("normmax", "3/2")])
def test_slopes_of_shares_on_boxes_hold_those_of_points(name: str, c: str) -> None:
    random = Random(7)
    with precision():
        for _ in range(30):
            ends = [sorted(random.uniform(-1, 1) for _ in range(2)) for _ in range(3)]
            found = slopes_of_shares(name, c, [arb(low).union(arb(high)) for low, high in ends])
            for _ in range(5):
                at = slopes_of_shares(name, c, [arb(random.uniform(*each)) for each in ends])
                assert all(wide.contains(own.mid()) for wide, own in zip(found, at, strict=True) if own.is_finite())


def test_slopes_of_sparse_shares_reach_to_those_of_their_ends() -> None:
    """Of a first neuron that may have a share, and two others that have one: s = (0 or 1, 1, 1)."""
    with precision():
        u = [arb(0.1).union(arb(0.328)), arb(0.2266).union(arb(0.469)), arb(0.599).union(arb(0.711))]
        found = slopes_of_shares("entmax", "2", u)
    ends = [(0, 2 / 3), (-1 / 3, 0), (-1 / 3, 0), (-1 / 3, 0), (1 / 2, 2 / 3), (-1 / 2, -1 / 3)]
    for each, (low, high) in zip(found, ends, strict=False):
        assert abs(float(each.lower()) - low) < 1e-8
        assert abs(float(each.upper()) - high) < 1e-8


def test_shares_of_a_mask_have_none() -> None:
    with pytest.raises(Rejected, match="masked_softmax has no values here"):
        along(["sum", ["matmul", ["masked_softmax", M, ["stack", X, X]], X]])
