"""The linear flow beside an equilibrium, by hand; eigenvalues that coincide."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker.spectrum import count_to_the_right, linear_flow, real_parts
from hopverify.expr.balls import BALLS, precision

M = np.array([[-3, 1, 2], [1, -2, 4], [0, 2, -1]], dtype=object) * Fraction(1)


def flow(matrix: np.ndarray[Any, Any], *taus: Fraction | int) -> list[list[float]] | None:
    with precision():
        found = linear_flow(BALLS.array(matrix), np.array([Fraction(tau) for tau in taus], dtype=object))
        return None if found is None else [[round(float(entry), 12) for entry in row] for row in found]


def test_a_fast_neuron_follows_the_slow_ones() -> None:
    """x_f = (x_1 + 4 x_3)/2: J = [[-5/2, 4], [1, 3]], its rows divided by 2 and 3/2."""
    assert flow(M, 2, 0, Fraction(3, 2)) == [[-1.25, 2.0], [round(2 / 3, 12), 2.0]]


def test_without_fast_neurons_or_slow_ones() -> None:
    assert flow(M, 1, 2, 4) == [[-3.0, 1.0, 2.0], [0.5, -1.0, 2.0], [0.0, 0.5, -0.25]]
    assert flow(M, 0, 0, 0) == []


def test_fast_neurons_that_do_not_follow() -> None:
    still = M.copy()
    still[1, 1] = Fraction(0)
    assert flow(still, 1, 0, 1) is None


def test_eigenvalues_may_coincide() -> None:
    with precision():
        parts = real_parts(BALLS.array(np.eye(2, dtype=int).astype(object) * Fraction(-2)))
    assert parts is not None
    assert len(parts) == 2
    assert all(abs(part + 2) < arb(10) ** -6 for part in parts)


def counted(matrix: np.ndarray[Any, Any]) -> int | None:
    with precision():
        return count_to_the_right(BALLS.array(np.array(matrix, dtype=object) * Fraction(1)))


def test_eigenvalues_to_the_right_are_counted_where_they_do_not_come_apart() -> None:
    spiral, shear = np.array([[1, 1], [-1, 1]]), np.array([[-1, 10], [0, -1]])
    for matrix, count in ((spiral, 2), (-spiral, 0), (shear, 0), (np.array([[3]]), 1), (np.array([[-3]]), 0)):
        assert counted(matrix) == count
        assert counted(np.kron(np.eye(2, dtype=int), matrix)) == 2 * count
    saddle = np.array([[1, 2, 0], [0, -3, 1], [0, 0, -2]])
    assert counted(saddle) == 1
    assert counted(np.block([[saddle, saddle], [0 * saddle, saddle]])) == 2


def test_what_lies_on_the_axis_is_not_counted() -> None:
    """Nor are ±1, for which the array ends as it does for ±i."""
    turn = np.array([[0, 1], [-1, 0]])
    for matrix in (turn, np.zeros((2, 2), dtype=int), np.kron(np.eye(2, dtype=int), turn), np.diag([1, -1])):
        assert counted(matrix) is None
    with precision():
        wide = BALLS.array(np.array([[Fraction(-1)]], dtype=object)) + arb(0, 2)
        assert count_to_the_right(wide) is None


@pytest.mark.parametrize("seed", range(40))
def test_the_count_is_that_of_the_eigenvalues(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.integers(-3, 4, (n := int(random.integers(1, 7)), n))
    count, real = counted(matrix), np.linalg.eigvals(matrix.astype(float)).real
    assert count is None or np.min(np.abs(real)) < 1e-4 or count == (real > 0).sum()


@pytest.mark.parametrize(("low", "high", "count"), [("1/4", "1/2", 1), ("-1/2", "-1/4", 0), ("-1/4", "1/4", None)])
def test_an_eigenvalue_that_may_be_0_is_on_neither_side(low: str, high: str, count: int | None) -> None:
    with precision():
        entry = BALLS.number(Fraction(low)).union(BALLS.number(Fraction(high)))
        assert count_to_the_right(np.array([[entry]], dtype=object)) == count
