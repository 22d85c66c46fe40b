"""Radii of weights with a unit of rounding and an underflow as coarse as can be seen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import floats, midpoints
from hopverify.checker.midpoints import _hebbian, _largest, _scaled, _slack, _spread_of, spreads
from hopverify.networks.structured import DenseBlock, HebbianBlock
from hopverify.spec import ExactArray
from hopverify.spec.spread import Spread
from tests.checker.models import dense, structured

UNIT, TINY = 2.0**-10, 2.0**-4
XI = np.array([[1.0, 3.0, 0.0], [2.0, 0.5, 1.0]])


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midpoints, "roundoff", lambda: UNIT)
    monkeypatch.setattr(midpoints, "TINY", TINY)
    monkeypatch.setattr(floats, "UNIT", UNIT)


def up(value: float, operations: int) -> float:
    return value * (1 + (2 * operations + 4) * UNIT)


def slack(size: float, roundings: int) -> float:
    return up(size * 2 * roundings * UNIT, 8) + roundings * TINY


def hebbian(**rest: Any) -> HebbianBlock:
    return HebbianBlock(ExactArray.of(XI), **({"scale": Fraction(1), "zero_diagonal": False} | rest))


@pytest.mark.usefixtures("coarse")
def test_the_radius_of_hebbian_weights() -> None:
    found = _hebbian(hebbian(), 0, 3)
    assert (found.values == XI.T @ XI).all()
    # Two patterns, of which the largest column has the square 9 + 1/4.
    q = up(9.25, 18) + 2 * TINY
    assert found.radius == pytest.approx(up(slack(q, 6) + 6 * TINY * (1 + q), 8), rel=1e-12)
    assert _slack(3.0, 2) == slack(3.0, 2)


@pytest.mark.usefixtures("coarse")
def test_the_radius_of_scaled_weights() -> None:
    values = np.array([[1.0, -4.0]])
    same = _scaled(values, 0.25, Fraction(1))
    assert (same.values.tolist(), same.radius) == ([[1, -4]], 0.25)
    found = _scaled(values, 0.25, Fraction(-3))
    assert found.values.tolist() == [[-3, 12]]
    assert found.radius == pytest.approx(up(3 * (0.25 + slack(4.0, 2)) + TINY, 8), rel=1e-12)


def test_rows_of_hebbian_weights_without_a_diagonal() -> None:
    W = XI.T @ XI - np.diag((XI**2).sum(axis=0))
    for start, stop in ((0, 3), (0, 1), (1, 2), (1, 3), (2, 3)):
        assert (_hebbian(hebbian(zero_diagonal=True), start, stop).values == W[start:stop]).all()


def test_the_largest_of_no_numbers_is_0() -> None:
    assert _largest(np.zeros((0, 2))) == 0
    assert _largest(np.array([[-3.0, 2.0]])) == 3
    assert _largest(np.array([[0.25, 0.5]])) == 0.5
    assert _largest(np.array([[-0.25]])) == 0.25


@pytest.mark.usefixtures("coarse")
def test_the_spread_of_a_block() -> None:
    matrix = ExactArray.of(np.array([[1.0, 0.0], [-4.0, 2.0]]))
    for rest, size, times in (
        ({}, [[1, 0], [4, 2]], 1),
        ({"transposed": True}, [[1, 4], [0, 2]], 1),
        ({"symmetrised": True}, [[2, 4], [4, 4]], 2),
        ({"factor": Fraction(-3)}, [[3, 0], [12, 6]], 3),
    ):
        block = DenseBlock(matrix, **rest)
        spread = Spread(Fraction(1, 8), Fraction(1, 2))
        wanted = np.array([[up(times / 8 + entry / 2, 16) + TINY for entry in row] for row in size])
        for start, stop in ((0, 2), (1, 2)):
            assert np.allclose(_spread_of(block, spread, start, stop), wanted[start:stop], rtol=1e-12, atol=0)


def test_spreads_of_a_network_are_rounded_upward() -> None:
    network = structured(dense("{values: [[1, 0], [0, 1]], tolerance: 1/4}", "size: 2, lagrangian: relu"))
    found = spreads(network, 0, 2)
    assert found is not None
    # 16 operations, and one number further.
    one = 0.25 * (1 + 36 * 2.0**-53)
    assert found.tolist() == [[np.nextafter(one, 1.0)] * 2] * 2
