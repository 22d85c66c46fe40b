"""Edges of balls around mixtures: bounds of weights, and where nothing may be concluded."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from hopverify.checker.rules import judge
from hopverify.checker.rules.mixture_balls import _above, _below, _contracts, _finite
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.obligations import Outcome
from tests.checker.test_mixture_balls import evidence, obligation


def test_a_weight_that_may_be_negative_shows_nothing() -> None:
    """Both ways of eliminating: fewer patterns than neurons, and not."""
    one = arb(1)
    for Y in (np.array([[one, one * 0]], dtype=object), np.array([[one / 4], [one / 4]], dtype=object)):
        assert _contracts(Y, [arb("0.4")] * len(Y), arb("0.5"))
        assert not _contracts(Y, [arb(0, 1)] * len(Y), arb("0.5"))
        assert not _contracts(Y, [arb(-1)] * len(Y), arb("0.5"))
        assert not _contracts(Y, [arb("nan")] * len(Y), arb("0.5"))


def test_bounds_of_balls_are_rounded_outward() -> None:
    with precision():
        about = arb(1, 0.5)
        assert Fraction(1, 2) > _below(about) > Fraction(499, 1000)
        assert Fraction(3, 2) < _above(about) < Fraction(1501, 1000)
        assert (_below(arb(0.75)), _above(arb(0.75))) == (
            Fraction(math.nextafter(0.75, 0)),
            Fraction(math.nextafter(0.75, 1)),
        )
        # What is at least 0 is not said to be less.
        assert (_below(arb(0)), _below(arb(0, 1))) == (0, 0)


def test_bounds_are_finite() -> None:
    assert _finite(arb(math.nextafter(2.0**1000, 0))) < 2.0**1000
    assert _finite(arb(-(2.0**999))) == -(2.0**999)
    for wrong in (arb(2.0**1000), arb(-(2.0**1000)), arb("nan"), arb("inf")):
        with pytest.raises(EvidenceRejected, match="not finite"):
            _finite(wrong)


def test_the_ball_may_be_kept_with_nothing_to_spare() -> None:
    """Both keys are 0, the state is 1: ε = 1, and (1 - q)r = 1."""
    asked = obligation([[1]], keys=[[0], [0]])
    found = judge(asked, evidence("2", "1/2"))
    assert found.outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="does not certainly keep the ball"):
        judge(asked, evidence(str(2 - Fraction(1, 2**200)), "1/2"))


def test_what_is_told_of_each_state() -> None:
    payload = {"rule": "mixture_balls", "radii": ["1/8", None], "rates": ["1/2", None]}
    found = judge(obligation([[-2, 0, 0], [0, 0, 5]], at_least=1), payload).data
    assert (found["certified"], found["states"]) == (1, 2)
    first, second = found["mixtures"]
    assert second == {"name": "states[1]", "verdict": "unknown"}
    assert (first["name"], first["verdict"], first["radius"]) == ("states[0]", "pass", "1/8")
    # The last of the keys alone has more than nine tenths, and at most all.
    ((told),) = first["weights"]
    assert told["name"] == "xi[2]"
    assert Fraction(9, 10) < Fraction(told["lower"]) < Fraction(told["upper"]) <= 1


def test_no_weight_is_more_than_all() -> None:
    """The state lies off its key, so that the bound of its weight, which is nearly 1, grows beyond 1."""
    payload = evidence("1", "1/2")
    (row,) = judge(obligation([[-2, 0, "1/4"]]), payload).data["mixtures"]
    assert [(told["name"], told["upper"]) for told in row["weights"]] == [("xi[2]", "1")]


def test_heavier_keys_come_first() -> None:
    """Weights of about 0.44, 0.56 and 0: the second key is told before the first."""
    asked = obligation([[2, Fraction(-1, 36), 0]], bias=[0, Fraction(1, 10), 0])
    (row,) = judge(asked, evidence("1/2", "3/4")).data["mixtures"]
    assert [told["name"] for told in row["weights"]] == ["xi[1]", "xi[0]"]
    for told, least, most in zip(row["weights"], ("0.5", "0.4"), ("0.6", "0.5"), strict=True):
        assert Fraction(least) < Fraction(told["lower"]) < Fraction(told["upper"]) < Fraction(most)
