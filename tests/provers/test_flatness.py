"""What is told of flat layers, and of layers that are flat nowhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.execution.discharging import discharge
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.networks import Layer
from hopverify.obligations import NowhereFlat, Outcome
from hopverify.provers import Budget
from hopverify.provers.flatness import FAR, SMALL, _saturated
from tests.checker.rules.layers import layer, own


def test_where_slopes_fade() -> None:
    both = ["x → -∞", "x → +∞"]
    assert _saturated(Piece(None, None, parse("sech(x)^2"))) == both
    assert _saturated(Piece(None, Fraction(0), parse("sech(x)^2"))) == both[:1]
    assert _saturated(Piece(Fraction(0), None, parse("sech(x)^2"))) == both[1:]
    assert _saturated(Piece(Fraction(0), Fraction(1), parse("sech(x)^2"))) == []
    assert _saturated(Piece(None, None, parse("exp(x)"))) == both[:1]
    assert _saturated(Piece(None, None, parse("exp(-x)"))) == both[1:]
    assert _saturated(Piece(None, None, parse("1 + 0*x"))) == []
    assert _saturated(Piece(None, None, parse("-1"))) == []
    assert _saturated(Piece(None, None, parse("1/65536"))) == []
    # Where it begins, 1/x is 2⁻²⁰; at the bound itself nothing is said.
    assert _saturated(Piece(Fraction(1), None, parse("1/x"))) == both[1:]
    assert (FAR, SMALL) == (2.0**20, 2.0**-16)


def told(asked: Layer) -> tuple[Outcome, dict[str, Any]]:
    decision, _ = discharge(NowhereFlat(asked), "necessary", Budget())
    return decision.judgement.outcome, dict(decision.judgement.data)


@pytest.mark.parametrize(
    ("asked", "intervals", "states"),
    [
        (layer("lagrangian: relu"), [["-∞", "0"]], ["-1", "-1/2"]),
        (layer("lagrangian: hard_tanh"), [["-∞", "-1"], ["1", "+∞"]], ["-2", "-3/2"]),
        (own("x^2/2 - relu(x - 1)^2/2", of="neuron"), [["1", "+∞"]], ["2", "3"]),
        (own("relu(x - 4)^2/2 + relu(2 - x)^2/2", of="neuron"), [["2", "4"]], ["3", "7/2"]),
        (own("relu(x)^(3/2)", of="neuron"), [["-∞", "0"]], ["-1", "-1/2"]),
    ],
)
def test_dead_zones(asked: Layer, intervals: list[list[str]], states: list[str]) -> None:
    unbounded = any("∞" in end for ends in intervals for end in ends)
    data = {"kind": "dead", "intervals": intervals, "unbounded": unbounded, "neuron_states": states}
    assert told(asked) == (Outcome.REFUTED, data)


@pytest.mark.parametrize(
    ("asked", "data"),
    [
        (layer("lagrangian: tanh"), {"kind": "saturated", "at": ["x → -∞", "x → +∞"]}),
        (layer("lagrangian: identity"), {"kind": "alive"}),
        (own("x^4", of="neuron"), {"kind": "alive"}),
        (own("dot(x, x)/2 + logsumexp(x)"), {"kind": "strictly convex"}),
        (layer("lagrangian: ghostmax"), {"kind": "strictly convex"}),
        (layer("lagrangian: {spherical: {epsilon: 1}}"), {"kind": "strictly convex"}),
    ],
)
def test_nowhere_flat(asked: Layer, data: dict[str, Any]) -> None:
    assert told(asked) == (Outcome.PROVED, data)


def test_singular_layers() -> None:
    assert told(layer("lagrangian: softmax")) == (Outcome.REFUTED, {"kind": "singular everywhere"})
    states = [["1", "0"], ["2", "0"]]
    assert told(layer("lagrangian: {spherical: {epsilon: 0}}")) == (
        Outcome.REFUTED,
        {"kind": "singular", "states": states},
    )
    # The sum is below 0, and so g is 0; where it is 0, g has no exact value.
    assert told(own("relu(sum(x))^2/2")) == (
        Outcome.REFUTED,
        {"kind": "singular", "states": [["-1", "0"], ["-2", "0"]]},
    )
