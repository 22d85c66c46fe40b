"""Dead zones, lines and pairs of states on which nothing changes, and where nothing of the kind is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hopverify.checker.constant_pieces import is_alive
from hopverify.checker.rules.nowhere_flat import FAR, SMALL, _saturates
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.networks import Layer
from hopverify.obligations import NowhereFlat, Outcome
from tests.checker.rules.layers import judged, layer, own, refused


def test_dead_zones_are_told() -> None:
    found = judged(NowhereFlat(layer("lagrangian: relu")), "dead_zone")
    assert (found.outcome, found.data["kind"]) == (Outcome.REFUTED, "dead")
    assert (found.data["intervals"], found.data["unbounded"]) == ([["-∞", "0"]], True)
    assert found.data["neuron_states"] == ["-1", "-1/2"]
    assert found.data["region"] == "each neuron on its own: a product of such intervals and of points"
    both = judged(NowhereFlat(layer("lagrangian: hard_tanh")), "dead_zone").data
    assert (both["intervals"], both["unbounded"]) == ([["-∞", "-1"], ["1", "+∞"]], True)
    right = judged(NowhereFlat(own("x^2/2 - relu(x - 1)^2/2", of="neuron")), "dead_zone").data
    assert (right["intervals"], right["unbounded"], right["neuron_states"]) == ([["1", "+∞"]], True, ["2", "3"])
    middle = judged(NowhereFlat(own("relu(x - 4)^2/2 + relu(2 - x)^2/2", of="neuron")), "dead_zone").data
    assert (middle["intervals"], middle["unbounded"], middle["neuron_states"]) == ([["2", "4"]], False, ["3", "7/2"])
    for other in ("lagrangian: tanh", "lagrangian: softmax", "activation: {expression: 'relu(x)', of: neuron}"):
        refused(NowhereFlat(layer(other)), "no interval on which h is 0", "dead_zone")


def test_pieces_on_which_something_moves() -> None:
    line = Piece(None, None, parse("x^2 - 1"))
    assert is_alive(line)
    assert is_alive(replace(line, expression=parse("-1 - x^2")))
    assert is_alive(replace(line, expression=parse("exp(x)")))
    # 0 at a half, at a third and at four fifths, in two different ways; and nothing at all.
    assert not is_alive(replace(line, expression=parse("0*x")))
    assert not is_alive(Piece(Fraction(0), Fraction(1), parse("(x - 1/2)*(x - 1/3)*(x - 4/5)")))
    assert is_alive(Piece(Fraction(0), Fraction(1), parse("(x - 1/2)*(x - 1/3)")))
    # A point says nothing of what is not analytic.
    assert not is_alive(Piece(None, None, parse("relu(x^2 - 2)")))
    assert not is_alive(Piece(None, None, parse("relu(x^2 - 2) - 1")))


def test_where_slopes_fade() -> None:
    both = ["x → -∞", "x → +∞"]
    assert _saturates(Piece(None, None, parse("sech(x)^2"))) == both
    assert _saturates(Piece(None, Fraction(0), parse("sech(x)^2"))) == both[:1]
    assert _saturates(Piece(Fraction(0), None, parse("sech(x)^2"))) == both[1:]
    assert _saturates(Piece(Fraction(0), Fraction(1), parse("sech(x)^2"))) == []
    assert _saturates(Piece(None, None, parse("exp(x)"))) == both[:1]
    assert _saturates(Piece(None, None, parse("exp(-x)"))) == both[1:]
    assert _saturates(Piece(None, None, parse("1 + 0*x"))) == []
    assert _saturates(Piece(None, None, parse("1/65536"))) == []
    # Where it begins, 1/x is 2⁻²⁰; at the bound itself nothing is said.
    assert _saturates(Piece(Fraction(1), None, parse("1/x"))) == both[1:]
    assert (FAR, SMALL) == (2.0**20, 2.0**-16)


def test_what_is_said_of_layers_that_are_nowhere_flat() -> None:
    def kind(asked: Layer) -> Any:
        found = judged(NowhereFlat(asked), "nowhere_flat")
        assert found.outcome is Outcome.PROVED
        return found.data

    assert kind(layer("lagrangian: tanh")) == {"kind": "saturated", "at": ["x → -∞", "x → +∞"]}
    assert kind(layer("lagrangian: identity")) == {"kind": "alive"}
    assert kind(own("dot(x, x)/2 + logsumexp(x)")) == {"kind": "strictly convex"}
    for asked, message in (
        (layer("lagrangian: relu"), "h may vanish on an interval"),
        (layer("lagrangian: softmax"), "do not show strict convexity"),
        (layer("activation: clipped_softmax"), "no Lagrangian that is"),
        (own("sqrt(x)^3", of="neuron"), "no Lagrangian that is"),
    ):
        refused(NowhereFlat(asked), message, "nowhere_flat")


def test_states_that_are_not_told_apart() -> None:
    asked = NowhereFlat(own("(x[0] + x[1])^2"))
    found = judged(asked, "equal_activations", states=[["1", "2"], ["3", "0"]])
    assert found.outcome is Outcome.REFUTED
    assert found.data == {"kind": "singular", "region": "the segment between the two states"}
    for states, message in (
        ([["1", "2"], ["3", "1"]], "the same, or their activations differ"),
        ([["1", "2"], ["1", "2"]], "the same, or their activations differ"),
        ([["1", "2"]], "expected two states"),
        ([["1", "2"], ["3", "0"], ["2", "1"]], "expected two states"),
        ({"0": ["1", "2"], "1": ["3", "0"]}, "expected two states"),
    ):
        refused(asked, message, "equal_activations", states=states)
    # One component that agrees is not enough.
    half = NowhereFlat(own("x[0]^2 + x[1]^4"))
    refused(half, "their activations differ", "equal_activations", states=[["1", "2"], ["1", "3"]])
    refused(NowhereFlat(own("x[0]*x[1]")), "not evidently convex", "equal_activations", states=[["0", "0"], ["0", "0"]])


def test_layers_that_are_flat_along_a_line() -> None:
    found = judged(NowhereFlat(layer("lagrangian: softmax")), "shift_invariance")
    assert found.outcome is Outcome.REFUTED
    told = {"kind": "singular everywhere", "direction": "1 (the vector of ones)"}
    assert found.data == told | {"unbounded": True, "region": "x + R·1"}
    for other in (
        "lagrangian: relu",
        "lagrangian: identity",
        "lagrangian: {spherical: {epsilon: 1}}",
        "activation: clipped_softmax",
    ):
        refused(NowhereFlat(layer(other)), "not, by structure, affine", "shift_invariance")
