"""Strict copositivity against subdivision of the simplex, dense sampling, and cases from the literature."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hopverify.checker.linear_algebra import is_positive_definite, is_positive_semidefinite, quadratic
from hopverify.numerics.exact_copositivity import (
    MAX_SIZE,
    TooLarge,
    _components,
    _critical,
    _needed,
    _witness,
    is_strictly_copositive,
)
from tests.rationals import exact

Matrix = np.ndarray[Any, Any]

HORN = np.array(
    [[1, -1, 1, 1, -1], [-1, 1, -1, 1, 1], [1, -1, 1, -1, 1], [1, 1, -1, 1, -1], [-1, 1, 1, -1, 1]], dtype=object
) * Fraction(1)
"""Horn's form: copositive, with zeros, and no sum of a semidefinite and a non-negative form (Hall & Newman 1963)."""


def identity(n: int) -> Matrix:
    return np.array([[Fraction(int(i == j)) for j in range(n)] for i in range(n)], dtype=object)


def by_subdivision(Q: Matrix, depth: int = 14) -> bool | None:
    """Decide strict copositivity by bisection of simplices: VᵀQV ≥ 0 (> 0 on the diagonal) proves it on one."""
    todo = [(identity(len(Q)), 0)]
    while todo:
        V, level = todo.pop()
        values = V.T @ Q @ V
        if any(values[i, i] <= 0 for i in range(len(Q))):
            return False
        if (values >= 0).all():
            continue
        if level == depth:
            return None
        i, j = divmod(int(np.argmin(np.array(values, dtype=float))), len(Q))
        middle = (V[:, i] + V[:, j]) / 2
        for k in (i, j):
            half = V.copy()
            half[:, k] = middle
            todo.append((half, level + 1))
    return True


def random_form(generator: np.random.Generator, n: int) -> Matrix:
    upper = np.triu(generator.integers(-5, 9, size=(n, n)), 1)
    Q = np.array(upper + upper.T, dtype=object) * Fraction(1)
    for i in range(n):
        Q[i, i] = Fraction(int(generator.integers(1, 12)))
    return Q


@pytest.mark.parametrize("seed", range(150))
def test_agrees_with_subdivision_and_gives_witnesses(seed: int) -> None:
    generator = np.random.default_rng(seed)
    Q = random_form(generator, int(generator.integers(2, 6)))
    verdict, d = is_strictly_copositive(Q)
    expected = by_subdivision(Q)
    assert expected is None or verdict == expected
    if verdict:
        points = generator.dirichlet(np.full(len(Q), 0.4), size=2000)
        assert (np.einsum("ki,ij,kj->k", points, Q.astype(float), points) > 0).all()
    else:
        assert d is not None
        assert (d >= 0).all()
        assert d.any()
        assert quadratic(Q, d) <= 0


def test_both_answers_occur() -> None:
    generator = np.random.default_rng(0)
    answers = [is_strictly_copositive(random_form(generator, 4))[0] for _ in range(60)]
    assert 10 < sum(answers) < 50


def test_horn() -> None:
    verdict, d = is_strictly_copositive(HORN)
    assert not verdict
    assert d is not None
    assert quadratic(HORN, d) == 0
    assert is_strictly_copositive(HORN + identity(5) / 1000)[0]
    assert not is_strictly_copositive(HORN - identity(5) / 1000)[0]


def test_the_interior_of_a_simplex_is_where_it_fails() -> None:
    """Q = a·I - J/n… on n indices: all proper principal submatrices are strictly copositive, the whole one is not."""
    for n in range(2, 8):
        at_the_edge = identity(n) - np.full((n, n), Fraction(1, n), dtype=object)
        verdict, d = is_strictly_copositive(at_the_edge)
        assert not verdict
        assert d is not None
        assert (d > 0).all()
        for i in range(n):
            kept = [k for k in range(n) if k != i]
            assert n == 2 or is_strictly_copositive(at_the_edge[np.ix_(kept, kept)])[0]
        assert is_strictly_copositive(at_the_edge + identity(n) / 10**9)[0]
        below, d = is_strictly_copositive(at_the_edge - identity(n) / 10**9)
        assert not below
        assert d is not None
        assert quadratic(at_the_edge - identity(n) / 10**9, d) < 0


