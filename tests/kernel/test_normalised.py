"""Slopes of normalised vectors hold those that differences show, and are sharper than the chain rule's."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flint import arb

from hopverify.kernel.duals import DUALS, Dual
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.language import read
from hopverify.kernel.normalised import normalised
from hopverify.kernel.terms import STATE

X = ["state"]
CENTRED = ["subtract", X, ["mean", X]]
LENGTH = ["divide", X, ["norm", X, "1/100"]]
LAYER_NORM = ["divide", ["multiply", "-2", CENTRED], ["sqrt", ["add", ["variance", X], "1/100"]]]
BARE = ["divide", CENTRED, ["sqrt", ["variance", X]]]


@pytest.mark.parametrize("form", [LENGTH, LAYER_NORM, BARE])
def test_slopes_are_sharp(form: Any) -> None:
    g, random = read(form, ""), Random(1)
    known = normalised(g)
    assert known is not None
    with precision():
        for _ in range(20):
            x = [random.gauss(0, 1) for _ in range(3)]
            box = [arb(u, 0.02) for u in x]
            D = known.slopes(box)
            for j in range(3):
                moved = [Dual(u, arb(int(k == j))) for k, u in enumerate(box)]
                wide = evaluate(g, {STATE: moved}, DUALS)
                for _ in range(5):
                    inside = [arb(u + random.uniform(-0.02, 0.02)) for u in x]
                    exact = evaluate(g, {STATE: [Dual(u, arb(int(k == j))) for k, u in enumerate(inside)]}, DUALS)
                    assert all(D[i][j].contains(each.rate) for i, each in enumerate(exact))
                    scaled = [y * ball(known.factor) for y in known.values(box)]
                    assert all(y.contains(each.value) for y, each in zip(scaled, exact, strict=True))
                assert D[j][j].rad() <= wide[j].rate.rad()


@pytest.mark.parametrize(
    "form",
    [
        X,
        ["softmax", X],
        ["divide", X, "2"],
        ["divide", X, ["sum", X]],
        ["divide", X, ["norm", CENTRED, "1"]],
        ["divide", X, ["norm", X, ["sum", X]]],
        ["divide", X, ["norm", X, "-1"]],
        ["divide", X, ["sqrt", ["variance", X]]],
        ["divide", CENTRED, ["sqrt", ["add", ["variance", X], ["sum", X]]]],
        ["divide", CENTRED, ["sqrt", ["sum", X]]],
    ],
)
def test_other_forms_are_not_known(form: Any) -> None:
    assert normalised(read(form, "")) is None


def test_the_deviation_of_one_neuron_is_0() -> None:
    known = normalised(read(LAYER_NORM, ""))
    assert known is not None
    with precision():
        assert known.values([arb(2, 1)]) == [0]
        assert known.slopes([arb(2, 1)])[0][0] == 0


def test_where_the_divisor_may_be_0_nothing_is_finite() -> None:
    known = normalised(read(BARE, ""))
    assert known is not None
    assert (known.factor, known.offset) == (Fraction(1), Fraction(0))
    with precision():
        assert not any(each.is_finite() for row in known.slopes([arb(0, 1)] * 2) for each in row)
