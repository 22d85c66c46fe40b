"""Elimination with diagonal pivoting: definiteness and negative directions, against exact eigenvalue signs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.checker.elimination import negative_pivot
from hopverify.expr.balls import BALLS, precision

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
    Q = np.array([[Fraction(v) for v in row] for row in rows], dtype=object)
    found, direction = negative_pivot(Q)
    assert found == "negative"
    assert direction is not None
    assert direction @ Q @ direction < 0
