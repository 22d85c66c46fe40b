"""The map of growth bounds and the box it attracts to, by hand: two layers, two leaks, weights of both signs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.errors import EvidenceRejected
from hopverify.numerics import attracting
from hopverify.numerics.attracting import GrowthMap, attracting_box, growth_of_layer, nonnegative
from hopverify.numerics.linear_growth import Bound, Growth
from tests.checker.models import dense, layer, network
from tests.rationals import vector

F, ZERO = Fraction, Fraction(0)


def test_the_growth_of_a_layer() -> None:
    """Of a whole layer it is the range of its components; a range that is open on one side gives none."""
    assert growth_of_layer(layer("lagrangian: {leaky_relu: {slope: 1/4}}")) == Growth(
        Bound(F(1), ZERO, ZERO), Bound(ZERO, F(1, 4), ZERO)
    )
    share = layer("lagrangian: softmax")
    assert growth_of_layer(share) == Growth(Bound(ZERO, ZERO, F(1)), Bound(ZERO, ZERO, ZERO))


@pytest.mark.parametrize(("low", "high"), [(None, F(3)), (F(2), None), (None, None)])
def test_a_whole_layer_needs_both_ends(low: Any, high: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attracting, "activation_range", lambda asked: (F(2), F(3)))
    share = layer("lagrangian: softmax")
    assert growth_of_layer(share) == Growth(Bound(ZERO, ZERO, F(3)), Bound(ZERO, ZERO, F(-2)))
    monkeypatch.setattr(attracting, "activation_range", lambda asked: (low, high))
    assert growth_of_layer(share) is None


BODY = (
    "layers:\n"
    "  x: {size: 1, lagrangian: relu, leak: 2, bias: 6}\n"
    "  y: {size: 1, lagrangian: relu, leak: 4, bias: -20}\n"
    "synapses: {w: {kind: dense, layers: [x, y], weights: [[8]]}, v: {kind: diagonal, layers: [x, x], weights: [-6]}}\n"
)
# No two numbers alike: (right, left, offset) of g and of -g for the two layers.
GROWTHS = {
    "x": Growth(Bound(F(2), F(3), F(5)), Bound(F(7), F(11), F(13))),
    "y": Growth(Bound(F(17), F(19), F(23)), Bound(F(29), F(31), F(37))),
}


def by_hand(monkeypatch: pytest.MonkeyPatch) -> GrowthMap:
    monkeypatch.setattr(attracting, "growth_of_layer", lambda asked: GROWTHS[asked.name])
    return GrowthMap(network(BODY))


def test_bounds_of_the_drives_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """W/ρ is ((-3, 4), (2, 0)) and b/ρ is (3, -5): a negative weight takes the bound of -g."""
    found = by_hand(monkeypatch)
    assert found.positive.tolist() == [[0, 4], [2, 0]]
    assert found.negative.tolist() == [[3, 0], [0, 0]]
    assert found.above.tolist() == [[2, 17], [3, 19], [5, 23]]
    assert found.below.tolist() == [[7, 29], [11, 31], [13, 37]]
    assert found.c.tolist() == [4 * 23 + 3 * 13 + 3, 2 * 5 - 5, 4 * 37 + 3 * 5 - 3, 2 * 13 + 5]


def test_the_map_of_the_ends_of_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """With U = (2, 3) and V = (5, 7): g ≤ (19, 184) and -g ≤ (69, 304), without offsets."""
    found = by_hand(monkeypatch)
    assert found.times(vector(2, 3, 5, 7)).tolist() == [4 * 184 + 3 * 69, 2 * 19, 4 * 304 + 3 * 19, 2 * 69]


def test_what_has_no_growth_or_no_leak_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(BODY)
    by_hand(monkeypatch)
    for leak in (vector(2, 0), vector(2, -4), vector(-2, -4)):
        with pytest.raises(EvidenceRejected, match="no linear growth bound of every activation is known, or a leak"):
            GrowthMap(replace(net, leak=leak))
    monkeypatch.setattr(attracting, "growth_of_layer", lambda asked: GROWTHS["x"] if asked.name == "x" else None)
    with pytest.raises(EvidenceRejected, match="no linear growth bound of every activation is known, or a leak"):
        GrowthMap(net)


def test_entries_below_zero_become_zero() -> None:
    assert nonnegative(vector(-1, 0, "1/3")).tolist() == [0, 0, F(1, 3)]
    assert isinstance(nonnegative(vector(-1))[0], Fraction)


PAIR = dense("[[0, 1/2], [-1/2, 0]]", "size: 2, lagrangian: relu, bias: [1, -1]")


def test_a_box_whose_border_points_inward() -> None:
    """x₁ ≤ U₂/2 + 1 and -x₁ ≤ -1, x₂ ≤ -1 and -x₂ ≤ U₁/2 + 1: the edge itself is not enough."""
    net = network(PAIR)
    lower, upper = attracting_box(net, [F(2), F(1), F(1, 8), F(3)])
    assert (lower.tolist(), upper.tolist()) == ([F(-1, 8), -3], [2, 1])
    for edge in ([F(3, 2), F(1), F(1, 8), F(3)], [F(2), F(1), F(1, 8), F(2)]):
        with pytest.raises(EvidenceRejected, match="does not point inward"):
            attracting_box(net, edge)
        attracting_box(net, [bound + F(1, 100) * (bound > 1) for bound in edge])


@pytest.mark.parametrize("bounds", [[2, 1, 1, 3, 1], [2, 1, 1], [2, 1, 0, 3], [2, -1, 1, 3], []])
def test_bounds_are_positive_two_for_each_neuron(bounds: list[int]) -> None:
    net = network(PAIR)
    attracting_box(net, vector(2, 1, 1, 3))
    with pytest.raises(EvidenceRejected, match="expected 4 positive bounds"):
        attracting_box(net, vector(*bounds))