def test_cycles_of_any_length_that_are_decided() -> None:
    """Around a cycle of 14 with entries -1 and 1 elsewhere: (1, 1) on neighbours gives 2·diagonal - 2."""
    for diagonal, expected in ((Fraction(101, 100), True), (Fraction(1), False)):
        Q = np.full((14, 14), Fraction(1), dtype=object)
        for i, j in [*pairwise(range(14)), (13, 0)]:
            Q[i, j] = Q[j, i] = Fraction(-1)
        np.fill_diagonal(Q, diagonal)
        assert is_strictly_copositive(Q)[0] is expected


def test_reductions_reach_beyond_the_limit() -> None:
    Q = identity(60) * 2 + np.full((60, 60), Fraction(1), dtype=object)
    assert is_strictly_copositive(Q)[0]
    Q[3, 7] = Q[7, 3] = Fraction(-10)
    verdict, d = is_strictly_copositive(Q)
    assert not verdict
    assert d is not None
    assert quadratic(Q, d) <= 0


def test_what_is_too_large_is_not_decided() -> None:
    n = 20
    Q = np.full((n, n), Fraction(1), dtype=object)
    for i, j in [*pairwise(range(n)), (n - 1, 0)]:
        Q[i, j] = Q[j, i] = Fraction(-1)
    with pytest.raises(TooLarge):
        is_strictly_copositive(Q + identity(n) / 100)


def test_horn_plus_a_small_part_has_no_split() -> None:
    """⟨Q, X⟩ < 0 for a doubly non-negative X refutes every split Q = P + N with P ⪰ 0 and N ≥ 0."""
    cycle = np.array(
        [
            [Fraction(1) if i == j else Fraction(3, 5) if (i - j) % 5 in (1, 4) else Fraction(0) for j in range(5)]
            for i in range(5)
        ],
        dtype=object,
    )
    assert is_positive_semidefinite(cycle)
    Q = HORN + identity(5) / 8
    assert (Q * cycle).sum() < 0
    assert is_strictly_copositive(Q)[0]


def test_only_negative_entries_keep_and_connect_indices() -> None:
    half = Fraction(1, 2)
    Q = exact([[1, -1, 0, half], [-1, 1, half, 0], [0, half, 1, 0], [half, 0, 0, 1]])
    assert _needed(Q) == [0, 1]
    assert list(_components(Q, range(4))) == [[0, 1], [2], [3]]
    assert list(_components(Q, [2, 3])) == [[2], [3]]


def test_the_critical_direction_is_positive_everywhere() -> None:
    found = _critical(exact([[1, -2], [-2, 1]]))
    assert found is not None
    assert found.tolist() == [1, 1]
    # The solution of Qu = 1 is (-1, 0) here: 0 is not above 0.
    assert _critical(exact([[-1, -1], [-1, 0]])) is None
    singular = _critical(exact([[1, -1], [-1, 1]]))
    assert singular is not None
    assert singular.tolist() == [1, 1]
    assert _critical(exact([[1, 1], [1, 1]])) is None
    # The kernel of one is (1, 1, 0), that of the other has two dimensions.
    assert _critical(exact([[1, -1, 0], [-1, 1, 0], [0, 0, 1]])) is None
    assert _critical(exact([[0, 0], [0, 0]])) is None
    # (1, 0, 1) is not above 0 everywhere.
    assert _critical(exact([[1, 0, -1], [0, 1, 0], [-1, 0, 1]])) is None


def test_large_cases_are_settled_without_their_positive_entries() -> None:
    """Fifteen indices on a cycle: definite only where positive entries are left out, or only where they are not."""
    n = MAX_SIZE + 1
    cycle = np.roll(np.eye(n, dtype=int), 1, axis=0)
    cycle = cycle + cycle.T
    off = 1 - np.eye(n, dtype=int) - cycle
    assert _witness(exact(np.eye(n, dtype=int) * 3 - cycle + 100 * off), list(range(n))) is None
    # Small diagonals beside entries of 1: not definite as it stands.
    small = exact(off)
    small += exact(np.eye(n, dtype=int)) / 25 - exact(cycle) / 100
    assert not is_positive_definite(small)
    assert _witness(small, list(range(n))) is None
    # εI + uuᵀ with mixed signs: not definite without its positive entries.
    u = exact([[(-1) ** i for i in range(n)]])
    mixed = u.T @ u + exact(np.eye(n, dtype=int)) / 100
    assert _witness(mixed, list(range(n))) is None
    with pytest.raises(TooLarge, match="up to size 14, not 15"):
        _witness(mixed - exact(np.eye(n, dtype=int)) / 10, list(range(n)))
