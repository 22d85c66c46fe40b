"""T and H commute: one time constant, or a diagonal H."""

from __future__ import annotations

from tests.kernel.accepting import accepted, layer, rejected

ONE, DIAGONAL = ({"layer": "x", "because": because} for because in ("one time constant", "H is diagonal"))


def test_times_that_fit() -> None:
    assert accepted(layer("size: 2, lagrangian: softmax"), "compatible times", "commuting", ONE)
    assert accepted(layer("size: 2, lagrangian: relu, tau: [1, 2]"), "compatible times", "commuting", DIAGONAL)


def test_times_that_may_not_fit() -> None:
    mixed = layer("size: 2, lagrangian: softmax, tau: [1, 2]")
    rejected(mixed, "compatible times", "commuting", ONE, "two time constants differ")
    rejected(mixed, "compatible times", "commuting", DIAGONAL, "the layer acts as a whole")
    rejected(mixed, "compatible times", "commuting", ONE | {"because": "so"}, "the reason is")
    rejected(mixed, "compatible times", "commuting", ONE | {"layer": "y"}, "no layer with a flow is called 'y'")
