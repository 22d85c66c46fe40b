"""Softmax, entmax and weighted means of intervals, and their slopes: they enclose what floats give at points inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.expr.parser import parse
from hopverify.expr.translation import is_flat_only_along_ones
from tests.profiles import by_profile

TEXTS = ["softmax(2*x)", "ghostmax(x)", "sparsemax(x)", "entmax(x, 3/2)", "(x - mean(x))/sqrt(variance(x) + 1/4)"]
WIDTHS = (0.0, 1e-6, 0.05, 1.0, 30.0)


def _vector(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    box = np.empty(lower.shape[1], dtype=object)
    for i in range(len(box)):
        box[i] = Interval(lower[:, i], upper[:, i])
    return box


def _bounds(entries: object, count: int) -> tuple[np.ndarray, np.ndarray]:
    parts = [as_interval(entry) for entry in entries]  # type: ignore[attr-defined]
    return tuple(  # type: ignore[return-value]
        np.array([np.broadcast_to(getattr(part, end), count) for part in parts]).T for end in ("lower", "upper")
    )


@settings(max_examples=by_profile(8, 25, 1000), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), text=st.sampled_from(TEXTS))
def test_values_and_slopes_are_enclosed(seed: int, text: str) -> None:
    rng, expression = np.random.default_rng(seed), parse(text)
    count, n = 12, int(rng.integers(2, 5))
    middle = rng.normal(scale=2, size=(count, n))
    radius = rng.uniform(size=(count, n)) * rng.choice(WIDTHS, size=(count, 1))
    box = _vector(middle - radius, middle + radius)
    low, high = _bounds(evaluate(expression, {"x": box}, INTERVALS), count)
    d = rng.normal(size=n)
    direction = np.array([as_interval(entry) for entry in d], dtype=object)
    moved = slopes_of(evaluate(expression, {"x": along(box, direction)}, Duals(INTERVALS)))
    slope_low, slope_high = _bounds(moved, count)
    for _ in range(10):
        x = middle + radius * rng.uniform(-1, 1, size=(count, n))
        for k in range(count):
            value = np.asarray(evaluate(expression, {"x": x[k]}, FLOATS))
            assert (low[k] - 1e-9 <= value).all()
            assert (value <= high[k] + 1e-9).all()
            slope = slopes_of(evaluate(expression, {"x": along(x[k], d)}, Duals(FLOATS))).astype(float)
            size = 1e-6 * (1 + np.abs(slope))
            assert (slope_low[k] - size <= slope).all()
            assert (slope <= slope_high[k] + size).all()


def test_softmax_is_sharp() -> None:
    """Each component is monotone in each score, so its bounds are attained at corners."""
    box = _vector(np.array([[0.0, -1.0]]), np.array([[1.0, 2.0]]))
    low, high = _bounds(evaluate(parse("softmax(x)"), {"x": box}, INTERVALS), 1)
    assert low[0] == pytest.approx([1 / (1 + np.exp(2)), 1 / (1 + np.exp(2))], rel=1e-12)
    assert high[0] == pytest.approx([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-2))], rel=1e-12)


def test_unbounded_scores_stay_in_the_simplex() -> None:
    box = _vector(np.array([[-np.inf, 0.0, 5.0]]), np.array([[np.inf, 1.0, 5.0]]))
    low, high = _bounds(evaluate(parse("softmax(x)"), {"x": box}, INTERVALS), 1)
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert high[0, 0] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logsumexp(2*x)/2", True),
        ("3*sqrt(size(x))*norm(x - mean(x), size(x)*1/100) + dot(x, d)", True),
        ("3*sqrt(size(x))*norm(x - mean(x), size(x)*0) + dot(x, d)", False),
        ("sparsemax_conjugate(x)", False),
        ("ghost_logsumexp(x)", False),
        ("logsumexp(x) + dot(x, x)", False),
        ("0*logsumexp(x)", False),
        ("logsumexp(x) - logsumexp(2*x)", False),
        ("logsumexp(d*x)", False),
        ("norm(x, 1)", False),
    ],
)
def test_null_space_of_the_hessian(text: str, expected: bool) -> None:
    assert is_flat_only_along_ones(parse(text)) is expected
