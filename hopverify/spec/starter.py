"""The commented specs that ``hopverify init`` writes: one to read and to change, and one of a matrix of weights."""

from __future__ import annotations

import json
from typing import Final

STARTER: Final = """\
# A spec describes one model: its layers, the synapses between them, and what is to be verified.
# Numbers are exact: 0.1 is one tenth, and 1/3 is one third.
hopverify: 1                 # version of the format
name: my-model
description: Two neurons with rectified activations, one excitatory connection.
references: ["arXiv:2410.13866"]

layers:
  x:
    size: 2
    # A Lagrangian by name, by name with parameters (softmax: {beta: 4}), or as an expression:
    # {expression: "x^2/2"}, elementwise in x; {expression: "...", of: layer} takes the whole layer.
    lagrangian: relu
    bias: [0.5, -1]          # one number, or one for each neuron
    tau: 1                   # time constant: one number, one for each neuron, or 0 (instantaneous)
    leak: true               # whether the state decays by itself

synapses:
  w:
    kind: dense              # `hopverify list synapses` shows all kinds and their keys
    layers: [x, x]           # within one layer, or between two: [x, h]
    # Inline, or an array in a file beside this one: {file: weights.npy},
    # or the same as another: {same_as: other_synapse, transpose: true}
    weights:
      - [0, 0.5]
      - [0.5, 0]

# Stored patterns, one in a row, for the checks on memory retrieval:
# memories:
#   digits: {layer: x, patterns: {file: patterns.npy}}

checks: all                  # or a list: [weight_symmetry, energy_descent]

# The verdict that each check should reach; pass unless stated.
# This model has flat regions of its energy, so one check must find them.
expect:
  lagrangian_convexity: pass
  energy_flatness: fail
"""


_OF_WEIGHTS = """\
# The network ẋ = W g(x) - x with the weights of a file. Numbers are exact: a double is the rational that it holds.
hopverify: 1                 # version of the format
name: {name}

layers:
  x:
    size: {size}
    lagrangian: tanh         # g = tanh; `hopverify list lagrangians` shows others, tanh: {{beta: 2}} has a gain
    # bias: {{file: b.npy}}    # one number, or one for each neuron

synapses:
  w: {{kind: dense, layers: [x, x], weights: {{file: {file}}}}}

# Stored patterns, one in a row, for the checks `basin_cells` and `equilibria`:
# memories:
#   patterns: {{layer: x, patterns: {{file: patterns.npy}}}}

# `global_stability` asks whether one equilibrium attracts every state. `checks: all` also lists all equilibria,
# which takes minutes where there are many neurons.
checks: [weight_symmetry, energy_descent, energy_flatness, step_size, boundedness]
"""


def starter_of_weights(name: str, file: str, size: int) -> str:
    """Return a spec of one layer with the square matrix of weights in a file.

    >>> print(starter_of_weights("mine", "w.npy", 3).splitlines()[2])
    name: "mine"
    """
    return _OF_WEIGHTS.format(name=_quoted(name), file=_quoted(file), size=size)


def _quoted(text: str) -> str:
    """Return a text as YAML reads it in quotes: JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)
