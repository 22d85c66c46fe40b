"""Margins, distances and exponentials by the million: each is a bound of the exact number, and no pair is left out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.checker import gram as module
from hopverify.checker.exponentials import HIGHEST, STEPS, Weights, table, unit, weights
from hopverify.checker.gram import Gram, Tile
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import ball, precision
from hopverify.spec import ExactArray

Patterns = np.ndarray[Any, Any]


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few patterns take many panels, columns and slabs."""
    for name, size in (("PANEL", 4), ("WIDTH", 3), ("SLAB", 2)):
        monkeypatch.setattr(module, name, size)


def gram_of(patterns: Patterns, bias: Patterns | None = None, *, ghost: bool = False) -> Gram:
    offsets = np.zeros(len(patterns)) if bias is None else bias
    return Gram(ExactArray.of(patterns), ExactArray.of(offsets), ghost=ghost)


def whole(gram: Gram, dtype: Any) -> tuple[Patterns, Patterns, Patterns]:
    """Return how often each ordered pair occurs in tiles, its margin and its distance."""
    count, margin, distance = (np.zeros((gram.count, gram.count)) for _ in range(3))

    def copied(tile: Tile) -> Tile:
        return Tile(tile.own, tile.first, tile.margin.copy(), tile.distance.copy(), tile.square, tile.across)

    for own, tile in gram.each(copied, dtype):
        turned = [array.T if tile.across else array for array in (tile.margin, tile.distance)]
        rivals = slice(tile.first, tile.first + turned[0].shape[1])
        count[own, rivals] += 1
        margin[own, rivals], distance[own, rivals] = turned
    return count, margin, distance


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("count", [1, 2, 4, 5, 11])
@pytest.mark.parametrize("ghost", [False, True])
def test_every_ordered_pair_occurs_once(count: int, ghost: bool) -> None:
    patterns = np.random.default_rng(count).normal(size=(count, 3))
    times, _, _ = whole(gram_of(patterns, ghost=ghost), np.float64)
    assert times.shape == (count + ghost, count + ghost)
    assert np.all(times == 1)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e120, 1e-300])
def test_margins_and_distances_bound_the_exact_ones(dtype: Any, scale: float) -> None:
    generator = np.random.default_rng(3)
    patterns = generator.normal(size=(9, 5)) * scale
    patterns[7] = patterns[2] * (1 + 2.0**-40)
    patterns[8] = patterns[2]
    bias = generator.normal(size=9) * min(scale, 1.0) ** 2
    gram = gram_of(patterns, bias, ghost=True)
    _, margin, distance = whole(gram, dtype)
    rows = np.array([[Fraction(v) for v in row] for row in patterns.tolist()] + [[Fraction(0)] * 5], dtype=object)
    offsets = [Fraction(v) for v in bias.tolist()] + [Fraction(0)]
    area, u = Fraction(4) ** -gram.exponent, Fraction(unit(dtype))
    for mu in range(len(rows)):
        for nu in range(len(rows)):
            if mu != nu:
                gap = rows[mu] - rows[nu]
                square = area * Fraction((gap * gap).sum())
                exact = area * (Fraction((gap * rows[mu]).sum()) + offsets[mu] - offsets[nu])
                assert Fraction(margin[mu, nu]) - exact <= u * abs(Fraction(margin[mu, nu]))
                assert exact - Fraction(margin[mu, nu]) <= (Fraction(gram.error) + u * Fraction(gram.reach)) * 2
                assert (Fraction(distance[mu, nu]) * (1 + 3 * u)) ** 2 >= square


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_the_table_bounds_the_exponential_closely(name: str) -> None:
    values = table(name).tolist()
    assert values[0] == np.inf
    with precision(120):
        for j in range(1, len(values), 97):
            exact = (arb(HIGHEST) - arb(j) / STEPS).exp()
            assert ball(Fraction(values[j])) >= exact
            assert ball(Fraction(values[j])) <= exact * (1 + arb(2) ** -20)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1e7), st.floats(0, 2), st.booleans())
def test_weights_bound_the_exact_ones(seed: int, beta: float, radius: float, single: bool) -> None:
    """q ≥ exp(-β(m - r·d)) for every pair, whatever the scale of β: small ones closely."""
    patterns = np.random.default_rng(seed).normal(size=(3, 4))
    gram = gram_of(patterns)
    radii = gram.scaled_lengths(np.full(3, radius))
    each = Weights(gram, gram.scaled_beta(Fraction(beta)), float(radii[0]), np.float32 if single else np.float64)
    rows = np.array([[Fraction(v) for v in row] for row in patterns.tolist()], dtype=object)

    def found(tile: Tile) -> Patterns:
        return each.at(tile, each.shifted(tile), each.reductions(radii))

    ((_, q),) = gram.each(found, each.dtype)
    with precision(200):
        for mu, nu in ((0, 1), (1, 2), (2, 0)):
            gap = rows[mu] - rows[nu]
            lead = ball(Fraction((gap * rows[mu]).sum())) - ball(Fraction(radius)) * ball((gap * gap).sum()).sqrt()
            exact = (-ball(Fraction(beta)) * lead).exp()
            assert not np.isfinite(q[mu, nu]) or ball(Fraction(float(q[mu, nu]))) >= exact
            if beta < 100 and exact > arb(10) ** -30 and exact < 1000:
                assert ball(Fraction(float(q[mu, nu]))) <= exact * arb(1.02)


def test_large_beta_takes_double_precision_and_larger_ones_are_refused() -> None:
    gram = gram_of(np.eye(3))
    for beta, dtype in ((50.0, np.float32), (1e6, np.float64)):
        assert weights(gram, [beta], 1.0)[0].dtype is dtype
    with pytest.raises(EvidenceRejected, match="too large for floating-point bounds"):
        weights(gram, [50.0, 1e30], 1.0)


@pytest.mark.parametrize(
    ("patterns", "bias"),
    [
        (np.array([[Fraction(10) ** 400, Fraction(1)]], dtype=object), np.zeros(1)),
        (np.ones((1, 2)), np.array([1e200])),
    ],
)
def test_numbers_beyond_the_bounds_are_refused(patterns: Patterns, bias: Patterns) -> None:
    with pytest.raises(EvidenceRejected, match="rescale them"):
        gram_of(patterns, bias)
