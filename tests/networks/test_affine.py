"""Affine drives of expressions: their matrices and constants, exactly, and which expressions have them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.expr.exact import EXACT, NotRational
from hopverify.networks import Model, build_model, linear_network
from hopverify.networks.affine import Affine, affine_drive
from hopverify.networks.linear import obstacles
from hopverify.pipeline import verify
from hopverify.spec import parse_spec

BODY = """hopverify: 1
name: tried
arrays: {{A: [[1, 2], [3, 4]], c: [1, -1/3]}}
layers: {{x: {{size: 2, lagrangian: {x}}}, y: {{size: 2, lagrangian: tanh}}}}
synapses: {{e: {{kind: expression, layers: [x, y], energy: "{energy}"}}}}
"""


def model(energy: str, x: str = "identity, leak: false, bias: [1, 0]") -> Model:
    return build_model(parse_spec(BODY.format(energy=energy, x=x)))


@pytest.mark.parametrize(
    "energy",
    [
        "x[0]^2 + x[0]*x[1] - x[0]/3",
        "-dot(x, A@y) + 7",
        "dot(y - A@x, y - A@x)/2",
        "sum(x)*dot(c, y)/(2 + sum(c^2))*2 + cos(0)*x[1] - sum(y)",
        "sum((3 - x)/c)*sum(y)",
        "mean((x + c)^2)*exp(size(x) - 2)",
        "dot(x, y)*sqrt(size(x) + 2)",
    ],
)
def test_drives_are_those_of_the_energy(energy: str) -> None:
    of = model(energy)
    (synapse,) = of.synapses.values()
    found = affine_drive(of, synapse)
    assert found is not None
    gamma = {
        name: np.array([Fraction(each) for each in own], dtype=object) for name, own in (("x", (3, 2)), ("y", (5, -7)))
    }
    stated = synapse.drive(gamma, EXACT)
    for target in of.layers:
        linear = sum(found.blocks[target, source] @ gamma[source] for source in gamma)
        assert list(found.constant[target] + linear) == list(stated[target])


@pytest.mark.parametrize(
    "energy",
    ["sum(x^3)", "sum(x)^2/sum(y)", "sum(x)*dot(x, y)", "sum(exp(x))", "sum(relu(x)^2)", "sum(x^2)/(2 - size(x))"],
)
def test_expressions_that_need_more_have_none(energy: str) -> None:
    of = model(energy)
    (synapse,) = of.synapses.values()
    assert affine_drive(of, synapse) is None
    assert obstacles(of) == ["the drive of synapse e is not linear in the activations"]
    assert linear_network(of) is None


def test_identity_neurons_without_leak_have_one_in_the_network() -> None:
    network = linear_network(model("x[0]^2 - x[0]*y[1] - x[1]/4"))
    assert network is not None
    assert network.leak.tolist() == [2, 1, 1, 1]
    assert network.W.tolist() == [[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert network.b.tolist() == [1, Fraction(1, 4), 0, 0]
    assert obstacles(model("sum(x)", "tanh, leak: false")) == ["layer x has no leak"]


def test_products_and_quotients_of_affine_functions() -> None:
    u, two = Affine(Fraction(1), {("x", 0): Fraction(3)}), Affine(Fraction(2), {})
    assert (u / two).slopes == {("x", 0): Fraction(3, 2)}
    assert (1 - u).constant == 0
    assert 6 / two == 3
    for wrong in (lambda: u * u, lambda: 1 / u, lambda: u / u):
        with pytest.raises(NotRational):
            wrong()


QUADRATIC = """hopverify: 1
name: quadratic
layers: {{x: {{size: 2, lagrangian: identity, {layer}}}}}
synapses: {{e: {{kind: {synapse}}}}}
checks: [step_size, boundedness, energy_bounded_below, global_stability, equilibria, equilibrium_stability]
"""
EXPRESSION = 'expression, layers: [x], energy: "x[0]^2 + x[0]*x[1] + x[1]^2 - x[0]"'


@pytest.mark.parametrize(
    ("layer", "synapse"),
    [
        ("leak: false", EXPRESSION),
        ("leak: false, bias: [1, 0]", "dense, layers: [x, x], weights: [[-2, -1], [-1, -2]]"),
        ("leak: 2, bias: [1, 0]", "dense, layers: [x, x], weights: [[0, -1], [-1, 0]]"),
    ],
)
def test_one_model_has_one_verdict_however_it_is_written(layer: str, synapse: str) -> None:
    certificate = verify(parse_spec(QUADRATIC.format(layer=layer, synapse=synapse)))
    assert [entry["verdict"] for entry in certificate.results] == ["pass"] * 6
    claims = [
        row["evidence"]["claim"] for entry in certificate.results for row in entry["obligations"] if "evidence" in row
    ]
    assert {"2/3"} == {claim["up_to"] for claim in claims if claim["claim"] == "step descent"}
    found = [row["x"] for claim in claims if claim["claim"] == "stability" for row in claim["equilibria"]]
    assert found == [["2/3", "-1/3"]] * 2
