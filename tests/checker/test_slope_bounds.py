"""Intervals that cover the line, and declared slopes rounded outward: whole results, by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.checker.slope_bounds import GRID, _declared, _tiles, slope_bounds
from hopverify.errors import EvidenceRejected
from tests.checker.models import layer


def test_tiles_cover_the_line_in_steps_of_a_32nd_of_a_factor_of_two() -> None:
    tiles = _tiles()
    assert np.array_equal(tiles.upper[:-1], tiles.lower[1:])
    assert (tiles.lower[0], tiles.upper[-1]) == (-np.inf, np.inf)
    positive = tiles.upper[tiles.lower >= 0][:-1]
    assert len(positive) == 26 * 32 + 1
    assert (positive[0], positive[16 * 32], positive[-1]) == (2.0**-16, 1.0, 2.0**10)
    assert np.allclose(positive[1:] / positive[:-1], 2.0 ** (1 / 32), rtol=1e-14)
    assert np.array_equal(tiles.lower[1 : len(positive) + 1], -positive[::-1])
    assert len(tiles.lower) == 2 * (len(positive) + 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_declared_slopes_are_rounded_outward(sign: int) -> None:
    """γ/√ε = ±(1/3)/√(1/9) is ±1, and the other end 0, which no ball says exactly: the next multiples are taken."""
    function = layer(f"lagrangian: {{layernorm: {{gamma: {sign}/3, epsilon: 1/9}}}}").function
    step = Fraction(1, GRID)
    wanted = (-step, 1 + step) if sign > 0 else (-1 - step, step)
    assert (_declared(function, 0), _declared(function, 1)) == wanted


def test_declared_slopes_between_two_multiples_are_rounded_outward() -> None:
    low = _declared(layer("lagrangian: {layernorm: {gamma: -1, epsilon: 3}}").function, 0)
    high = _declared(layer("lagrangian: {layernorm: {gamma: 1, epsilon: 3}}").function, 1)
    assert low is not None
    assert high == -low
    assert 3 * high**2 > 1 > 3 * (high - Fraction(1, GRID)) ** 2


def test_a_layer_has_bounds_from_0_on_or_none() -> None:
    assert slope_bounds(layer("lagrangian: {layernorm: {gamma: 1, epsilon: 1/4}}").function) == (
        Fraction(0),
        Fraction(2),
    )
    with pytest.raises(EvidenceRejected, match="not elementwise are known"):
        slope_bounds(layer("lagrangian: {layernorm: {gamma: -1, epsilon: 1/4}}").function)
