"""The border of T16: a form that is semidefinite, slopes that are as steep at single states only, and what exists."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model
from hopverify.obligations import Bounded, GloballyStable, Outcome
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker import multipliers
from tests.checker.rules.shown import model

SINGULAR, INDEFINITE = "lacks a premise", "is not positive definite"
NOWHERE = "no equilibrium is shown there"


def dense(weights: str, text: str = "lagrangian: tanh", size: int = 1) -> Model:
    return model(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}")


def stable(asked: Model, **more: Any) -> Outcome:
    ones = ["1"] * sum(layer.size for layer in asked.layers.values())
    return judge(GloballyStable(asked), multipliers.stable(asked, ones, **more)).outcome


def refused(asked: Model, message: str, **more: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        stable(asked, **more)


ONE = "[[1]]"
SOFTPLUS = (
    "layers: {x: {size: 1, lagrangian: softplus, bias: -1}}\n"
    "synapses: {w: {kind: dense, layers: [x, x], weights: [[1]]}}\n"
)
ZERO, BOX = {"equilibrium": {"centre": ["0"], "width": "0"}}, {"box": ["2", "2"]}


def test_a_pitchfork_at_its_border_is_no_pitchfork() -> None:
    assert stable(dense(ONE), **ZERO) is Outcome.PROVED
    assert stable(dense(ONE), **BOX) is Outcome.PROVED
    assert stable(dense(ONE, "lagrangian: tanh, bias: 3/10"), **BOX) is Outcome.PROVED
    assert judge(Bounded(dense(ONE)), multipliers.bounded(dense(ONE), ["1"], **ZERO)).outcome is Outcome.PROVED
    refused(dense("[['1000000001/1000000000']]"), INDEFINITE, **ZERO)
    refused(dense("[['1000000001/1000000000']]"), INDEFINITE, **BOX)
    # Within the border nothing has to be shown.
    assert stable(dense("[['999999999/1000000000']]")) is Outcome.PROVED


def test_an_equilibrium_has_to_be_shown() -> None:
    """Softplus with W = 1 and b = 0 has none: x = log(1 + e^x) is never so."""
    refused(dense(ONE), SINGULAR)
    refused(dense(ONE), NOWHERE, equilibrium={"centre": ["1"], "width": "0"})
    refused(dense(ONE, "lagrangian: tanh, bias: 1"), NOWHERE, **ZERO)
    refused(dense(ONE), "does not point inward", box=["1/2", "1/2"])
    for text in ("lagrangian: softplus", "lagrangian: softplus, bias: 1"):
        refused(dense(ONE, text), NOWHERE, **ZERO)
        refused(dense(ONE, text), "does not point inward", box=["1000", "1000"])


def test_an_equilibrium_may_be_shown_in_a_box() -> None:
    """softplus(x) - 1 = x has the one solution -log(e - 1), which is not rational; no box attracts all solutions."""
    asked = dense(ONE, "lagrangian: softplus, bias: -1")
    near = {"centre": ["-1353/2500"], "width": "1/1000"}
    assert stable(asked, equilibrium=near) is Outcome.PROVED
    refused(asked, NOWHERE, equilibrium=near | {"centre": ["-1/2"]})
    for width in ("-1/1000", "-1", "-1000"):
        refused(asked, "a lower end is above", equilibrium=near | {"width": width})


def test_a_run_says_one_thing_of_the_one_equilibrium() -> None:
    text = f"hopverify: 1\nname: one\n{SOFTPLUS}checks: [equilibria, global_stability, boundedness]\n"
    assert [entry["verdict"] for entry in verify(parse_spec(text)).results] == ["pass"] * 3


@pytest.mark.parametrize("name", ["relu", "hard_tanh", "identity", "{leaky_relu: {slope: 1/2}}", "elu"])
def test_slopes_that_are_attained_on_a_segment_leave_a_continuum(name: str) -> None:
    refused(dense(ONE, f"lagrangian: {name}"), INDEFINITE, **ZERO)


def test_only_strict_neurons_may_lie_in_the_kernel() -> None:
    layers = "x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: relu}"
    weights = "a: {kind: dense, layers: [x, x], weights: [[%s]]}, b: {kind: dense, layers: [y, y], weights: [[%s]]}, "
    across = "c: {kind: dense, layers: [x, y], weights: [[%s]]}"
    zero = {"equilibrium": {"centre": ["0", "0"], "width": "0"}}
    assert stable(model(layers, weights % ("1/2", "1/2") + across % "1/2"), **zero) is Outcome.PROVED
    assert stable(model(layers, weights % ("1", "1/2") + across % "0"), **zero) is Outcome.PROVED
    refused(model(layers, weights % ("1/2", "1") + across % "0"), INDEFINITE, **zero)
    refused(model(layers, weights % ("1/2", "1/2") + across % "'50000001/100000000'"), INDEFINITE, **zero)


def test_a_softmax_layer_is_never_strict() -> None:
    """Its H has the norm β/2 at isolated states only, but the theorem does not ask that of whole layers."""
    refused(dense("[[1, 0], [0, 1]]", "lagrangian: {softmax: {beta: 2}}", 2), INDEFINITE, box=["2"] * 4)


def test_slopes_of_ones_own_are_known_up_to_a_rounding() -> None:
    own = "activation: {expression: 'x/(1 + abs(x))', of: neuron}"
    with pytest.raises(EvidenceRejected):
        stable(dense(ONE, own), **ZERO)
