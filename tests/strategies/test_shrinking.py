"""Failures shrink to what a person can read: few layers, whole or short numbers, what is left out where it may be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from hopverify import build_model
from hopverify.spec import ModelSpec
from hopverify.strategies import lagrangians, models, patterns, regions, specs, states, weights

from .drawing import simplest, some

TINY = "{hopverify: 1, name: drawn, layers: {x: {size: 1, lagrangian: identity}}}"


def text(condition: Any, **arguments: Any) -> str:
    return simplest(specs(**arguments), condition).source.document.text


def test_the_smallest_spec_is_one_neuron() -> None:
    assert text(lambda spec: True) == TINY
    assert simplest(models()).layers["x"].size == 1


@pytest.mark.parametrize(
    ("condition", "layers"),
    [
        (lambda spec: spec.layers["x"].size == 3, "{x: {size: 3, lagrangian: identity}}"),
        (
            lambda spec: len(spec.layers) == 2,
            "{x: {size: 1, lagrangian: identity}, y: {size: 1, lagrangian: identity}}",
        ),
        (
            lambda spec: spec.layers["x"].bias.fractions()[0] > Fraction(3, 4),
            "{x: {size: 1, lagrangian: identity, bias: 1}}",
        ),
        (lambda spec: spec.layers["x"].function.name == "tanh", "{x: {size: 1, lagrangian: tanh}}"),
        (
            lambda spec: (
                spec.layers["x"].function.role == "lagrangian"
                and spec.layers["x"].function.parameters.get("beta") not in (None, 1)
            ),
            "{x: {size: 1, lagrangian: {exp: {beta: 2}}}}",
        ),
    ],
    ids=["size", "layers", "bias", "function", "parameter"],
)
def test_conditions_shrink_to_the_least_that_meets_them(condition: Any, layers: str) -> None:
    assert text(condition) == f"{{hopverify: 1, name: drawn, layers: {layers}}}"


def test_an_instantaneous_layer_keeps_another_one_that_moves() -> None:
    found = text(lambda spec: spec.layers["x"].tau == (0,), max_layers=2)
    layers = "{x: {size: 1, lagrangian: identity, tau: 0}, y: {size: 1, lagrangian: identity}}"
    assert found == f"{{hopverify: 1, name: drawn, layers: {layers}}}"


def test_an_asymmetric_synapse_shrinks_to_one_weight() -> None:
    def asymmetric(spec: ModelSpec) -> bool:
        found = [synapse.weights for synapse in build_model(spec).synapses.values()]
        return any(W is not None and W.transpose() != W for W in found)

    found = simplest(specs(kinds=["dense"]), asymmetric)
    # Some versions of Hypothesis stop where one more layer, synapse or neuron could go.
    assert max(layer.size for layer in found.layers.values()) <= 3
    assert len(found.layers) <= 2
    assert len(found.synapses) <= 2
    entries = [entry for synapse in found.synapses.values() for row in synapse.values["weights"] for entry in row]
    assert sorted(entries)[-1] == sum(map(abs, entries)) == 1


def test_parts_shrink_alone() -> None:
    assert simplest(lagrangians()) == "identity"
    assert simplest(weights()).values.tolist() == [[0.0]]
    assert simplest(weights(definite=True)).values.tolist() == [[1.0]]
    assert simplest(weights(symmetric=True), lambda W: W.values.sum() < -3).values.max() <= 0
    assert simplest(patterns()).values.tolist() == [[1.0]]
    assert simplest(regions(size=2)) == {"lower": 0, "upper": 0}
    state = simplest(states(simplest(models())), lambda state: state["x"].values[0] > 0.7)
    assert state["x"].values.tolist() == [1.0]


def test_a_failure_shows_a_line_that_can_be_pasted() -> None:
    @settings(some, database=None)
    @given(models())
    def fails(model: Any) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        fails()
    shown = "\n".join(getattr(caught.value, "__notes__", []))
    assert "build_model(" in shown
    assert f"parse_spec(\n            '{TINY}',\n" in shown
