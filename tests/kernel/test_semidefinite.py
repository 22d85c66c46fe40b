"""Definite matrices that are halved, beside those that are eliminated row by row."""

from __future__ import annotations

from random import Random

import pytest
from flint import arb

from hopverify.kernel import semidefinite
from hopverify.kernel.semidefinite import is_definite


def drawn(size: int, shift: int, random: Random) -> list[list[arb]]:
    """Return BᵀB - shift, and no numbers below the diagonal, where nothing is read."""
    B = [[random.randint(-3, 3) for _ in range(size)] for _ in range(size)]
    square = [[sum(B[k][i] * B[k][j] for k in range(size)) for j in range(size)] for i in range(size)]
    return [[arb(square[i][j] - shift * (i == j)) if i <= j else arb.nan() for j in range(size)] for i in range(size)]


@pytest.mark.parametrize("size", [2, 3, 5, 8])
def test_a_matrix_that_is_halved_is_definite_as_one_that_is_not(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random, found = Random(size), set[bool]()
    for shift in range(-4, 5):
        matrix = drawn(size, shift, random)
        monkeypatch.setattr(semidefinite, "LARGE", 48)
        plain = is_definite(matrix)
        monkeypatch.setattr(semidefinite, "LARGE", 1)
        assert is_definite(matrix) is plain
        found.add(plain)
    assert found == {False, True}
