"""Elimination with diagonal pivoting: definiteness and negative directions, against exact eigenvalue signs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.expr.balls import BALLS, precision
from hopverify.numerics.elimination import negative_pivot
from tests.rationals import exact

ENTRY = st.fractions(min_value=-2, max_value=2, max_denominator=3)


@st.composite
def symmetric(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(1, 5))
    Q = np.array([[draw(ENTRY) for _ in range(n)] for _ in range(n)], dtype=object)
    return Q + Q.T


@given(symmetric())
def test_directions_are_negative_and_positive_means_definite(Q: np.ndarray) -> None:
    found, direction = negative_pivot(Q)
    eigenvalues = np.linalg.eigvalsh(Q.astype(float))
    if found == "negative":
        assert direction is not None
        assert direction @ Q @ direction < 0
    elif found == "positive":
        assert eigenvalues[0] > -1e-12
    else:
        assert abs(eigenvalues[0]) < 1e-9, "left open although the smallest eigenvalue is not 0"


@given(symmetric())
def test_balls_agree_with_fractions(Q: np.ndarray) -> None:
    with precision():
        found, direction = negative_pivot(BALLS.array(Q))
        if found != "open":
            assert found == negative_pivot(Q)[0]
        if direction is not None:
            assert (direction * (BALLS.array(Q) @ direction)).sum() < 0


@pytest.mark.parametrize(
    "rows", [[[0, 1], [1, 0]], [[0, -1], [-1, 0]], [[1, 1, 0], [1, 1, 1], [0, 1, 0]], [[0, 0, 1], [0, 2, 0], [1, 0, 0]]]
)
def test_a_zero_pivot_beside_another_entry_is_indefinite(rows: list[list[int]]) -> None:
    Q = exact(rows)
    found, direction = negative_pivot(Q)
    assert found == "negative"
    assert direction is not None
    assert direction @ Q @ direction < 0


# L diag(16, 8, 4, -1) Lᵀ, with pivots in this order; L⁻ᵀe_4 is the direction.
LOWER = np.array([[4, 0, 0, 0], [2, 4, 0, 0], [1, 2, 4, 0], [2, 1, 2, 4]], dtype=object) * Fraction(1, 4)
LAST = [Fraction(-3, 8), Fraction(0), Fraction(-1, 2), Fraction(1)]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]])
def test_the_direction_of_a_late_pivot_by_hand(order: list[int]) -> None:
    """Its value is the pivot itself, -1, however the rows are ordered, in Fractions and in balls."""
    D = np.diag([Fraction(16), Fraction(8), Fraction(4), Fraction(-1)])
    Q = (LOWER @ D @ LOWER.T)[np.ix_(order, order)]
    found, direction = negative_pivot(Q)
    assert found == "negative"
    assert direction is not None
    assert direction.tolist() == [LAST[i] for i in order]
    assert direction @ Q @ direction == -1
    with precision():
        found, direction = negative_pivot(BALLS.array(Q))
        assert found == "negative"
        assert direction is not None
        assert [float(entry) for entry in direction] == [float(LAST[i]) for i in order]


@pytest.mark.parametrize("entry", [2, -2])
def test_the_direction_beside_zero_pivots_by_hand(entry: int) -> None:
    """After the pivots 16 and 8 only one pair of entries is left, and the direction takes twice its size away."""
    D = np.diag([Fraction(16), Fraction(8), Fraction(0), Fraction(0)])
    D[2, 3] = D[3, 2] = Fraction(entry)
    lower = LOWER.copy()
    lower[3, 2] = Fraction(0)
    Q = lower @ D @ lower.T
    found, direction = negative_pivot(Q)
    assert found == "negative"
    assert direction is not None
    assert direction @ Q @ direction == -4


def test_words_and_a_negative_entry_that_is_seen_at_once() -> None:
    one, zero = Fraction(1), Fraction(0)
    assert negative_pivot(np.array([[one]], dtype=object)) == ("positive", None)
    assert negative_pivot(np.array([[zero]], dtype=object)) == ("open", None)
    found, direction = negative_pivot(np.array([[2 * one, one], [one, -one]], dtype=object))
    assert found == "negative"
    assert direction is not None
    assert direction.tolist() == [0, 1]
    with precision():
        assert negative_pivot(BALLS.array(np.array([[zero, one], [one, zero]], dtype=object))) == ("open", None)
        assert negative_pivot(BALLS.array(np.array([[one]], dtype=object)))[0] == "positive"


def test_the_mixed_direction_is_of_an_entry_that_is_not_zero() -> None:
    Q = exact([[0, 0, 1], [0, 0, 0], [1, 0, 0]])
    found, direction = negative_pivot(Q)
    assert found == "negative"
    assert direction is not None
    assert direction @ Q @ direction == -2
    assert negative_pivot(Q * 0) == ("open", None)


def test_one_number_is_its_own_pivot() -> None:
    for value, wanted in ((-1, ("negative", [1])), (0, ("open", None)), (1, ("positive", None))):
        found, direction = negative_pivot(exact([[value]]))
        assert (found, None if direction is None else direction.tolist()) == wanted
