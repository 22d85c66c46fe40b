"""Small specs, as texts, and the folder of a project that holds some."""

from __future__ import annotations

SPEC = """\
hopverify: 1
name: {name}
layers:
  x: {{size: 2, lagrangian: {lagrangian}, bias: [0.5, -1]}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {weights}}}
checks: {checks}
expect: {expect}
"""


def spec(
    *,
    name: str = "small",
    lagrangian: str = "tanh",
    weights: str = "[[0, 0.5], [0.5, 0]]",
    checks: str = "[weight_symmetry, energy_flatness]",
    expect: str = "{}",
) -> str:
    """Return the text of a spec whose checks pass unless something else is asked for."""
    return SPEC.format(name=name, lagrangian=lagrangian, weights=weights, checks=checks, expect=expect)
