"""Ghosts shown by a segment of states with one activation: what counts, and what stands next to it."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, linear_network
from hopverify.obligations import NoGhosts, Outcome
from hopverify.obligations.equilibria import Search
from tests.checker.rules.shown import model


def dense(text: str, weights: str = "[[0, 0], [0, 0]]", more: str = "") -> Model:
    return model(f"x: {{size: 2, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}", more)


def own(text: str, more: str = "bias: [3, 3]") -> Model:
    return dense(f"lagrangian: {{expression: '{text}', of: layer}}, {more}")


def judged(asked: Model, state: list[str], share: str) -> Judgement:
    network = linear_network(asked)
    assert network is not None
    payload: dict[str, Any] = {"rule": "ghost_segment", "state": state, "share": share}
    return judge(NoGhosts(Search(asked, network, None)), payload)


def refused(asked: Model, state: list[str], share: str, message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, state, share)


# On {(s, s): s ≤ 0} the activation is 0.
VARYING = "norm(x - mean(x), 1 + relu(sum(x))^2)"


@pytest.mark.parametrize("share", ["1/8", "1/4", "-1", "1/1000000000000"])
def test_a_segment_is_a_ghost_up_to_the_end_of_the_flat_region(share: str) -> None:
    found = judged(own(VARYING), ["-1", "-1"], share)
    assert found.outcome is Outcome.REFUTED
    assert found.data["neurons"] == ["x[0]", "x[1]"]
    assert (found.data["activation"], found.data["target"]) == (["0", "0"], ["3", "3"])
    assert found.data["segment"][0] == ["-1", "-1"]


@pytest.mark.parametrize(
    ("state", "share", "message"),
    [
        (["-1", "-1"], "0", "stay what it is"),
        (["-1", "-1"], "1000000001/4000000000", "stay what it is"),
        (["-1", "1"], "1/8", "not known to be rational"),
        (["3", "3"], "1/8", "not known to be rational"),
    ],
)
def test_what_leaves_the_region_is_none(state: list[str], share: str, message: str) -> None:
    refused(own(VARYING), state, share, message)


def test_where_the_target_has_the_same_activation_something_rests() -> None:
    assert (
        judged(own(VARYING, "bias: ['1/10000000000', '1/10000000000']"), ["-1", "-1"], "1/4").outcome is Outcome.REFUTED
    )
    refused(own(VARYING, "bias: [0, 0]"), ["-1", "-1"], "1/4", "may have the same activation")
    refused(own("norm(x - mean(x), 1)"), ["-1", "-1"], "1/8", "may have the same activation")


def test_an_equilibrium_is_no_segment() -> None:
    refused(own("relu(sum(x))^2/2", "bias: [-1, -1]"), ["-1", "-1"], "1/2", "stay what it is")


def test_the_lagrangian_of_a_whole_layer_has_to_be_convex() -> None:
    """Both ends have the activation 0, and on the way it is another."""
    hat = "relu(sum(x))^2/2 - relu(sum(x) - 1)^2 + relu(sum(x) - 2)^2/2"
    refused(own(hat, "bias: ['1/2', '1/2']"), ["-1", "-1"], "3", "stay what it is")
    refused(own(hat, "bias: ['1/2', '1/2']"), ["-1", "-1"], "1/8", "stay what it is")


def test_elementwise_layers_stay_on_a_constant_piece() -> None:
    body = dense("lagrangian: squared_relu, bias: [1, -1]")
    assert judged(body, ["-1", "-2"], "1/2").outcome is Outcome.REFUTED
    refused(body, ["-1", "-2"], "500000001/1000000000", "stay what it is")
    # Of a hat of one number both ends are 0, and what lies between is not.
    hat = "lagrangian: {expression: 'relu(x)^2/2 - relu(x - 1)^2 + relu(x - 2)^2/2', of: neuron}, bias: [3, 3]"
    refused(dense(hat), ["-1", "-1"], "1", "stay what it is")


def test_an_instantaneous_layer_is_where_its_equation_says() -> None:
    layers = "x: {size: 1, lagrangian: squared_relu, bias: 1}, y: {size: 1, lagrangian: identity, tau: 0, bias: 2}"
    both = model(layers, "w: {kind: dense, layers: [x, y], weights: [[1]]}")
    assert judged(both, ["-1", "2"], "1/8").data["neurons"] == ["x[0]"]
    refused(both, ["-1", "1"], "1/8", "stay what it is")
    # In a dead zone too.
    dead = model(layers.replace("identity, tau: 0, bias: 2", "squared_relu, tau: 0, bias: -2"))
    assert judged(dead, ["-1", "-2"], "1/8").outcome is Outcome.REFUTED
    refused(dead, ["-1", "-1"], "1/8", "stay what it is")


def test_a_claimed_energy_is_another() -> None:
    refused(dense("lagrangian: squared_relu, bias: [1, 1]", more='energy: "1"'), ["-1", "-1"], "1/8", "derived")
    lopsided = dense("lagrangian: squared_relu, bias: [1, 1]", "[[0, 1], [0, 0]]")
    refused(lopsided, ["-1", "-1"], "1/8", "derived")
