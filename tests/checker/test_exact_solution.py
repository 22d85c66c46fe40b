"""Linear systems of segments, by hand: one neuron on each kind of segment, two leaks, and no coefficient alike."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.checker.linear_algebra import array_of
from hopverify.networks.segments import Segment
from tests.checker.models import dense, network
from tests.rationals import vector

F = Fraction
LEFT, MIDDLE, RIGHT = (
    Segment(None, F(0), F(1, 2), F(-1)),
    Segment(F(0), F(1), F(3), F(5)),
    Segment(F(1), None, F(0), F(6)),
)


def systems(weights: str, text: str) -> SegmentSystems:
    return SegmentSystems(network(dense(weights, text)))


def three() -> SegmentSystems:
    return systems("[[4, 8, 12], [-6, 2, 3], [5, 7, 9]]", "size: 3, lagrangian: relu, leak: [4, 2, 3], bias: [8, 1, 0]")


def test_a_system_has_slopes_in_columns_and_intercepts_on_the_right() -> None:
    """A = W/ρ is ((1, 2, 3), (-3, 1, 3/2), (5/3, 7/3, 3)), β = (2, 1/2, 0)."""
    M, right = three().system([LEFT, MIDDLE, RIGHT])
    assert array_of(M).tolist() == [[F(1, 2), -6, 0], [F(3, 2), -2, 0], [F(-5, 6), -7, 1]]
    assert array_of(right).tolist() == [[-1 + 10 + 18 + 2], [3 + 5 + 9 + F(1, 2)], [F(-5, 3) + F(35, 3) + 18]]
    M, right = three().system([RIGHT, LEFT, MIDDLE])
    assert array_of(M).tolist() == [[1, -1, -9], [0, F(1, 2), F(-9, 2)], [0, F(-7, 6), -8]]
    assert array_of(right).tolist() == [[6 - 2 + 15 + 2], [-18 - 1 + F(15, 2) + F(1, 2)], [10 - F(7, 3) + 15]]


def test_neurons_are_instantaneous_layer_by_layer() -> None:
    body = "layers: {x: {size: 2, lagrangian: relu}, y: {size: 1, lagrangian: relu, tau: 0}}\n"
    found = SegmentSystems(network(body))
    assert (found.size, found.instantaneous) == (3, [False, False, True])


DEAD, ALIVE = Segment(None, F(0), F(0), F(0)), Segment(F(0), None, F(1), F(0))


@pytest.mark.parametrize(
    ("bias", "chosen", "target", "inside"),
    [
        ("[3, -1]", [ALIVE, DEAD], [6, 2], False),
        ("[3, -4]", [ALIVE, DEAD], [6, -1], True),
        ("[3, -3]", [ALIVE, DEAD], [6, 0], True),
        ("[3, -3]", [ALIVE, ALIVE], [6, 0], True),
        ("[3, -4]", [DEAD, DEAD], [3, -4], False),
        ("[-3, -4]", [DEAD, DEAD], [-3, -4], True),
    ],
)
def test_only_what_lies_in_its_segments_is_an_equilibrium(
    bias: str, chosen: Sequence[Segment], target: list[int], inside: bool
) -> None:
    """x = γ₁/2 + β₁ and y = γ₁/2 + β₂; the target is told wherever it lies, and an end belongs to both segments."""
    found = systems("[[1/2, 0], [1/2, 0]]", f"size: 2, lagrangian: relu, bias: {bias}")
    targets, solved = found.targets(chosen), found.solve(chosen)
    assert isinstance(targets, np.ndarray)
    assert targets.tolist() == target
    assert (solved.tolist() if isinstance(solved, np.ndarray) else solved) == (target if inside else None)


def test_a_singular_system_has_a_face_or_no_solution() -> None:
    """x = x + β₁ and y = x + β₂: for β₁ = 0 all (x, x + 2) are solutions."""
    weights, text = "[[1, 0], [1, 0]]", "size: 2, lagrangian: relu, bias: [%s, 2]"
    both = [ALIVE, ALIVE]
    assert systems(weights, text % 1).targets(both) is None
    assert systems(weights, text % 1).solve(both) is None
    for face in (systems(weights, text % 0).targets(both), systems(weights, text % 0).solve(both)):
        assert isinstance(face, Face)
        assert (face.rank, face.dimension) == (1, 1)
        assert face.holds(vector(5, 7))
        assert face.holds(vector(-5, -3))
        assert not face.holds(vector(5, 6))
    identity = systems("[[1, 0], [0, 1]]", "size: 2, lagrangian: relu").solve(both)
    assert isinstance(identity, Face)
    assert (identity.rank, identity.dimension) == (0, 2)
