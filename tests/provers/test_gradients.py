"""Evidence that drives and activations are gradients, or that they are none; the kernel accepts each claim."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.certificate import Evidence
from hopverify.checker.rules import Judgement, judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import GradientDrive, Obligation, Outcome, SymmetricJacobian
from hopverify.provers import Budget, accepting
from hopverify.spec import parse_spec

LAYERS = "layers: {a: {size: 2, lagrangian: tanh}, b: {size: 3, lagrangian: relu}, c: {size: 2, lagrangian: relu}}\n"
TWO_HEADS = "queries: [[[1, 2]], [[1, 2]]], keys: [[[3, 4]], [[-3, -4]]], beta: 1"


def drive(synapse: str) -> GradientDrive:
    return GradientDrive(
        build_model(parse_spec(f"hopverify: 1\nname: d\n{LAYERS}synapses: {{w: {{{synapse}}}}}\n")), "w"
    )


def jacobian(layer: str) -> SymmetricJacobian:
    model = build_model(parse_spec(f"hopverify: 1\nname: j\nlayers: {{x: {{{layer}}}}}\n"))
    return SymmetricJacobian(model.layers["x"])


def found(obligation: Obligation) -> tuple[Evidence, Judgement] | None:
    """Return the first evidence that is accepted, and what it shows."""
    for prover in accepting(obligation):
        for evidence in prover.search(obligation, Budget()):
            try:
                return evidence, judge(obligation, evidence)
            except EvidenceRejected:
                continue
    return None


@pytest.mark.parametrize(
    ("synapse", "way"),
    [
        ("kind: dense, layers: [a, a], weights: [[0, 1], [1, 0]]", "identity"),
        ("kind: dense, layers: [a, a], weights: [[0, 1], [2, 0]], drive: gradient", "definition"),
        ("kind: dense, layers: [a, b], weights: [[0, 0, 0], [0, 0, 0]], prefactor: 2", "identity"),
        ("kind: dense, layers: [a, a], weights: {values: [[0, 1], [1, 0]], tolerance: 0.1}", "identity"),
        ("kind: diagonal, layers: [a, c], weights: [1, 2]", "identity"),
        ("kind: hebbian, layers: [a], patterns: [[1, -1]]", "identity"),
        ("kind: expression, layers: [a, b], energy: 'sum(a)*sum(tanh(b))'", "definition"),
        (f"kind: attention, layers: [a, c], {TWO_HEADS}", "definition"),
    ],
)
def test_drives_that_are_gradients(synapse: str, way: str) -> None:
    shown = found(drive(synapse))
    assert shown is not None
    assert (shown[0]["proof"], shown[1]) == ({"by": way}, Judgement(Outcome.PROVED))


@pytest.mark.parametrize(
    ("synapse", "layer", "index", "activations", "apart"),
    [
        ("kind: dense, layers: [a, a], weights: [[0, 1], [2, 0]]", "a", 0, {"a": ["0", "1"]}, "1/2"),
        ("kind: dense, layers: [a, a], weights: [[0, 1], [1, 5]], prefactor: 1", "a", 1, {"a": ["0", "1"]}, "5"),
        (
            "kind: dense, layers: [a, b], weights: [[0, 0, 0], [0, 0, 4]], prefactor: 3",
            *("a", 1, {"a": ["0", "0"], "b": ["0", "0", "1"]}, "8"),
        ),
        (
            "kind: diagonal, layers: [a, c], weights: [0, 1/3], prefactor: 2",
            *("c", 1, {"a": ["0", "1"], "c": ["0", "0"]}, "333333/1000000"),
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], "
            "forward: [[1, 2], [3, 4], [5, 6]], feedback: [[1, 3, 5], [2, 4, 7]]",
            *("a", 1, {"a": ["0", "0"], "b": ["0", "0", "1"]}, "1"),
        ),
    ],
)
def test_drives_that_are_none(synapse: str, layer: str, index: int, activations: Any, apart: str) -> None:
    shown = found(drive(synapse))
    assert shown is not None
    data = {"layer": layer, "index": index, "activations": activations, "apart": apart}
    assert shown[1] == Judgement(Outcome.REFUTED, data)


@pytest.mark.parametrize("weights", [f"[[0, 1], [{1 + 2**-52!r}, 0]]", "[[0, 1.7e308], [-1.7e308, 0]]"])
def test_weights_at_the_ends_of_doubles(weights: str) -> None:
    shown = found(drive(f"kind: dense, layers: [a, a], weights: {weights}"))
    assert shown is not None
    assert shown[1].outcome is Outcome.REFUTED


def test_attention_that_leaves_out_the_second_sum() -> None:
    """At drawn activations; but where the sum that is left out is always 0, the kernel has no proof."""
    shown = found(drive(f"kind: attention, layers: [a, c], {TWO_HEADS}, drive: attention"))
    assert shown is not None
    assert shown[1].outcome is Outcome.REFUTED
    none = TWO_HEADS.replace("[1, 2]", "[0, 0]")
    assert found(drive(f"kind: attention, layers: [a, c], {none}, drive: attention")) is None


def test_zeros_that_are_uncertain() -> None:
    """Of other matrices that are meant the drive is no gradient, of the given one it is: neither is shown."""
    zeros = "weights: {values: [[0, 0], [0, 0]], tolerance: 0.1}"
    assert found(drive(f"kind: dense, layers: [a, a], {zeros}, prefactor: 2")) is None


@pytest.mark.parametrize(
    ("layer", "way"),
    [
        ("size: 2, activation: {expression: 'x^3', of: neuron}", "elementwise"),
        ("size: 2, activation: {expression: ['x[1]^2', '2*x[0]*x[1]']}", "jacobian"),
        ("size: 3, activation: {expression: 'x - mean(x)'}", "jacobian"),
    ],
)
def test_activations_that_are_gradients(layer: str, way: str) -> None:
    shown = found(jacobian(layer))
    assert shown is not None
    assert shown[0]["proof"] == {"by": way}
    assert shown[1].outcome is Outcome.PROVED
    assert list(shown[1].data) == ["because"]


@pytest.mark.parametrize(
    "layer",
    [
        "size: 2, activation: {expression: ['x[1]^2', 'x[0]*x[1]']}",
        "size: 2, activation: {expression: ['x[1]', '-x[0]']}",
        "size: 2, activation: {expression: 'x*x[0]'}",
        "size: 9, activation: {expression: 'x*x[0]'}",
        "size: 3, activation: {vector_layernorm: {gamma: [1, 2, 3]}}",
    ],
)
def test_activations_that_are_none(layer: str) -> None:
    shown = found(jacobian(layer))
    assert shown is not None
    assert shown[1].outcome is Outcome.REFUTED
    assert set(shown[1].data) == {"state", "i", "j", "apart"}


@pytest.mark.parametrize(
    "layer",
    [
        "size: 2, activation: {expression: ['sign(x[1])', 'sign(x[0])']}",
        "size: 9, activation: {expression: 'x - mean(x)'}",
        "size: 2, activation: {expression: 'entmax(x, 2)'}",
        "size: 65, activation: {expression: 'x*x[0]'}",
    ],
)
def test_activations_of_which_nothing_is_shown(layer: str) -> None:
    assert found(jacobian(layer)) is None


def test_evidence_about_another_synapse_or_layer() -> None:
    asked = drive("kind: dense, layers: [a, a], weights: [[0, 1], [1, 0]]")
    shown = found(asked)
    assert shown is not None
    with pytest.raises(EvidenceRejected, match="no synapse is called 'v'"):
        judge(asked, {**shown[0], "claim": {"claim": "gradient drive", "synapse": "v"}})
    other = jacobian("size: 2, activation: {expression: 'x^3', of: neuron}")
    shown = found(other)
    assert shown is not None
    with pytest.raises(EvidenceRejected, match="no layer with a flow is called 'y'"):
        judge(other, {**shown[0], "claim": {**shown[0]["claim"], "layer": "y"}})
