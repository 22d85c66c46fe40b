"""Shares of thresholds in balls: they sum to 1, and conjugates have values, also where a share is nearly 0."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from hopverify.kernel.balls import BALLS
from hopverify.kernel.functions import ball, precision


def drawn(random: Random) -> list[Fraction]:
    """Return scores, some of them equal, some of them where a share begins."""
    u = [Fraction(random.randint(-60, 60), random.choice([1, 2, 7, 10, 64])) for _ in range(random.randint(1, 5))]
    return [*u, u[0]] if random.random() < 0.3 else u


@pytest.mark.parametrize("family", ["entmax", "normmax"])
@pytest.mark.parametrize("parameter", ["4/3", "3/2", "2"])
def test_every_score_has_a_share(family: str, parameter: str) -> None:
    random, c = Random(3), Fraction(parameter)
    with precision():
        for _ in range(300):
            u = [ball(each) for each in drawn(random)]
            p = BALLS.own[family](u, c)
            assert BALLS.total(p).overlaps(ball(1))
            value = BALLS.own[f"{family}_conjugate"](u, c)
            assert value.is_finite()
            assert value.rad() < 1e-18
            assert value > max(u, key=float) - ball(Fraction(1, 2**40))
