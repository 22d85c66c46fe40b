"""The commented spec that ``hopverify init`` writes."""

from __future__ import annotations

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
