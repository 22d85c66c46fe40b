"""Heat maps: the means of blocks, of matrices that are too large to be printed."""

from __future__ import annotations

import numpy as np

from hopverify.derivation import Numbers
from hopverify.derivation.formula import Symbol
from hopverify.picturing.heat_maps import CELLS, MOST, heat_maps
from hopverify.spec import ExactArray


def numbers(values: object) -> Numbers:
    return Numbers(Symbol("W"), "weights", ExactArray.of(values))


def test_a_picture_has_the_means_of_blocks() -> None:
    rows, columns = CELLS + 1, 10
    values = np.arange(rows * columns).reshape(rows, columns)
    (found,) = heat_maps((numbers(values),))
    assert found.block == (2, 1)
    assert found.values.shape == (CELLS // 2 + 1, columns)
    assert np.array_equal(found.values[0], (values[0] + values[1]) / 2)
    # The last block is of one row only.
    assert np.array_equal(found.values[-1], values[-1])
    assert found.limit == values.max()


def test_small_and_uniform_matrices_have_no_picture_and_of_many_only_the_first_few() -> None:
    large = numbers(np.eye(9, dtype=int))
    assert heat_maps((numbers(np.eye(2, dtype=int)), numbers(np.zeros((9, 9), dtype=int)))) == ()
    assert len(heat_maps((large,) * (MOST + 1))) == MOST


def test_numbers_beyond_floating_point_have_no_picture_and_no_norm() -> None:
    huge = numbers([[10**400 + i * j for j in range(9)] for i in range(9)])
    assert heat_maps((huge,)) == ()
    assert "norm" not in huge.in_short.in_text
    assert "entries from ≈1e+400 to" in huge.in_short.in_text
