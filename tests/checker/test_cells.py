"""Targets, slopes and losses on cells: every term by hand, made visible by a coarse unit of rounding."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import cells
from hopverify.checker.cells import Cells, Ends, is_kept
from hopverify.checker.midpoints import Midpoint
from hopverify.errors import EvidenceRejected
from tests.checker.models import dense, structured
from tests.rationals import exact

INF = np.inf
Array = np.ndarray[Any, Any]
Coarse = Callable[..., Cells]

BODY = (
    "layers:\n"
    "  x: {size: 2, lagrangian: relu, leak: [2, 4], bias: [1, '-1/2']}\n"
    "  y: {size: 1, lagrangian: tanh, leak: 8, bias: 3}\n"
    "synapses:\n"
    "  w: {kind: dense, layers: [x, x], weights: [[1, -2], [-2, 0]]}\n"
    "  v: {kind: dense, layers: [x, y], weights: [[3], [-1]]}\n"
)
W = np.array([[1.0, -2, 3], [-2, 0, -1], [3, -1, 0]])
LEAK, BIAS = np.array([[2.0], [4], [8]]), np.array([[1.0], [-0.5], [3]])


def cells_of(body: str) -> Cells:
    return Cells(structured(body))


def near(found: Array, wanted: Array) -> bool:
    """Whether doubles agree with rationals up to the roundings of a computation."""
    return bool((abs(exact(found) - wanted) <= abs(wanted) / 10**12).all())


def up(value: Any, operations: int) -> Any:
    """Round upward with the unit 2⁻⁶."""
    return value * (1 + Fraction(2 * operations + 4, 64))


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> Coarse:
    """Cells whose unit is 2⁻⁶ and whose last term is 2⁻⁸, on two rows of weights at a time, known to a radius."""

    def make(radius: float, spread: Array | None = None) -> Cells:
        monkeypatch.setattr(cells, "roundoff", lambda: 2.0**-6)
        monkeypatch.setattr(cells, "TINY", 2.0**-8)
        monkeypatch.setattr(cells, "ROWS", 2)
        monkeypatch.setattr(cells, "upward", lambda value, operations: value * float(up(1, operations)))
        monkeypatch.setattr(cells, "rows", lambda network, start, stop: Midpoint(W[start:stop], radius))
        monkeypatch.setattr(cells, "spreads", lambda _, a, b: None if spread is None else spread[a:b])
        return cells_of(BODY)

    return make


SPREAD = np.array([[0.0, 0.25, 0], [0.25, 0.125, 0.5], [0, 0.5, 0]])


@pytest.mark.parametrize(("radius", "spread"), [(0.0, None), (0.25, None), (0.125, SPREAD)])
def test_every_term_of_a_target_is_counted(coarse: Coarse, radius: float, spread: Array | None) -> None:
    lower, upper = np.array([[0.0, -4], [-1, 2], [-0.5, 0.25]]), np.array([[6.0, -1], [3, 2], [1, 0.5]])
    found = coarse(radius, spread).targets(Ends(lower, upper))
    t, low, high, A = Fraction(1, 2**8), exact(lower), exact(upper), abs(exact(W))
    c, r = (low + high) / 2, up((high - low) / 2, 4) + t
    size = abs(c) + r
    slack = A @ r + 4 * 19 * Fraction(1, 64) * (A @ size) + Fraction(radius) * up(size.sum(axis=0), 11)
    if spread is not None:
        slack = slack + exact(spread) @ size
    slack = up(slack, 38) + t
    middle = exact(W) @ c + exact(BIAS)
    assert near(found.lower, (middle - slack) / exact(LEAK))
    assert near(found.upper, (middle + slack) / exact(LEAK))


def test_targets_are_rounded_outward() -> None:
    """With weights of 0 the target is the bias over the leak, a few steps of double numbers to either side."""
    found = cells_of(dense("[[0, 0], [0, 0]]", "size: 2, lagrangian: tanh, bias: [1, -3]")).targets(
        Ends(np.array([[-1.0], [0.5]]), np.array([[1.0], [0.5]]))
    )
    # The sum, the inverse of the leak, the product with it, and the slack of the sum.
    below, above = np.nextafter([1.0, -3.0], -INF), np.nextafter([1.0, -3.0], INF)
    assert found.lower[0, 0] < below[0]
    assert found.upper[0, 0] > above[0]
    inverse = np.nextafter([1.0, 1.0], [-INF, INF])
    steps = [
        np.nextafter(np.nextafter(below[0] * inverse[0], -INF), -INF),
        np.nextafter(np.nextafter(above[0] * inverse[1], INF), INF),
        np.nextafter(np.nextafter(below[1] * inverse[1], -INF), -INF),
        np.nextafter(np.nextafter(above[1] * inverse[0], INF), INF),
    ]
    assert [found.lower[0, 0], found.upper[0, 0], found.lower[1, 0], found.upper[1, 0]] == steps


def test_only_bounded_activations_have_targets() -> None:
    some = cells_of(BODY)
    zeros, one = np.zeros((3, 1)), np.array([[0.0], [1], [0]])
    some.targets(Ends(-one, one))
    far = np.array([[0.0], [INF], [0]])
    for gamma in (Ends(zeros, far), Ends(-far, zeros)):
        with pytest.raises(EvidenceRejected, match="not bounded on a cell"):
            some.targets(gamma)


def test_rows_come_in_parts_that_do_not_overlap(coarse: Coarse) -> None:
    parts = list(coarse(0.5)._rows())
    assert [(start, stop, radius) for start, stop, _, radius in parts] == [(0, 2, 0.5), (2, 3, 0.5)]
    assert np.concatenate([values for _, _, values, _ in parts]).tolist() == W.tolist()


# ------------------------------------------------------------------ activations and slopes


def test_a_cell_reaches_all_segments() -> None:
    some = cells_of(BODY)
    assert some.last.tolist() == [1, 1, 0]
    boxes = some.boxes(Ends(np.array([[0.0, 1], [2, 3], [4, 5]]), np.array([[6.0, 7], [8, 9], [INF, 11]])))
    assert boxes.lower.tolist() == [[0, 2, 4], [1, 3, 5]]
    assert boxes.upper.tolist() == [[6, 8, INF], [7, 9, 11]]
    assert (boxes.first.tolist(), boxes.last.tolist()) == ([[0, 0, 0]] * 2, [[1, 1, 0]] * 2)


def test_diagonals_are_leaks_over_slopes() -> None:
    """A neuron that stays dead has no slope, one at its kink has both."""
    some = cells_of(dense("[[0, 0], [0, 0]]", "size: 2, lagrangian: {leaky_relu: {slope: 1/4}}, leak: [2, 3]"))
    found = some.diagonals(Ends(np.array([[-2.0, 0], [-3, 1]]), np.array([[-1.0, 1], [-2, 2]])))
    assert found.tolist() == np.nextafter(np.array([[8.0, 2], [12, 3]]), -INF).tolist()
    relu = cells_of(BODY).diagonals(Ends(np.full((3, 1), -2.0), np.array([[-1.0], [0], [INF]])))
    assert relu[:2].tolist() == [[INF], [np.nextafter(4.0, -INF)]]
    assert relu[2, 0] == pytest.approx(8.0)


def test_slopes_that_nothing_bounds_leave_no_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    some = cells_of(BODY)
    steepest = np.array([[INF, np.nan, 2.0], [0.0, -1.0, 0.5]])
    monkeypatch.setattr(some.activations, "slopes", lambda boxes: (None, steepest))
    found = some.diagonals(Ends(np.zeros((3, 2)), np.ones((3, 2))))
    assert found.tolist() == [[-INF, INF], [-INF, INF], np.nextafter(np.array([4.0, 16]), -INF).tolist()]


# ------------------------------------------------------------------ flips


@pytest.mark.parametrize(("radius", "spread"), [(0.0, None), (0.25, None), (0.125, SPREAD)])
def test_every_term_of_a_loss_is_counted(coarse: Coarse, radius: float, spread: Array | None) -> None:
    """Only neurons with a span move others: of two that do, the larger is taken first, and no third."""
    spans = np.array([0.5, 0.0, 4.0])
    found = coarse(radius, spread).flip_losses(spans, [0, 1, 2, 3])
    assert list(found) == [0, 1, 2, 3]
    assert found[0].tolist() == [0, 0, 0]
    size: Array = abs(exact(W)) + exact(radius)
    size = size + exact(spread) if spread is not None else size
    moves = up(up(size, 4) * exact(spans), 4)[:, [0, 2]]
    sums = {1: moves.max(axis=1), 2: moves.sum(axis=1)}
    for k, taken in ((1, 1), (2, 2), (3, 2)):
        assert near(found[k], up(up(sums[taken], taken + 8) / exact(LEAK[:, 0]), 4) + Fraction(1, 2**8))


def test_a_weight_of_zero_moves_nothing_however_far_the_other_end_may_go(coarse: Coarse) -> None:
    found = coarse(0.0).flip_losses(np.array([0.0, INF, 0.0]), [1])
    assert found[1].tolist() == [INF, 2.0**-8, INF]


def test_spans_are_those_of_one_layer() -> None:
    some = cells_of(BODY)
    assert some.spans("y").tolist()[:2] == [0, 0]
    assert some.spans("y")[2] == pytest.approx(2.0, rel=1e-15)
    assert some.spans("y")[2] > 2.0
    assert some.spans("x").tolist() == [INF, INF, 0]


# ------------------------------------------------------------------ inside


def ends(*pairs: tuple[float, float]) -> Ends:
    """Return one neuron's ends in some boxes."""
    return Ends(np.array([[low for low, _ in pairs]]), np.array([[high for _, high in pairs]]))


