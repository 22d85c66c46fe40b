"""Small models from texts."""

from __future__ import annotations

from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec

ALTERED = """\
hopverify: 1
name: altered
layers:
  y: {size: 2, lagrangian: identity}
  x: {size: 2, lagrangian: relu, bias: [0.5, -1], tau: 0}
synapses:
  r: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 0.5], [0.5, 1]], METRIC}
  c: {kind: diagonal, layers: [x, x], weights: [-1, -1]}
"""


def model_of(layer: str, weights: str = "[[0]]", more: str = "") -> Model:
    """Return a model with one recurrent layer x."""
    synapse = f"synapses:\n  w: {{kind: dense, layers: [x, x], weights: {weights}}}\n"
    return build_model(parse_spec(f"hopverify: 1\nname: m\nlayers:\n  x: {layer}\n{synapse}{more}"))


def altered(metric: str = "metric: [[1, 0.5], [0.5, 1]]") -> Model:
    """Return an altered system of two slow and two fast neurons, by default with a metric."""
    return build_model(parse_spec(ALTERED.replace("METRIC", metric)))
