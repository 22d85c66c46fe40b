"""Enclosures, piece by piece: which pieces meet an interval, where bounds are not known, and short outward ends."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, exp, floor, inf

import pytest

from hopverify.checker.enclosure import Ends, _outward, enclosure
from hopverify.expr.parser import parse

SHORT = Fraction(1, 2**60)


@pytest.mark.parametrize(
    ("text", "ends", "wanted"),
    [
        ("relu(x)", (-2, -1), (0, 0)),
        ("relu(x)", (1, 2), (1, 2)),
        ("relu(x)", (-1, 2), (0, 2)),
        ("min(x, 1)", (None, None), (None, 1)),
        ("max(x, 1)", (None, None), (1, None)),
        ("max(x, 1)", (2, None), (2, None)),
        ("min(x, 1)", (None, 0), (None, 0)),
        # Jumps: at an end that touches one, its limits from both sides count.
        ("3 + 2*step(x)", (0, 1), (3, 5)),
        ("3 + 2*step(x)", (-1, 0), (3, 5)),
        ("3 + 2*step(x)", (1, 2), (5, 5)),
        ("3 + 2*step(x)", (-2, -1), (3, 3)),
    ],
)
def test_pieces_that_meet_the_interval_count_and_no_others(text: str, ends: Ends, wanted: Ends) -> None:
    lower, upper = (None if end is None else Fraction(end) for end in ends)
    assert enclosure(parse(text), lower, upper) == wanted


@pytest.mark.parametrize(
    ("end", "low", "high"),
    [
        (2.0**-61, Fraction(0), SHORT),
        (-(2.0**-61), -SHORT, Fraction(0)),
        (2.0**-60, SHORT, SHORT),
        (2.0**-59 + 2.0**-100, 2 * SHORT + Fraction(1, 2**100), 2 * SHORT + Fraction(1, 2**100)),
        (-inf, None, None),
    ],
)
def test_ends_are_exact_or_short_and_outward(end: float, low: Fraction | None, high: Fraction | None) -> None:
    assert (_outward(end, floor), _outward(end, ceil)) == (low, high)


def test_an_expression_is_enclosed_between_its_ends_and_no_further() -> None:
    low, high = enclosure(parse("exp(x)"), Fraction(-1), Fraction(1))
    assert low is not None
    assert high is not None
    for end, exact in ((low, exp(-1)), (high, exp(1))):
        assert abs(end - Fraction(exact)) < Fraction(1, 2**40)
    assert enclosure(parse("exp(x)"), Fraction(0), None)[1] is None
    low, high = enclosure(parse("exp(x)"), None, Fraction(0))
    assert low == 0
    assert high is not None
    assert 1 <= high < 1 + Fraction(1, 2**40)