def test_targets_may_touch_the_ends_of_their_cell() -> None:
    below, above = np.nextafter(1.0, 0), np.nextafter(2.0, 3)
    targets = ends((1, 2), (below, 2), (1, above), (1.5, 1.5), (-INF, 2), (1, INF))
    assert is_kept(targets, ends(*[(1.0, 2.0)] * 6)).tolist() == [True, False, False, True, False, False]
    assert is_kept(targets, ends(*[(-INF, 2.0)] * 6)).tolist() == [True, True, False, True, True, False]
    assert is_kept(targets, ends(*[(1.0, INF)] * 6)).tolist() == [True, False, True, True, False, True]


def test_strictly_inside_is_asked_of_finite_ends_only() -> None:
    inner = (np.nextafter(1.0, 2), np.nextafter(2.0, 0))
    targets = ends(inner, (1, inner[1]), (inner[0], 2), (-INF, inner[1]), (inner[0], INF))
    cell = [True, False, False, False, False]
    assert is_kept(targets, ends(*[(1.0, 2.0)] * 5), strictly=True).tolist() == cell
    cell = [True, True, False, True, False]
    assert is_kept(targets, ends(*[(-INF, 2.0)] * 5), strictly=True).tolist() == cell
    cell = [True, False, True, False, True]
    assert is_kept(targets, ends(*[(1.0, INF)] * 5), strictly=True).tolist() == cell


def test_one_neuron_outside_is_enough() -> None:
    targets, cell = Ends(np.zeros((2, 2)), np.array([[1.0, 1], [1, 3]])), Ends(np.zeros((2, 2)), np.full((2, 2), 2.0))
    assert is_kept(targets, cell).tolist() == [True, False]
