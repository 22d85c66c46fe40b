"""Doubles around exact numbers: each radius holds, and is what the roundings of its block may lose."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import midpoints
from hopverify.checker.midpoints import Midpoint, factor, is_ordinary, matrix, nearest, rows, spreads
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.structured import (
    Block,
    DenseBlock,
    DiagonalBlock,
    HebbianBlock,
    Placed,
    StructuredNetwork,
    structured_network,
)
from hopverify.spec import parse_spec
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.spread import Spread

U = Fraction(1, 2**53)
Matrix = np.ndarray[Any, Any]
THIRDS = ExactArray.of([[Fraction(1, 3), Fraction(-7, 5)], [Fraction(2, 11), Fraction(1, 10**9)]])
PAIRS = ExactArray.of(np.array([[1.0, -3.0], [0.5, 2.0]]))


class Unlayered(StructuredNetwork):
    """A network of blocks alone."""

    @property
    def size(self) -> int:
        return max(max(part.target.stop, part.source.stop) for part in self.placed)


def several(*placed: Placed) -> StructuredNetwork:
    return Unlayered((), placed)


def alone(block: Block, n: int) -> StructuredNetwork:
    return several(Placed(slice(0, n), slice(0, n), block))


def far(found: Midpoint, exact: Matrix) -> Fraction:
    """Return how far the doubles lie from the exact numbers, at most."""
    pairs = zip(found.values.ravel().tolist(), exact.ravel().tolist(), strict=True)
    return max(abs(Fraction(value) - wanted) for value, wanted in pairs)


def largest(exact: Matrix) -> Fraction:
    return max(abs(value) for value in exact.ravel().tolist())


BLOCKS: list[tuple[Block, int, int]] = [
    # A block, how many roundings its proof counts, and how many the radius may stand for.
    (DenseBlock(PAIRS), 0, 0),
    (DenseBlock(PAIRS, transposed=True), 0, 0),
    (DenseBlock(THIRDS), 1, 3),
    (DenseBlock(THIRDS, transposed=True), 1, 3),
    (DenseBlock(PAIRS, Fraction(1, 3)), 2, 5),
    (DenseBlock(THIRDS, Fraction(-2, 7)), 3, 8),
    (DenseBlock(THIRDS, symmetrised=True), 3, 16),
    (DenseBlock(THIRDS, Fraction(1, 2), symmetrised=True), 3, 24),
    (DiagonalBlock(ExactArray.of([Fraction(1, 3), Fraction(-5, 7)])), 1, 3),
    (DiagonalBlock(ExactArray.of(np.array([1.5, -2.0]))), 0, 0),
    (DiagonalBlock(ExactArray.of(np.array([1.5, -2.0])), Fraction(1, 3)), 2, 5),
]


@pytest.mark.parametrize(("block", "least", "most"), BLOCKS)
def test_a_block_is_known_to_its_roundings(block: Block, least: int, most: int) -> None:
    exact = block.fractions()
    found = rows(alone(block, 2), 0, 2)
    assert far(found, exact) <= Fraction(found.radius)
    assert least * U * largest(exact) * Fraction(99, 100) <= Fraction(found.radius)
    assert Fraction(found.radius) <= most * U * largest(exact) + Fraction(1, 2**1000)
    for start, stop in ((0, 1), (1, 2), (1, 1)):
        assert far_or_empty(rows(alone(block, 2), start, stop), exact[start:stop])


def far_or_empty(found: Midpoint, exact: Matrix) -> bool:
    return found.values.shape == exact.shape and (not exact.size or far(found, exact) <= Fraction(found.radius))


@pytest.mark.parametrize("zero_diagonal", [False, True])
@pytest.mark.parametrize("scale", [Fraction(1), Fraction(1, 3), Fraction(-4, 7)])
@pytest.mark.parametrize("size", [1.0, 2.0**-530, 2.0**-540, 2.0**400])
@pytest.mark.parametrize("K", [1, 5])
def test_hebbian_blocks_are_known_to_their_roundings(zero_diagonal: bool, scale: Fraction, size: float, K: int) -> None:
    """(K + 2)u·q for the products, q the largest square, at scales where squares underflow too."""
    generator = np.random.default_rng(K)
    exact_patterns = np.array(
        [[Fraction(int(v), 3) * Fraction(size) for v in row] for row in generator.integers(-9, 10, size=(K, 4))],
        dtype=object,
    )
    block = HebbianBlock(ExactArray.of(exact_patterns), scale, zero_diagonal)
    exact, found = block.fractions(), rows(alone(block, 4), 0, 4)
    assert far(found, exact) <= Fraction(found.radius)
    q = abs(scale) * max(sum(v * v for v in column) for column in exact_patterns.T.tolist())
    assert Fraction(found.radius) >= (K + 2) * U * q
    assert Fraction(found.radius) <= (2 * K + 16) * U * q + (K + 4) * Fraction(1, 2**1060)
    if zero_diagonal:
        assert not np.diag(found.values).any()


@pytest.mark.parametrize("start", [0, 1, 2])
def test_overlapping_blocks_are_summed_and_others_are_not_rounded(start: int) -> None:
    first = Placed(slice(0, 2), slice(0, 2), DenseBlock(THIRDS))
    second = Placed(slice(start, start + 2), slice(start, start + 2), DenseBlock(THIRDS, Fraction(1, 3)))
    network = several(first, second)
    exact = np.full((start + 2, start + 2), Fraction(0), dtype=object)
    exact[:2, :2] += first.block.fractions()
    exact[start : start + 2, start : start + 2] += second.block.fractions()
    found = rows(network, 0, start + 2)
    assert far(found, exact) <= Fraction(found.radius)
    separate = sum(Fraction(rows(alone(p.block, 2), 0, 2).radius) for p in (first, second))
    rounding = U * largest(exact[start : start + 2, start : start + 2]) if start < 2 else Fraction(0)
    assert separate + rounding * Fraction(99, 100) <= Fraction(found.radius)
    assert Fraction(found.radius) <= separate + 3 * rounding + separate * 32 * U
    for row in range(start + 2):
        assert far(rows(network, row, row + 1), exact[row : row + 1]) <= Fraction(found.radius)


def test_a_matrix_is_its_rows_whatever_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = several(
        Placed(slice(0, 2), slice(1, 3), DenseBlock(THIRDS)),
        Placed(slice(2, 3), slice(0, 1), DenseBlock(ExactArray.of([[Fraction(1, 7)]]))),
    )
    exact = np.full((3, 3), Fraction(0), dtype=object)
    exact[:2, 1:], exact[2, 0] = THIRDS.fractions(), Fraction(1, 7)
    for step in (1, 2, 3, 100):
        monkeypatch.setattr(midpoints, "ROWS", step)
        found = matrix(network)
        assert far(found, exact) <= Fraction(found.radius) <= 3 * U * largest(exact)


def test_one_dense_block_is_not_copied() -> None:
    """Where the one block has a factor, or is transposed into a sum, it is not what stands in the spec."""
    text = (
        "hopverify: 1\nname: one\nlayers: {x: {size: 2, lagrangian: relu}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[1, 2], [2, 3]]}}\n"
    )
    network = structured_network(build_model(parse_spec(text)))
    assert network is not None
    block = network.placed[0].block
    assert isinstance(block, DenseBlock)
    assert np.shares_memory(matrix(network).values, block.matrix.values)
    for changed in (
        DenseBlock(PAIRS, Fraction(3)),
        DenseBlock(PAIRS, symmetrised=True),
    ):
        other = StructuredNetwork(network.layers, (Placed(slice(0, 2), slice(0, 2), changed),))
        assert far(matrix(other), changed.fractions()) <= Fraction(matrix(other).radius)


@pytest.mark.parametrize("value", [1.7e308, 2.0**1023])
def test_sums_beyond_doubles_are_refused(value: float) -> None:
    block = DenseBlock(ExactArray.of(np.array([[value]])))
    part = Placed(slice(0, 1), slice(0, 1), block)
    rows(several(part), 0, 1)
    with pytest.raises(EvidenceRejected, match="too large for floating-point bounds"), np.errstate(over="ignore"):
        rows(several(part, part), 0, 1)


@pytest.mark.parametrize(
    ("values", "ordinary"),
    [
        ([0.0, 1.0], True),
        ([2.0**-900, 1.0], False),
        ([np.nextafter(2.0**-900, 1), -1.0], True),
        ([2.0**900], False),
        ([-np.nextafter(2.0**900, 0)], True),
        ([Fraction(1, 3)], True),
        ([Fraction(1, 10**400)], False),
        ([Fraction(10**400)], False),
    ],
)
def test_ordinary_numbers(values: list[Any], ordinary: bool) -> None:
    assert is_ordinary(ExactArray.of(values)) is ordinary


def test_factors_have_limits() -> None:
    assert factor(Fraction(0)) == 0.0
    for sign in (1, -1):
        for value in (Fraction(1, 2**1000), Fraction(2**1000)):
            with pytest.raises(EvidenceRejected, match="beyond what doubles bound"):
                factor(sign * value)
        assert factor(sign * Fraction(1, 2**999)) == sign * 2.0**-999
        assert factor(sign * Fraction(2**999)) == sign * 2.0**999
    with pytest.raises(EvidenceRejected, match=r"about 10\^-400, "):
        factor(Fraction(-3, 10**400))


def test_nearest_doubles() -> None:
    assert nearest(PAIRS).radius == 0.0
    found = nearest(THIRDS)
    assert U * largest(THIRDS.fractions()) <= Fraction(found.radius) <= 3 * U * largest(THIRDS.fractions())


# ------------------------------------------------------------------ windows of rows, and spreads


def test_rows_that_reach_beyond_a_block_are_zero_there() -> None:
    """The one row of the block is not repeated, wherever the rows that are asked for begin."""
    network = several(
        Placed(slice(1, 2), slice(0, 3), DenseBlock(ExactArray.of(np.array([[1.0, 2.0, 3.0]])))),
        Placed(slice(2, 3), slice(0, 1), DiagonalBlock(ExactArray.of(np.array([0.0])))),
    )
    assert rows(network, 1, 3).values.tolist() == [[1, 2, 3], [0, 0, 0]]
    assert rows(network, 0, 2).values.tolist() == [[0, 0, 0], [1, 2, 3]]


def test_a_radius_that_is_not_finite_is_refused() -> None:
    """The square overflows, and without its diagonal the matrix does not."""
    block = HebbianBlock(ExactArray.of(np.array([[1e200, 1e-200]])), Fraction(1), True)
    with pytest.raises(EvidenceRejected, match="too large for floating-point bounds"), np.errstate(over="ignore"):
        rows(alone(block, 2), 0, 2)


def test_two_blocks_of_one_layer_and_one_block_of_two_layers() -> None:
    own = "hopverify: 1\nname: two\nlayers: {x: {size: 2, lagrangian: relu}}\nsynapses:\n"
    dense = "{kind: dense, layers: [x, x], weights: [[1, 2], [2, 3]]}"
    network = structured_network(build_model(parse_spec(f"{own}  v: {dense}\n  w: {dense}\n")))
    assert network is not None
    assert matrix(network).values.tolist() == [[2, 4], [4, 6]]
    first, second = network.layers[0], network.layers[0]
    block = network.placed[0].block
    apart = StructuredNetwork((first, second), (Placed(slice(2, 4), slice(0, 2), block),))
    assert matrix(apart).values.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [1, 2, 0, 0], [2, 3, 0, 0]]


ROUGH = ExactArray.of(np.array([[1.0, -4.0], [0.0, 2.0]])).within(Spread(Fraction(1, 4), Fraction(1, 8)))


@pytest.mark.parametrize(
    ("block", "wanted"),
    [
        (DenseBlock(ROUGH), [[3, 6], [2, 4]]),
        (DenseBlock(ROUGH, transposed=True), [[3, 2], [6, 4]]),
        (DenseBlock(ROUGH, Fraction(-2)), [[6, 12], [4, 8]]),
        (DenseBlock(ROUGH, symmetrised=True), [[6, 8], [8, 8]]),
    ],
)
def test_a_spread_is_that_of_its_block_where_it_stands(block: DenseBlock, wanted: list[list[int]]) -> None:
    """1/4 + |M|/8 in eighths; of three rows two belong to the block, and those beside it are exact."""
    network = several(Placed(slice(1, 3), slice(0, 2), block), Placed(slice(3, 4), slice(0, 2), DenseBlock(PLAIN)))
    exact = np.zeros((4, 2))
    exact[1:3] = np.array(wanted) / 8
    for start in range(4):
        for stop in range(start, 5):
            found = spreads(network, start, stop)
            assert found is not None
            assert found.shape == (stop - start, 4)
            inside = found[:, :2]
            own = exact[start:stop]
            assert not found[:, 2:].any()
            assert ((own > 0) <= (inside > own)).all()
            assert (inside <= own * (1 + 2.0**-45)).all()


PLAIN = ExactArray.of(np.array([[1.0, 1.0]]))


def test_spreads_add_up_and_are_none_of_exact_weights() -> None:
    part = Placed(slice(0, 2), slice(0, 2), DenseBlock(ROUGH))
    found = spreads(several(part, part), 0, 2)
    assert found is not None
    assert (found > np.array([[6, 12], [4, 8]]) / 8).all()
    assert (found < np.array([[6, 12], [4, 8]]) / 8 * (1 + 2.0**-45)).all()
    assert spreads(alone(DenseBlock(PAIRS), 2), 0, 2) is None
