"""Weights of linear drives in floating point, and forms of them in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.networks.linear import drive_matrix
from hopverify.numerics.copositivity import least_eigenvalue, negative_direction
from hopverify.numerics.quadratic_drives import bilinear, form, weights
from hopverify.spec import ExactArray
from tests.checker.models import model

BODY = "layers: {x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: tanh}}\nsynapses: {w: {%s}}\n"


@pytest.mark.parametrize(
    "synapse",
    [
        "kind: dense, layers: [x, x], weights: [[1, 2], [1/3, 4]]",
        "kind: dense, layers: [x, x], weights: [[1, 2], [2, 4]], drive: gradient, prefactor: 1",
        "kind: dense, layers: [x, y], weights: [[1, -2], [1/2, 4]]",
        "kind: dense, layers: [y, x], weights: [[1, -2], [1/2, 4]], drive: gradient, prefactor: 3",
        "kind: diagonal, layers: [x, y], weights: [3, 1/4]",
        "kind: hebbian, layers: [x], patterns: [[1, -1], [1, 1]]",
    ],
)
def test_weights_and_forms_are_those_of_the_exact_matrix(synapse: str) -> None:
    of = model(BODY % synapse)
    W = drive_matrix(of)
    assert np.allclose(weights(of.layers, of.synapses.values()), W.astype(float), rtol=1e-15)
    d: Any = np.array([Fraction(1), Fraction(-1, 3), Fraction(5, 2), Fraction(0)], dtype=object)
    parts = {"x": d[:2], "y": d[2:]}
    assert form(of.synapses["w"], parts) == d @ W @ d


@pytest.mark.parametrize("entries", [[[1e-300, 1.0], [3.5, -1e200]], [[0.1, 0.0], [0.0, 5e-324]], [[0.0, 0.0]] * 2])
def test_products_of_doubles_are_exact(entries: list[list[float]]) -> None:
    left, right = [Fraction(1, 3), Fraction(2)], [Fraction(-1), Fraction(1, 8)]
    wanted = sum(left[i] * Fraction(entries[i][j]) * right[j] for i in range(2) for j in range(2))
    held, (u, v) = ExactArray.of(np.array(entries)), (np.array(each, dtype=object) for each in (left, right))
    assert bilinear(held, u, v) == wanted
    assert bilinear(held, u * Fraction(0), v) == 0


def test_a_large_matrix_is_searched_by_lanczos() -> None:
    """One pair of many neurons excites one another beyond their leak."""
    size = 410
    M = np.zeros((size, size))
    M[7, 9] = M[9, 7] = 3.0
    cost = np.ones(size)
    d = negative_direction(M, np.full(size, np.inf), cost)
    assert d is not None
    assert d.min() >= 0 > float(d @ (d - M @ d))
    assert negative_direction(M / 4, np.full(size, np.inf), cost) is None
    assert least_eigenvalue(np.eye(size) - M) == pytest.approx(-2, rel=1e-2)
