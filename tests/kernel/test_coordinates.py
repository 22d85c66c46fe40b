"""Entries of vectors as numbers: each has the value of the entry of the whole."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import language, terms
from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.coordinates import entries
from hopverify.kernel.evaluate import evaluate, values_of
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected

X, V = ["state"], ["array", "v"]
ARRAYS = {
    "v": Array((3,), [Fraction(1), Fraction(-2), Fraction(1, 3)]),
    "near": Array((3,), [Fraction(1)] * 3, Within(Fraction(1), Fraction(0), False)),
    "A": Array((3, 3), [Fraction(1)] * 9),
}


@pytest.mark.parametrize(
    "document",
    [
        ["tanh", X],
        ["multiply", ["max", X, V], ["power", X, "2"]],
        ["multiply", ["index", X, "2"], ["unit", X, "1"]],
        ["concatenate", ["slice", X, "1", "3"], ["slice", V, "0", "1"]],
        ["stack", ["sum", X], ["mean", X], ["variance", X]],
        ["multiply", ["multiply", ["dot", X, V], ["norm", X, "2"]], ["ones", X]],
        ["add", ["softmax", X], ["ghostmax", X]],
        ["stack", ["logsumexp", X], ["ghost_logsumexp", X], ["multiply", ["size", X], ["pi"]]],
    ],
    ids=str,
)
def test_entries(document: Any) -> None:
    term, x = language.read(document, ""), [ball(Fraction(k, 7)) for k in (4, -9, 3)]
    wholes: dict[terms.Place, Any] = {("state", ""): x, ("array", "v"): values_of(ARRAYS["v"])}
    parts: dict[terms.Place, Any] = {("state", str(k)): each for k, each in enumerate(x)}
    found = entries(term, 3, ARRAYS)
    for whole, part in zip(evaluate(term, wholes), found, strict=True):
        assert abs(whole - evaluate(part, parts)) < 1e-9


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (["entmax", X, "2"], "entmax has no values here"),
        (["matmul", ["array", "A"], X], "no exact vector"),
        (["array", "near"], "no exact vector"),
    ],
    ids=str,
)
def test_what_has_none(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        entries(language.read(document, ""), 3, ARRAYS)
