"""Products without rounding errors have limits, and the rest is bounded in both of its triangles."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.checker.definiteness.integer_cholesky import _row_sums, check_products_exact
from hopverify.errors import EvidenceRejected


def test_squares_of_rows_are_at_most_2_to_the_52() -> None:
    edge, zero = np.array([[2.0**26]]), np.zeros((1, 1))
    check_products_exact(edge, zero)
    with pytest.raises(EvidenceRejected, match="too large for products without rounding errors"):
        check_products_exact(np.array([[2.0**26, 1.0]]), np.zeros((1, 2)))


def test_rows_and_columns_both_count() -> None:
    assert _row_sums(np.array([[1.0, -8.0], [0.0, 2.0]])).tolist() == [9, 10]
    assert _row_sums(np.array([[1.0, 0.0], [-8.0, 2.0]])).tolist() == [9, 10]
