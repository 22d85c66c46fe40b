"""Lower bounds of energies that know a layer by S alone: no leak, no bias, activations without bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.spec import ModelSpec, parse_spec
from tests.checks.networks import decided

TEXT = """
hopverify: 1
name: free
layers:
  x: {{size: 2, lagrangian: {function}, leak: {leak}, bias: {bias}}}
  y: {{size: 1, lagrangian: tanh}}
synapses:
  s: {{kind: expression, layers: [x, y], energy: "{energy}"}}
checks: [energy_bounded_below]
"""


def free(energy: str, *, function: str = "identity", leak: str = "false", bias: str = "0") -> ModelSpec:
    return parse_spec(TEXT.format(energy=energy, function=function, leak=leak, bias=bias))


@pytest.mark.parametrize(
    "spec",
    [
        free("sum(x^2)/2 - y[0]*sum(tanh(x))"),
        free("sum((x - 3*y[0])^2) - 2"),
        free("-log(1/10 + sum(relu(1 - x^2)))"),
        free("sum(x)", function="relu"),
        free("-sum(y^2)*exp(-sum(x^2))"),
        free("sum(x^2) - y[0]", function="exp"),
    ],
)
def test_what_intervals_bound_over_all_states_is_bounded(spec: ModelSpec) -> None:
    """The bound holds at states of all sizes."""
    verdict, data = decided(spec)
    assert verdict == "pass"
    model, generator, bound = build_model(spec), np.random.default_rng(1), float(Fraction(data["lower_bound"]))
    for scale in (0.1, 1.0, 10.0, 100.0):
        for _ in range(50):
            state = {"x": scale * generator.normal(size=2), "y": scale * generator.normal(size=1)}
            assert not model.energy(state, FLOATS) < bound


@pytest.mark.parametrize(
    "spec",
    [
        free("-sum(x^2)/2"),
        free("sum(x)"),
        free("-sum(x)", function="relu"),
        free("-2*sum(x^2)/3", leak="true"),
    ],
)
def test_energies_that_fall_along_a_ray_are_refuted(spec: ModelSpec) -> None:
    assert decided(spec)[0] == "fail"


def test_what_neither_a_range_nor_a_form_decides_is_unknown() -> None:
    """A product of the free layer with another one has no bound; with a bias the energy is a form of x."""
    assert decided(free("y[0]*sum(x)"))[0] == "unknown"
    assert decided(free("sum(x^2)/2", bias="[0, 1]"))[0] == "pass"
