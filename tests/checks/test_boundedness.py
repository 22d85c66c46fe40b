"""Boundedness and bounded energies: against simulated solutions, against copositivity, and under tampering."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.expr.floats import FLOATS
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import linear_network
from hopverify.numerics.attracting import attracting_box
from hopverify.numerics.exact_copositivity import is_strictly_copositive
from hopverify.numerics.growth import propose_box
from hopverify.numerics.linear_growth import growth
from hopverify.obligations import Bounded
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checks.networks import decided, ends, evidence, model_of, network, random_weights
from tests.profiles import by_profile

HORN = [
    [-0.125, 1, -1, -1, 1],
    [1, -0.125, 1, -1, -1],
    [-1, 1, -0.125, 1, -1],
    [-1, -1, 1, -0.125, 1],
    [1, -1, -1, 1, -0.125],
]
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(0, x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "{leaky_relu: {slope: 0.25}}": lambda x: np.where(x > 0, x, x / 4),
}


def box_of(data: Any) -> tuple[Any, Any]:
    rows = np.array([[float(Fraction(v)) for v in pair] for pair in data["box"]["x"]])
    return rows[:, 0], rows[:, 1]


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(by_profile(1, 4, 4)))
def test_solutions_end_in_the_box(name: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 5))
    W = random_weights(generator, n, scale=0.6 / n, symmetric=bool(seed % 2))
    b = [Fraction(int(v), 4) for v in generator.integers(-6, 7, size=n)]
    verdict, data = decided(network(W, name, check="boundedness", bias=b))
    assert verdict != "fail"
    if verdict == "pass" and "box" in data:
        low, high = box_of(data)
        x = ends(W, b, generator.normal(size=(40, n)) * 30, ACTIVATIONS[name])
        assert (x > low - 1e-6).all()
        assert (x < high + 1e-6).all()


def test_most_of_these_networks_pass() -> None:
    generator = np.random.default_rng(5)
    specs = [network(random_weights(generator, 3, scale=0.2), name, check="boundedness") for name in ACTIVATIONS]
    assert [decided(spec)[0] for spec in specs] == ["pass"] * len(specs)


@pytest.mark.parametrize("seed", range(by_profile(20, 60, 60)))
def test_relu_is_decided_as_copositivity_says(seed: int) -> None:
    generator = np.random.default_rng(100 + seed)
    n = int(generator.integers(1, 5))
    W = random_weights(generator, n, scale=1.0)
    Q = np.array([[Fraction(int(i == j)) - W[i][j] for j in range(n)] for i in range(n)], dtype=object)
    raised = Q + np.diag([Fraction(1, 10**9)] * n)
    strictly, negative = is_strictly_copositive(Q)[0], not is_strictly_copositive(raised)[0]
    b = [Fraction(int(v), 4) for v in generator.integers(-4, 5, size=n)]
    states, energy = (decided(network(W, check=name, bias=b)) for name in ("boundedness", "energy_bounded_below"))
    assert states[0] == energy[0] == ("pass" if strictly else "fail" if negative else "unknown")
    x = generator.uniform(-3, 3, size=(30, n))
    if strictly and "box" in states[1]:
        low, high = box_of(states[1])
        after = ends(W, b, x * 5, ACTIVATIONS["relu"], time=200.0, step=0.05)
        assert (after > low - 1e-2).all()
        assert (after < high + 1e-2).all()
    if strictly:
        gamma = np.abs(generator.normal(size=(3000, n))) * 10
        values = 0.5 * np.einsum("ki,ij,kj->k", gamma, Q.astype(float), gamma) - gamma @ np.array(b, dtype=float)
        assert values.min() >= float(Fraction(energy[1]["lower_bound"]))
    elif negative:
        way = np.array([float(Fraction(v)) for v in states[1]["ray"]["x"]])
        after = ends(W, b, [way * 1e4], ACTIVATIONS["relu"], time=5.0)
        assert np.abs(after).max() > np.abs(way * 1e4).max() or float(np.abs(after).max()) > 1e5


def test_the_edge_is_unknown() -> None:
    """W = 1: I - W = 0. With b = 1 the state runs away and with b = -1 it does not; T10 decides neither."""
    for bias in (1, 0, -1):
        assert decided(network([[1]], check="boundedness", bias=[bias]))[0] == "unknown"
        assert decided(network([[1]], check="energy_bounded_below", bias=[bias]))[0] == "unknown"
    tiny = Fraction(1, 10**12)
    assert decided(network([[1 - tiny]], check="boundedness"))[0] == "pass"
    assert decided(network([[1 + tiny]], check="boundedness"))[0] == "fail"


def test_horn_passes_by_the_energy_and_tells_a_box() -> None:
    verdict, data = decided(network(HORN, check="boundedness", bias=[1, -0.5, 0.25, 0.5, 0]))
    assert verdict == "pass"
    assert data["method"] == ["kernel (bounded solutions, by limits)"]
    x = ends(HORN, [1, -0.5, 0.25, 0.5, 0], np.random.default_rng(0).normal(size=(50, 5)) * 10, ACTIVATIONS["relu"])
    assert np.abs(x).max() < 100


def test_weights_that_are_not_symmetric_are_not_refuted_by_the_energy() -> None:
    assert decided(network([[0, 3], [-3, 0]], check="boundedness"))[0] == "pass"
    assert decided(network([[0, 3], [1, 0]], check="boundedness"))[0] == "unknown"


def test_leaks_enter_the_form() -> None:
    assert decided(network([[1.5]], check="boundedness", extra=", leak: 2"))[0] == "pass"
    assert decided(network([[1.5]], check="boundedness", extra=", leak: 1.25"))[0] == "fail"


def test_without_leak_a_bounded_energy_tells_nothing_of_the_states() -> None:
    spec = network([[0, 0.25], [0.25, 0]], "tanh", check="boundedness", bias=[1, 0], extra=", leak: false")
    verdict, data = decided(spec)
    assert verdict == "fail"
    assert (data["layer"], data["neuron"], data["drive"][0] != "-") == ("x", 0, True)
    undecided = network([[0, 1], [1, 0]], "tanh", check="boundedness", bias=[1, 0], extra=", leak: false")
    assert decided(undecided)[0] == "unknown"
    energy = network([[0, 0.25], [0.25, 0]], "tanh", check="energy_bounded_below", bias=[1, 0], extra=", leak: false")
    assert decided(energy)[0] == "pass"


LAYERED = """
hopverify: 1
name: layered
layers:
  v: {{size: 2, lagrangian: identity, bias: [1, 0]}}
  h: {{size: 2, lagrangian: {{softmax: {{beta: 3}}}}, tau: {tau}}}
  top: {{size: 1, lagrangian: {top}}}
