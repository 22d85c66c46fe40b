"""Shares of thresholds in balls: they sum to 1, and conjugates have values, also where a share is nearly 0."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import arb

from hopverify.kernel.balls import BALLS, _threshold, raised
from hopverify.kernel.functions import ball, power, precision, product
from tests.profiles import by_profile

DRAWS = by_profile(40, 300, 3000)


def drawn(random: Random) -> list[Fraction]:
    """Return scores, some of them equal, some of them where a share begins."""
    u = [Fraction(random.randint(-60, 60), random.choice([1, 2, 7, 10, 64])) for _ in range(random.randint(1, 5))]
    return [*u, u[0]] if random.random() < 0.3 else u


@pytest.mark.parametrize("family", ["entmax", "normmax"])
@pytest.mark.parametrize("parameter", ["4/3", "3/2", "2"])
def test_every_score_has_a_share(family: str, parameter: str) -> None:
    random, c = Random(3), Fraction(parameter)
    with precision():
        for _ in range(DRAWS):
            u = [ball(each) for each in drawn(random)]
            p = BALLS.own[family](u, c)
            assert BALLS.total(p).overlaps(ball(1))
            value = BALLS.own[f"{family}_conjugate"](u, c)
            assert value.is_finite()
            assert value.rad() < 1e-18
            assert value > max(u, key=float) - ball(Fraction(1, 2**40))


@pytest.mark.parametrize("exponent", ["1/2", "1", "2", "3", "40"])
def test_thresholds_are_close_and_those_of_intervals_reach_from_that_of_their_lower_ends(exponent: str) -> None:
    random, e = Random(4), Fraction(exponent)
    with precision():
        for _ in range(40):
            pairs = [sorted([score, score + Fraction(random.randint(0, 9), 8)]) for score in drawn(random)]
            low, high = (_threshold([ball(pair[end]) for pair in pairs], e) for end in (0, 1))
            assert low.rad() < 1e-15
            for end, t in enumerate((low, high)):
                assert arb(BALLS.total([raised(ball(pair[end]) - t, e) for pair in pairs])).contains(1)
            t = _threshold([ball(low).union(ball(high)) for low, high in pairs], e)
            assert t.contains(low.mid())
            assert t.contains(high.mid())
            assert t.rad() <= (high - low).upper() / 2 + arb(2) ** -20


def test_scores_that_are_no_numbers_have_no_threshold() -> None:
    assert not _threshold([arb(1), arb.nan()], Fraction(2)).is_finite()
    assert not _threshold([arb(1), arb("inf")], Fraction(2)).is_finite()


def wide(random: Random) -> tuple[Fraction, Fraction]:
    """Return the ends of an interval."""
    low, high = sorted(Fraction(random.randint(-40, 40), 8) for _ in range(2))
    return low, high


def test_products_and_powers_of_intervals_reach_to_those_of_their_ends() -> None:
    random, room = Random(5), Fraction(1, 2**20)
    with precision():
        for _ in range(DRAWS):
            one, other = wide(random), wide(random)
            u, v = (ball(low).union(ball(high)) for low, high in (one, other))
            corners = [a * b for a in one for b in other]
            least, most = ball(min(corners) - room), ball(max(corners) + room)
            for found in (product(u, v), BALLS.dot([u], [v]), BALLS.own["matmul"]([[u]], [v])[0]):
                assert all(found.contains(ball(each)) for each in corners)
                assert least < found
                assert found < most
            if not one[0] <= 0 <= one[1]:
                for n in (-2, -1, 2, 3):
                    powers = [end**n for end in one]
                    found = power(u, Fraction(n))
                    assert all(found.overlaps(ball(each)) for each in powers)
                    assert found.rad() <= ball((max(powers) - min(powers)) / 2) * (1 + 1e-6) + 1e-6


def test_what_is_no_number_stays_so() -> None:
    nothing, line = arb.nan(), arb(0, arb("inf"))
    assert product(nothing, line).is_nan()
    assert not product(line, arb(1, 1)).is_finite()
    assert not power(line, Fraction(2)).is_finite()
    assert not power(arb(0, 1), Fraction(-1)).is_finite()
