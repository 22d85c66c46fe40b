"""Learning rules against their definitions, exact and in doubles."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.learning import EXACT_NEURONS, LEARNING
from hopverify.spec import ExactArray

FORMING = ("pseudo_inverse", "storkey")


def signs(count: int, size: int, seed: int = 0) -> ExactArray:
    rng = np.random.default_rng(seed)
    return ExactArray.of(np.where(rng.random((count, size)) < 0.5, -1, 1))


def weights(rule: str, patterns: ExactArray, *, zero_diagonal: bool = False) -> ExactArray:
    learned = LEARNING[rule].learn(patterns, zero_diagonal).weights
    assert learned is not None
    return learned


def test_hebb_forms_no_weights() -> None:
    assert LEARNING["hebbian"].learn(signs(2, 5), True).weights is None


@pytest.mark.parametrize("rule", FORMING)
@pytest.mark.parametrize("size", [7, EXACT_NEURONS + 9])
def test_weights_are_exactly_symmetric(rule: str, size: int) -> None:
    W = weights(rule, signs(4, size)).values
    assert (W == W.T).all()


def test_the_projection_is_exact() -> None:
    patterns = signs(3, 9)
    W, Xi = weights("pseudo_inverse", patterns).fractions(), patterns.fractions()
    assert (W @ Xi.T == Xi.T).all()
    assert (W @ W == W).all()
    assert sum(np.diag(W)) == 3


def test_dependent_patterns_span_less() -> None:
    W = weights("pseudo_inverse", ExactArray.of([[1, 1, 0], [2, 2, 0], [0, 0, 0]])).fractions()
    assert W.tolist() == [[Fraction(1, 2), Fraction(1, 2), 0], [Fraction(1, 2), Fraction(1, 2), 0], [0, 0, 0]]
    assert not weights("pseudo_inverse", ExactArray.of([[0, 0]])).values.any()


def test_the_projection_in_doubles_is_that_of_the_rationals_up_to_rounding() -> None:
    patterns = signs(6, EXACT_NEURONS + 9)
    twice = ExactArray.of(np.vstack([patterns.values, patterns.values[:2]]))
    W = weights("pseudo_inverse", twice).values
    assert W.dtype == np.float64
    assert np.allclose(W @ patterns.values.T, patterns.values.T, atol=1e-12)
    assert np.trace(W) == pytest.approx(6)


def storkey_by_definition(Xi: np.ndarray) -> list[list[Fraction]]:
    """The rule as it is written, index by index."""
    n = Xi.shape[1]
    W = [[Fraction(0)] * n for _ in range(n)]
    for xi in Xi.tolist():
        h = [[sum(W[i][k] * xi[k] for k in range(n) if k not in (i, j)) for j in range(n)] for i in range(n)]
        W = [
            [W[i][j] + Fraction(1, n) * (xi[i] * xi[j] - xi[i] * h[j][i] - h[i][j] * xi[j]) for j in range(n)]
            for i in range(n)
        ]
    return W


@pytest.mark.parametrize("seed", range(3))
def test_storkey_is_its_definition(seed: int) -> None:
    patterns = signs(4, 7, seed)
    assert weights("storkey", patterns).fractions().tolist() == storkey_by_definition(patterns.fractions())


def test_storkey_begins_as_hebb_and_depends_on_the_order() -> None:
    patterns = signs(3, 8)
    first = weights("storkey", ExactArray.of(patterns.values[:1])).fractions()
    xi = patterns.fractions()[0]
    assert (first == np.outer(xi, xi) / 8).all()
    assert weights("storkey", patterns) != weights("storkey", ExactArray.of(patterns.values[::-1].copy()))


def test_storkey_in_doubles_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = signs(4, 20)
    exact = weights("storkey", patterns)
    monkeypatch.setattr("hopverify.interop.learning.storkey.EXACT_NEURONS", 10)
    rounded = weights("storkey", patterns)
    assert not exact.is_dyadic
    assert rounded.is_dyadic
    assert np.allclose(rounded.values, exact.floats(), atol=1e-14)


@pytest.mark.parametrize("rule", FORMING)
def test_the_diagonal_can_be_left_out(rule: str) -> None:
    kept, without = (weights(rule, signs(3, 6), zero_diagonal=zero).fractions() for zero in (False, True))
    assert not np.diag(without).any()
    assert np.diag(kept).all()
    kept = kept.copy()
    np.fill_diagonal(kept, Fraction(0))
    assert (kept == without).all()


def test_weights_that_overflow_are_refused() -> None:
    huge = ExactArray.of(np.full((2, EXACT_NEURONS + 1), 1e200))
    with pytest.raises(HopverifyError, match="scale them down"), np.errstate(all="ignore"):
        weights("storkey", huge)