synapses:
  w: {{kind: dense, layers: [h, v], weights: [[1, -2], [0.5, 3]]}}
  u: {{kind: dense, layers: [h, top], weights: [[1], [-1]]}}
checks: [{check}]
"""


@pytest.mark.parametrize("tau", [0, 1])
@pytest.mark.parametrize("top", ["relu", "squared_relu", "identity"])
def test_layers_without_bound_follow_bounded_ones(tau: int, top: str) -> None:
    for check in ("boundedness", "energy_bounded_below"):
        spec = parse_spec(LAYERED.format(tau=tau, top=top, check=check))
        verdict, data = decided(spec)
        assert verdict == "pass"
        model = model_of(spec)
        generator = np.random.default_rng(1)
        for _ in range(300):
            state = {layer.name: generator.normal(size=layer.size) * 6 for layer in model.dynamic}
            if check == "energy_bounded_below":
                assert model.energy(state, FLOATS) >= float(Fraction(data["lower_bound"]))
                continue
            for name, velocity in model.velocity(state, FLOATS).items():
                for value, speed, (low, high) in zip(state[name], velocity, data["box"][name], strict=True):
                    assert value <= Fraction(high) or speed < 0 or name == "h"
                    assert value >= Fraction(low) or speed > 0 or name == "h"


@pytest.mark.parametrize("entry", LAGRANGIANS, ids=lambda entry: str(entry.name))
def test_growth_bounds_hold(entry: Any) -> None:
    spec = parse_spec(f"hopverify: 1\nname: t\nlayers:\n  x: {{size: 1, lagrangian: {entry.name}}}\nchecks: all\n")
    function = model_of(spec).layers["x"].function
    found = growth(function)
    if found is None:
        return
    for x in np.concatenate([np.linspace(-8, 8, 161), [-400.0, 400.0, -30.0, 30.0]]):
        value = float(function.activate(np.array([x]), FLOATS)[0])
        assert value <= float(found.above.at(Fraction(float(x)))) + 1e-12 * (1 + abs(value))
        assert -value <= float(found.below.at(Fraction(float(x)))) + 1e-12 * (1 + abs(value))


def test_energy_of_a_concave_potential_is_unknown_and_of_a_claimed_one_too() -> None:
    assert decided(network([[0]], "gelu", check="energy_bounded_below"))[0] == "unknown"
    layer = "hopverify: 1\nname: c\nlayers: {x: {size: 1, lagrangian: tanh}}\n"
    assert decided(parse_spec(layer + "energy: sum(x)\nchecks: [energy_bounded_below]\n"))[0] == "unknown"


def rejected(spec: Any, changed: dict[str, Any], obligation: Any = Bounded) -> bool:
    try:
        judge(obligation(model_of(spec)), changed)
    except EvidenceRejected:
        return True
    return False


def test_tampered_boxes_are_refused() -> None:
    spec = network([[0, 0.5], [0.5, 0]], check="boundedness", bias=[1, 1])
    found = evidence(verify(spec))
    assert found["proof"]["by"] == "growth"
    assert not rejected(spec, found)

    def boxed(*bounds: Any) -> dict[str, Any]:
        rows = [[str(-Fraction(low)), str(Fraction(high))] for high, low in zip(bounds[:2], bounds[2:], strict=True)]
        return found | {"claim": {"claim": "bounded solutions", "box": {"x": rows}}}

    bounds = [Fraction(row[side]) * (2 * side - 1) for side in (1, 0) for row in found["claim"]["box"]["x"]]
    assert not rejected(spec, boxed(*bounds))
    for position in range(4):
        for smaller in (Fraction(0), Fraction(-1), bounds[position] / 4096 - Fraction(1, 2)):
            assert rejected(spec, boxed(*bounds[:position], smaller, *bounds[position + 1 :]))
    assert rejected(spec, boxed("19/10", 2, 1, 1))
    assert not rejected(spec, boxed("21/10", "21/10", 1, 1))
    assert rejected(spec, boxed(2, 2, 1, 1))
    assert rejected(spec, found | {"extra": 1})


def test_boxes_hold_the_margin_that_the_theorem_asks_for() -> None:
    """B = 1 (spectral radius 1, W = 1): no box, whatever the bounds; just below there is one."""
    at_one = linear_network(model_of(network([[1]], check="boundedness", bias=[-5])))
    below = linear_network(model_of(network([[Fraction(9, 10)]], check="boundedness", bias=[-5])))
    assert at_one is not None
    assert below is not None
    assert propose_box(at_one) is None
    with pytest.raises(EvidenceRejected):
        attracting_box(at_one, [Fraction(100), Fraction(100)])
    box = propose_box(below)
    assert box is not None
    attracting_box(below, box)
