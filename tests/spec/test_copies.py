"""Layers with copies: the spec means what it would if each copy were written down."""

from __future__ import annotations

import pytest

from hopverify.errors import SpecError
from hopverify.networks import build_model
from hopverify.spec import ModelSpec, parse_spec
from hopverify.spec.bounds import MAX_PARTS

SHORT = """
hopverify: 1
name: tokens
layers:
  x: {size: 2, copies: 3, lagrangian: tanh, bias: [1, 2], tau: 2, leak: false}
  y: {size: 1, lagrangian: identity}
synapses:
  all: {kind: attention, layers: [x], queries: [[1, 0]], keys: [[0, 1]], beta: 1}
  one: {kind: dense, layers: [y, x_2], weights: [[1, 2]]}
memories:
  m: {layer: x_3, patterns: [[1, 1]]}
checks: all
"""
COPY = "{size: 2, lagrangian: tanh, bias: [1, 2], tau: 2, leak: false}"
LONG = SHORT.replace(
    "  x: {size: 2, copies: 3, lagrangian: tanh, bias: [1, 2], tau: 2, leak: false}\n",
    "".join(f"  x_{k}: {COPY}\n" for k in (1, 2, 3)),
).replace("layers: [x]", "layers: [x_1, x_2, x_3]")


def test_copies_are_layers_like_any_other() -> None:
    short, long = parse_spec(SHORT), parse_spec(LONG)
    assert list(short.layers) == list(long.layers) == ["x_1", "x_2", "x_3", "y"]
    for name, layer in long.layers.items():
        own = short.layers[name]
        assert (own.name, own.size, own.tau, own.leak) == (layer.name, layer.size, layer.tau, layer.leak)
        assert own.bias == layer.bias
    for name, synapse in long.synapses.items():
        assert short.synapses[name].layers == synapse.layers
    assert short.memories["m"].layer == "x_3"
    assert list(build_model(short).layers) == list(build_model(long).layers)


def test_the_number_of_copies_counts_in_the_digest() -> None:
    assert parse_spec(SHORT).digest != parse_spec(SHORT.replace("copies: 3", "copies: 4")).digest


def test_one_copy_has_a_number_too() -> None:
    text = "{hopverify: 1, name: n, layers: {x: {size: 1, copies: 1, lagrangian: relu}}}"
    assert list(parse_spec(text).layers) == ["x_1"]


def wrong(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        build_model(parse_spec(text))
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("copies: 3", "copies: 0", f"layers.x.copies: must be a whole number from 1 to {MAX_PARTS}, got 0"),
        ("copies: 3", "copies: 1.5", "layers.x.copies: must be a whole number, got 1.5"),
        ("copies: 3", f"copies: {MAX_PARTS}", "synapses: the spec has 1003 layers and synapses together"),
        ("layer: x_3", "layer: x", "memories.m.layer: 'x' has copies; name one of them, such as x_1"),
        ("layer: x_3", "layer: x_4", "memories.m.layer: no layer is called 'x_4'"),
        ("[y, x_2]", "[y, x]", "synapses.one.layers: a dense synapse joins 2 layers, got 4"),
        ("  y:", "  x_1: {size: 1, lagrangian: relu}\n  y:", "layers.x.copies: a copy would be called x_1"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, expected: str) -> None:
    assert any(problem.startswith(expected) for problem in wrong(SHORT.replace(old, new)))


def test_copies_of_two_layers_may_not_meet() -> None:
    layer = "{size: 1, copies: 2, lagrangian: relu}"
    text = f"{{hopverify: 1, name: n, layers: {{x: {layer}, x_1: {layer}}}}}"
    assert "a copy would be called x_1" in wrong(text)[0]


def test_a_mistake_in_a_layer_is_told_once() -> None:
    assert len(wrong(SHORT.replace("lagrangian: tanh", "lagrangian: tanhh"))) == 1


def test_spins_have_no_copies() -> None:
    text = "{hopverify: 1, name: n, layers: {x: {size: 2, states: spins, copies: 2}}, update: synchronous}"
    assert any(problem.startswith("layers.x.copies: a layer of spins has no such key") for problem in wrong(text))


def test_a_spec_of_many_tokens_is_read_as_one() -> None:
    spec: ModelSpec = parse_spec(SHORT.replace("copies: 3", "copies: 100"))
    assert len(spec.layers) == 101
    assert len(spec.synapses["all"].layers) == 100
