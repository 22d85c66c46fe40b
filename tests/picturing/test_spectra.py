"""Spectra: eigenvalues in floating point against what is certified of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hopverify.networks import linear_network
from hopverify.picturing.spectra import hessian, spectra_of
from tests.picturing.certificates import CELLS, SWITCH, certified

TURNING = """
hopverify: 1
name: turning
layers: {x: {size: 2, lagrangian: tanh, bias: [1/2, 0]}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [-1, 0]]}}
checks: [equilibria, equilibrium_stability]
"""


def test_the_spectra_of_the_switch() -> None:
    _, model, certificate = certified(SWITCH)
    found = spectra_of(model, certificate)
    assert found is not None
    assert found.symmetric
    assert found.decides == 1
    first, second, third = found.rows
    for row in (first, third):
        assert row.eigenvalues == (0.0,)
        assert (row.stability, row.at_least, row.at_most) == ("stable", None, 1 / 64)
    # W = [[0, -2], [-2, 0]] with both alive has ±2.
    assert second.eigenvalues == pytest.approx((-2.0, 2.0))
    assert (second.stability, second.at_least, second.at_most) == ("unstable", 1.0, None)


@pytest.mark.parametrize("name", ["hopfield-1984", "hard-tanh-memory", "softmax-equilibria", "relu-five-equilibria"])
def test_the_largest_eigenvalue_lies_where_it_is_certified_to_lie(name: str) -> None:
    _, model, certificate = certified(name)
    found = spectra_of(model, certificate)
    assert found is not None
    assert found.rows
    for row in found.rows:
        assert row.at_most is None or row.eigenvalues[-1] <= row.at_most + 1e-9
        assert row.at_least is None or row.eigenvalues[-1] >= row.at_least - 1e-9


def test_weights_that_are_not_symmetric_are_linearised() -> None:
    _, model, certificate = certified(TURNING)
    found = spectra_of(model, certificate)
    assert found is not None
    assert not found.symmetric
    assert found.decides == 0
    (row,) = found.rows
    assert row.eigenvalues == pytest.approx((-1.0,))
    assert row.at_most is not None
    assert -1.0 - 1e-6 <= row.at_most < 0


def test_the_hessian_of_a_whole_layer_is_its_block() -> None:
    _, model, _ = certified("softmax-equilibria")
    network = linear_network(model)
    assert network is not None
    H = hessian(network, np.zeros(3))
    assert np.allclose(H, H.T)
    assert np.allclose(H @ np.ones(3), 0)
    assert np.linalg.eigvalsh(H)[-1] > 0.1


def test_eigenvalues_that_a_picture_shows_in_one_place_are_one() -> None:
    _, model, certificate = certified("hard-tanh-memory")
    found = spectra_of(model, certificate)
    assert found is not None
    assert max(len(row.eigenvalues) for row in found.rows) <= 4


def test_without_a_list_there_is_nothing_to_show() -> None:
    _, model, certificate = certified(CELLS)
    assert spectra_of(model, certificate) is None
    assert spectra_of(certified(SWITCH)[1], replace(certificate, results=())) is None
