"""Sets of overlapping balls, their centroids and the roots of distances: whole results, counted by hand."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import pytest

from hopverify.checker.ball_minima import Minimum, _minimum, _sets, _whole, attracted, minima, root_above, root_below
from hopverify.spec import ExactArray
from hopverify.synapses.epanechnikov import Epanechnikov
from tests.rationals import exact


def found_of(rows: list[list[Any]], beta: Fraction) -> list[Minimum]:
    return minima(Epanechnikov(("x",), ExactArray.of(exact(rows)), beta, Fraction(1, 100)))


def sets_of(points: list[int], R: int) -> list[tuple[tuple[int, ...], list[int], int]]:
    x = np.array(points, dtype=object)
    return [(members, s.tolist(), P) for members, s, P in _sets((x[:, None] - x[None, :]) ** 2, R)]


def test_distances_and_the_radius_are_whole_in_one_unit() -> None:
    """In sixths the points are (3, 2), (0, -1), (6, 6); 2/5 of 36 is whole in fifths only."""
    D, R, scale = _whole(exact([["1/2", "1/3"], [0, "-1/6"], [1, 1]]), Fraction(2, 5))
    assert D.tolist() == [[0, 90, 125], [90, 0, 425], [125, 425, 0]]
    assert all(type(entry) is int for entry in D.ravel())
    assert (R, scale) == (72, 180)


def test_one_pattern_is_a_set() -> None:
    assert sets_of([7], 1) == [((0,), [0], 0)]


def test_sets_are_extended_up_to_the_edge_and_not_at_it() -> None:
    """P < m²R: of 0, 3, 6 the pairs of neighbours have P = 9, the others 36, and all three 54."""
    pairs = [(0,), (0, 1), (1,), (1, 2), (2,)]
    assert [members for members, _, _ in sets_of([0, 3, 6], 3)] == pairs
    assert [members for members, _, _ in sets_of([0, 3, 6], 2)] == [(0,), (1,), (2,)]
    # 9·6 = 54 is an edge; 4·9 = 36 is the edge of the outer pair.
    assert [members for members, _, _ in sets_of([0, 3, 6], 6)] == pairs
    assert sets_of([0, 3, 6], 7) == [
        ((0,), [0, 9, 36], 0),
        ((0, 1), [9, 9, 45], 9),
        ((0, 1, 2), [45, 18, 45], 54),
        ((1,), [9, 0, 9], 0),
        ((1, 2), [45, 9, 9], 9),
        ((2,), [36, 9, 0], 0),
    ]


def test_the_next_member_comes_after_the_last_whatever_fits_before() -> None:
    """0 and 9 are too far apart, and 9 and 10 near: the members of a set rise."""
    assert [members for members, _, _ in sets_of([0, 9, 1, 10], 1)] == [(0,), (0, 2), (1,), (1, 3), (2,), (3,)]


def one(rows: list[list[Any]], squared_radius: Fraction, members: tuple[int, ...]) -> Minimum | None:
    Xi = exact(rows)
    D, R, scale = _whole(Xi, squared_radius)
    s = sum((D[mu] for mu in members), 0 * D[0])
    P = sum(D[mu, nu] for i, mu in enumerate(members) for nu in members[:i])
    return next(_minimum(Xi, R, scale, members, s, P), None)


def test_a_centroid_on_an_edge_of_its_own_balls_is_no_minimum() -> None:
    """Twice 0 and once 3/2: the centroid 1/2 is 1 away from the third."""
    rows: list[list[Any]] = [[0], [0], ["3/2"]]
    assert one(rows, Fraction(1), (0, 1, 2)) is None
    near = one(rows, Fraction(1001, 1000), (0, 1, 2))
    assert near == Minimum((0, 1, 2), (Fraction(1, 2),), Fraction(1), None, False)


def test_a_centroid_on_an_edge_of_another_ball_is_no_minimum() -> None:
    rows: list[list[Any]] = [[0, 0], [1, 0], ["1/2", 2], ["1/2", 3]]
    assert one(rows, Fraction(4), (0, 1)) is None
    inside = one(rows, Fraction(399, 100), (0, 1))
    assert inside == Minimum((0, 1), (Fraction(1, 2), Fraction(0)), Fraction(1, 4), Fraction(4), False)


def test_what_is_told_of_three_balls_of_four() -> None:
    """R = 2: the first three balls share (1/3, 1/3), as far as 5/9 from two of them; the last lies apart."""
    found = found_of([[0, 0], [1, 0], [0, 1], [3, 3]], Fraction(1))
    third = Fraction(1, 3)
    # The distances of (1/3, 1/3) are 2/9, 5/9, 5/9 and 128/9; within each other's balls no smaller set has its own.
    assert found == [
        Minimum((0, 1, 2), (third, third), Fraction(5, 9), Fraction(128, 9), False),
        Minimum((3,), (Fraction(3), Fraction(3)), Fraction(0), Fraction(13), True),
    ]


@pytest.mark.parametrize(
    ("inner", "outer", "squared_radius", "radius"),
    [
        (1, None, 9, 2),
        (1, 16, 9, 1),  # the edges of the others are nearer
        (1, 100, 9, 2),
        (0, 9, 9, 0),
        (16, None, 9, 0),  # never below 0
        (Fraction(1, 4), Fraction(49, 4), Fraction(25, 4), 1),
    ],
)
def test_the_ball_that_is_attracted_meets_no_edge(
    inner: Fraction, outer: Fraction | None, squared_radius: Fraction, radius: Fraction
) -> None:
    found = Minimum((0,), (Fraction(0),), Fraction(inner), None if outer is None else Fraction(outer), True)
    assert attracted(found, Fraction(squared_radius)) == radius


def test_the_radius_is_below_irrational_ones() -> None:
    step = Fraction(1, 2**32)
    own = Minimum((0,), (Fraction(0),), Fraction(2), None, False)
    assert attracted(own, Fraction(3)) == root_below(Fraction(3)) - root_above(Fraction(2))
    assert root_above(Fraction(2)) == root_below(Fraction(2)) + step
    others = Minimum((0,), (Fraction(0),), Fraction(0), Fraction(3), False)
    assert attracted(others, Fraction(2)) == root_below(Fraction(3)) - root_above(Fraction(2))


def test_roots_are_told_to_the_bits_asked_for() -> None:
    assert (root_below(Fraction(2), 3), root_above(Fraction(2), 3)) == (Fraction(11, 8), Fraction(12, 8))
    assert (root_below(Fraction(1, 3), 3), root_above(Fraction(1, 3), 3)) == (Fraction(13, 24), Fraction(14, 24))
    assert root_below(Fraction(4, 9), 0) == root_above(Fraction(4, 9), 0) == Fraction(2, 3)
    assert root_below(Fraction(0)) == root_above(Fraction(0)) == 0


@pytest.mark.parametrize("square", [2, 3, 5, 7])
def test_roots_have_32_bits_unless_more_are_asked_for(square: int) -> None:
    below = Fraction(isqrt(square << 64), 2**32)
    assert (root_below(Fraction(square)), root_above(Fraction(square))) == (below, below + Fraction(1, 2**32))
    assert root_below(Fraction(square), 40) > below
