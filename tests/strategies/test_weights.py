"""Weights and patterns have exactly the properties that were asked for, in rationals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.checker.linear_algebra import inertia, rank
from hopverify.spec import ExactArray
from hopverify.strategies import patterns, weights

from .drawing import examples, simplest, some

AFTER, BEFORE = Fraction(np.nextafter(1.0, 2.0)), Fraction(np.nextafter(1.0, 0.0))


def identity(n: int) -> Any:
    return np.array([[Fraction(int(i == j)) for j in range(n)] for i in range(n)], dtype=object)


@some
@given(weights(symmetric=True))
def test_symmetric_weights_are_symmetric(W: ExactArray) -> None:
    assert bool((W.fractions() == W.fractions().T).all())


@some
@given(weights(symmetric=False))
def test_asymmetric_weights_are_not(W: ExactArray) -> None:
    assert bool((W.fractions() != W.fractions().T).any())


@some
@given(weights(definite=True))
def test_definite_weights_are_positive_definite(W: ExactArray) -> None:
    M = W.fractions()
    assert bool((M == M.T).all())
    # Sylvester: all leading minors are positive, by cofactors, apart from the checker's own algebra.
    assert all(determinant(M[:k, :k].tolist()) > 0 for k in range(1, len(M) + 1))


def determinant(rows: list[list[Fraction]]) -> Fraction:
    if not rows:
        return Fraction(1)
    minors = ([row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows)))
    return sum(((-1) ** j * rows[0][j] * determinant(minor) for j, minor in enumerate(minors)), Fraction(0))


@pytest.mark.parametrize("symmetric", [None, True, False])
@pytest.mark.parametrize("bound", [0, 1, 2])
def test_weights_of_low_rank_have_low_rank(bound: int, symmetric: bool | None) -> None:
    if bound == 0 and symmetric is False:
        return
    found = examples(weights(size=4, low_rank=bound, symmetric=symmetric), 40)
    ranks = {rank(W.fractions()) for W in found}
    assert max(ranks) == bound
    if symmetric is not None:
        assert {W.transpose() == W for W in found} == {symmetric}


def test_the_largest_eigenvalue_of_critical_weights_is_one_or_a_neighbour() -> None:
    """λI - W ⪰ 0 and singular says that λ is the largest eigenvalue, in exact arithmetic."""
    found = {Fraction(1): 0, AFTER: 0, BEFORE: 0}
    for W in examples(weights(near_critical=True, max_size=8), 150):
        M = W.fractions()
        assert W.is_dyadic
        assert bool((M == M.T).all())
        values = [value for value in found if is_largest_eigenvalue(value, M)]
        assert len(values) == 1
        found[values[0]] += 1
    assert all(found.values())


def is_largest_eigenvalue(value: Fraction, M: Any) -> bool:
    positive, zero, negative = inertia(value * identity(len(M)) - M)
    return negative == 0 and zero > 0 and positive + zero == len(M)


def test_critical_weights_have_signs_and_couplings() -> None:
    assert any((W.values < 0).any() for W in examples(weights(near_critical=True, size=2)))
    W = simplest(weights(near_critical=True, size=2), lambda W: W.values[0, 1] > 0)
    assert W.fractions().tolist() == [[Fraction(1, 2)] * 2] * 2


@some
@given(weights(size=3, dyadic=True), weights(min_size=2, max_size=3))
def test_sizes_and_doubles_are_as_asked_for(W: ExactArray, other: ExactArray) -> None:
    assert W.is_dyadic
    assert W.shape == (3, 3)
    assert other.shape in ((2, 2), (3, 3))


def test_thirds_and_tenths_are_among_them() -> None:
    denominators = {entry.denominator for W in examples(weights(), 150) for entry in W.fractions().flat}
    assert {1, 2, 3, 8, 10} <= denominators


@some
@given(patterns(size=3, min_count=2, max_count=8), st.data())
def test_patterns_are_distinct_rows_of_the_given_values(Xi: ExactArray, data: st.DataObject) -> None:
    rows = [tuple(row) for row in Xi.fractions().tolist()]
    assert 2 <= len(rows) <= 8
    assert len(set(rows)) == len(rows)
    assert {entry for row in rows for entry in row} <= {Fraction(1), Fraction(-1)}
    values = data.draw(patterns(values=["1/3", 0, 2.5], distinct=False))
    assert set(values.fractions().flat) <= {Fraction(1, 3), Fraction(0), Fraction(5, 2)}


def test_equal_patterns_are_drawn_where_they_may_be() -> None:
    Xi = simplest(patterns(distinct=False, min_count=2))
    assert Xi.values.tolist() == [[1.0], [1.0]]
    assert patterns_of_one_value(4).shape == (4, 1)


def patterns_of_one_value(count: int) -> ExactArray:
    return simplest(patterns(values=[1], distinct=False, min_count=count, max_count=count, size=1))
