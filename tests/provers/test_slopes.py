"""Constant Hessians, and intervals on which a slope is not negative: what searches for proofs of convexity use."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.provers import quadratic_witness
from hopverify.provers.quadratic_witness import constant_hessian
from hopverify.provers.subdivision import intervals_of, undecided
from tests.checker.rules.layers import layer, own


def test_hessians_of_quadratic_forms() -> None:
    """x₀² + 3x₀x₁/2 + 5x₁² - x₁ + 7 has the Hessian (2 3/2; 3/2 10)."""
    found = constant_hessian(own("x[0]^2 + 3*x[0]*x[1]/2 + 5*x[1]^2 - x[1] + 7").function, 2)
    assert found is not None
    assert found.tolist() == [[2, Fraction(3, 2)], [Fraction(3, 2), 10]]
    for other in ("x[0]^3", "x[0]^2*x[1]", "x[0]^2*x[1]^2", "1/(1 + x[0]^2)", "x[0]^(1/2)", "x[0]^2 + exp(x[0])"):
        assert constant_hessian(own(other).function, 2) is None
    # Powers of e^x that are not whole, or negative, are no constants.
    for power in ("exp(x[0]/2)", "-exp(x[0]/2)", "exp(-x[0])", "-exp(-x[0])", "-exp(-x[0]/3)", "-exp(-2*x[1])"):
        assert constant_hessian(own(power).function, 2) is None
    assert constant_hessian(own("x^2/2", of="neuron").function, 2) is None
    assert constant_hessian(layer("activation: clipped_softmax").function, 2) is None


def test_hessians_of_many_neurons(monkeypatch: pytest.MonkeyPatch) -> None:
    square = own("dot(x, x)")
    monkeypatch.setattr(quadratic_witness, "MAX_SIZE", 2)
    assert constant_hessian(square.function, 2) is not None
    monkeypatch.setattr(quadratic_witness, "MAX_SIZE", 1)
    assert constant_hessian(square.function, 2) is None


def test_intervals_cover_a_piece() -> None:
    cuts = [Fraction(k, 3) for k in range(-1, 3)]
    found = intervals_of(Piece(Fraction(0), Fraction(2, 3), parse("x")), cuts)
    assert len(found.lower) == 2
    ends = list(zip(found.lower.tolist(), found.upper.tolist(), strict=True))
    exact = [(Fraction(0), Fraction(1, 3)), (Fraction(1, 3), Fraction(2, 3))]
    for (low, high), (least, most) in zip(ends, exact, strict=True):
        assert Fraction(low) <= least < most <= Fraction(high) < most + Fraction(1, 10**9)
        assert least - Fraction(1, 10**9) < Fraction(low)
    whole = intervals_of(Piece(None, None, parse("x")), [Fraction(-1), Fraction(1)])
    assert (whole.lower.tolist(), whole.upper.tolist()) == ([-float("inf"), -1, 1], [-1, 1, float("inf")])
    left = intervals_of(Piece(None, Fraction(0), parse("x")), [Fraction(-1), Fraction(1)])
    assert (left.lower.tolist(), left.upper.tolist()) == ([-float("inf"), -1], [-1, 0])
    right = intervals_of(Piece(Fraction(0), None, parse("x")), [Fraction(-1), Fraction(1)])
    assert (right.lower.tolist(), right.upper.tolist()) == ([0, 1], [1, float("inf")])


def test_intervals_on_which_nothing_follows() -> None:
    piece = Piece(Fraction(0), Fraction(3), parse("x - 1"))
    found = undecided(piece, [Fraction(1), Fraction(2)])
    # (x - 1) on [1, 2] is rounded outward, and so is not shown to be ≥ 0.
    assert found == [(0.0, 1.0), (1.0, 2.0)]
    assert undecided(Piece(Fraction(2), Fraction(3), parse("x - 1")), []) == []
    # Signs alone show it, without intervals.
    assert undecided(Piece(None, None, parse("x^2")), []) == []
    assert undecided(Piece(None, None, parse("exp(x)/4 - 1/8")), [Fraction(0)]) == [(-float("inf"), 0.0)]
    assert undecided(Piece(Fraction(0), Fraction(1), parse("1/4 + 0*x - x/8")), []) == []
    # Of a product intervals say less than signs do; and 0 itself is not below 0.
    assert undecided(Piece(None, None, parse("x^2*exp(x)")), []) == []
    assert undecided(Piece(Fraction(0), Fraction(1), parse("x")), []) == []
