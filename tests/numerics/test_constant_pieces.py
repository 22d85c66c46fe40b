"""Pieces of a slope that vanish on no segment."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.numerics.constant_pieces import is_alive


def test_pieces_on_which_something_moves() -> None:
    line = Piece(None, None, parse("x^2 - 1"))
    assert is_alive(line)
    assert is_alive(replace(line, expression=parse("-1 - x^2")))
    assert is_alive(replace(line, expression=parse("exp(x)")))
    # 0 at a half, at a third and at four fifths, in two different ways; and nothing at all.
    assert not is_alive(replace(line, expression=parse("0*x")))
    assert not is_alive(Piece(Fraction(0), Fraction(1), parse("(x - 1/2)*(x - 1/3)*(x - 4/5)")))
    assert is_alive(Piece(Fraction(0), Fraction(1), parse("(x - 1/2)*(x - 1/3)")))
    # A point says nothing of what is not analytic.
    assert not is_alive(Piece(None, None, parse("relu(x^2 - 2)")))
    assert not is_alive(Piece(None, None, parse("relu(x^2 - 2) - 1")))
