"""The example that every part of the reader is tried on, in the three formats, and how to spoil it."""

from __future__ import annotations

import json

import pytest

from hopverify.errors import SpecError
from hopverify.spec import ModelSpec, parse_spec

RELU_PAIR = """\
hopverify: 1
name: relu-pair
references: ["arXiv:2410.13866"]
layers:
  x: {size: 2, lagrangian: relu, bias: [0.5, -1], tau: 1}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}
checks: all
expect: {lagrangian_convexity: pass, energy_flatness: fail}
"""

RELU_PAIR_OBJECT = {
    "expect": {"energy_flatness": "fail", "lagrangian_convexity": "pass"},
    "checks": "all",
    "synapses": {"w": {"kind": "dense", "layers": ["x", "x"], "weights": [[0, 0.5], [0.5, 0]]}},
    "layers": {"x": {"size": 2, "lagrangian": "relu", "bias": [0.5, -1], "tau": 1}},
    "references": ["arXiv:2410.13866"],
    "name": "relu-pair",
    "hopverify": 1,
}

RELU_PAIR_JSON = json.dumps(RELU_PAIR_OBJECT, indent=2)

RELU_PAIR_TOML = """\
hopverify = 1
name = "relu-pair"
references = ["arXiv:2410.13866"]
checks = "all"

[layers.x]
size = 2
lagrangian = "relu"
bias = [0.5, -1]
tau = 1

[synapses.w]
kind = "dense"
layers = ["x", "x"]
weights = [[0, 0.5], [0.5, 0]]

[expect]
lagrangian_convexity = "pass"
energy_flatness = "fail"
"""


def spoiled(old: str, new: str) -> str:
    """Return the YAML example with one passage replaced; the passage must be there."""
    assert old in RELU_PAIR
    return RELU_PAIR.replace(old, new)


def with_layer(text: str) -> str:
    """Return the YAML example whose layer has these entries."""
    return spoiled("{size: 2, lagrangian: relu, bias: [0.5, -1], tau: 1}", text)


def read_layer(text: str) -> ModelSpec:
    return parse_spec(with_layer(text))


def message(text: str, **options: object) -> str:
    """Return the whole error with which the text is refused."""
    with pytest.raises(SpecError) as caught:
        parse_spec(text, file="s", **options)  # type: ignore[arg-type]
    return str(caught.value)
