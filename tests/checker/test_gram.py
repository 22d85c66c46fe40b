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
from hopverify.spec.spread import Spread
from tests.rationals import exact

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
    rows = exact([*patterns.tolist(), [0] * 5])
    offsets = [Fraction(v) for v in bias.tolist()] + [Fraction(0)]
    area, u = Fraction(4) ** -gram.exponent, Fraction(unit(dtype))
    for mu in range(len(rows)):
        for nu in range(len(rows)):
            if mu != nu:
                gap = rows[mu] - rows[nu]
                square = area * Fraction((gap * gap).sum())
                wanted = area * (Fraction((gap * rows[mu]).sum()) + offsets[mu] - offsets[nu])
                assert Fraction(margin[mu, nu]) - wanted <= u * abs(Fraction(margin[mu, nu]))
                assert wanted - Fraction(margin[mu, nu]) <= (Fraction(gram.error) + u * Fraction(gram.reach)) * 2
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
    rows = exact(patterns)

    def found(tile: Tile) -> Patterns:
        return each.at(tile, each.shifted(tile), each.reductions(radii))

    ((_, q),) = gram.each(found, each.dtype)
    with precision(200):
        for mu, nu in ((0, 1), (1, 2), (2, 0)):
            gap = rows[mu] - rows[nu]
            lead = ball(Fraction((gap * rows[mu]).sum())) - ball(Fraction(radius)) * ball((gap * gap).sum()).sqrt()
            wanted = (-ball(Fraction(beta)) * lead).exp()
            assert not np.isfinite(q[mu, nu]) or ball(Fraction(float(q[mu, nu]))) >= wanted
            if beta < 100 and wanted > arb(10) ** -30 and wanted < 1000:
                assert ball(Fraction(float(q[mu, nu]))) <= wanted * arb(1.02)


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


# ------------------------------------------------------------------ by hand, to the last double

FEW = np.array([[3.0, -4.0], [0.0, 1.0]])
MANY = np.array([[1.0] * 16, [0.5] * 16])
OWN = np.array([1.0, -3.0])
NEAR = Spread(Fraction(1, 8), Fraction(1, 16))
PINNED = {
    "few": (FEW, None),
    "many": (MANY, None),
    "few, near": (FEW, NEAR),
    "many, near": (MANY, NEAR),
}

BOUNDS = {
    # Reach, error and diameter; the sums are exact, and so the same in any order.
    "few": ["0x1.a80000000003ap+0", "0x1.2400000000037p-46", "0x1.2000000000006p+1"],
    "many": ["0x1.180000000005ep+4", "0x1.780000000009ap-43", "0x1.4000000000025p+2"],
    "few, near": ["0x1.fa1d526021022p+0", "0x1.4875498084081p-2", "0x1.2fa827999fcfcp+1"],
    "many, near": ["0x1.810000000009ap+4", "0x1.a40000000019bp+2", "0x1.7000000000035p+2"],
}


@pytest.mark.parametrize("name", PINNED)
def test_the_bounds_are_pinned(name: str) -> None:
    patterns, spread = PINNED[name]
    exact = ExactArray.of(patterns)
    found = Gram(exact if spread is None else exact.within(spread), ExactArray.of(OWN))
    largest = found.squares.max()
    assert largest == {"few": 25 / 64, "many": 4.0}[name.split(",")[0]]
    assert [value.hex() for value in map(float, (found.reach, found.error, found.diameter))] == BOUNDS[name]


@pytest.mark.parametrize("name", PINNED)
def test_the_pinned_bounds_cover_what_they_bound(name: str) -> None:
    """The moved patterns' squares by hand, and four inner products with n roundings each."""
    patterns, spread = PINNED[name]
    exact = ExactArray.of(patterns)
    found = Gram(exact if spread is None else exact.within(spread), ExactArray.of(OWN))
    n, scale = patterns.shape[1], 2.0**-found.exponent
    length = float(np.sqrt(found.squares.max()))
    moved = 0.0 if spread is None else np.sqrt(n) * scale / 8 + length / 16
    assert found.diameter >= 2 * (length + moved)
    assert found.reach >= 2 * (length + moved) ** 2 + 2 * 3 * scale**2
    assert found.error >= 4 * (n * 2.0**-53 * length**2 + 2 * moved * length + moved**2)
    assert found.error <= 4 * (2 * moved * length + moved**2) * 1.001 + 2.0**-40


def test_the_largest_entry_may_be_negative_small_or_zero() -> None:
    for patterns, exponent in (([[-4.0, 1.0]], 3), ([[0.25, 0.0]], -1), ([[0.0, 0.0]], 0), ([[-0.75, 0.0]], 0)):
        assert gram_of(np.array(patterns)).exponent == exponent


def test_biases_and_betas_have_limits() -> None:
    half = np.array([[0.5, 0.5]])
    assert gram_of(half, np.array([2.0**98])).reach < 2.0**100
    with pytest.raises(EvidenceRejected, match="rescale them"):
        gram_of(half, np.array([2.0**99]))
    gram = gram_of(half)
    for beta in (Fraction(1, 2**899), Fraction(2**899)):
        assert gram.scaled_beta(beta) == float(beta)
    for beta in (Fraction(1, 2**900), Fraction(2**900), Fraction(1, 2**1000), Fraction(10**400)):
        with pytest.raises(EvidenceRejected, match="beta is too large or too small"):
            gram.scaled_beta(beta)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("alone", [None, 0.5])
def test_a_pattern_and_itself_weigh_nothing(dtype: Any, alone: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PANEL", 6)  # three slabs, each with its pairs further to the right
    gram = gram_of(np.random.default_rng(5).normal(size=(6, 3)))
    met = 0

    def looked(tile: Tile) -> Tile:
        return tile

    for own, tile in gram.each(looked, dtype, alone=alone):
        assert {tile.margin.dtype, tile.distance.dtype, tile.square.dtype} == {np.dtype(dtype)}
        for i, mu in enumerate(range(own.start, own.stop)):
            if not tile.across and tile.first <= mu < tile.first + tile.margin.shape[1]:
                met += 1
                at = i, mu - tile.first
                assert tile.margin[at] == dtype(gram.reach if alone is None else alone)
                assert tile.distance[at] == tile.square[at] == 0
    assert met == 6


def test_squares_are_never_below_the_error() -> None:
    gram = gram_of(FEW)
    found = gram._squares(np.full((2, 2), 100.0), slice(0, 2), slice(0, 2))
    assert (found == gram.error).all()


def test_a_tile_across_has_its_own_patterns_in_columns() -> None:
    values = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    along = Tile(slice(1, 3), 0, values, values, values, across=False)
    across = Tile(slice(1, 4), 0, values, values, values, across=True)
    vector = np.arange(5.0)
    assert along.each(vector).tolist() == [[1], [2]]
    assert across.each(vector).tolist() == [[1, 2, 3]]
    factors = values + 1
    assert along.sums(values, factors).tolist() == [1 * 2 + 2 * 3 + 4 * 5, 8 * 9 + 16 * 17 + 32 * 33]
    assert across.sums(values, factors).tolist() == [1 * 2 + 8 * 9, 2 * 3 + 16 * 17, 4 * 5 + 32 * 33]


def test_patterns_that_are_no_doubles_are_scaled_exactly() -> None:
    thirds = ExactArray.of(exact([["8/3", "1/3"]]))
    found = Gram(thirds, ExactArray.of(exact(["16/3"])), ghost=True)
    assert found.exponent == 2
    assert found.points.tolist() == [[2 / 3, 1 / 12], [0, 0]]
    assert found.bias.tolist() == [1 / 3, 0]
