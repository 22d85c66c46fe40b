"""States at which the energy rises in networks whose weights are not symmetric, whatever their size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model, build_model
from hopverify.networks.network import split
from hopverify.numerics.averaged import AveragedFlow, averaged_flow
from hopverify.obligations import Descent, Outcome
from hopverify.provers import PROVERS, Budget
from hopverify.spec import parse_spec


def network(weights: Any, lagrangian: str, more: str = "") -> Model:
    """Return a layer that is joined with itself by a dense synapse."""
    W = np.asarray(weights)
    return build_model(
        parse_spec(
            f"hopverify: 1\nname: m\nlayers: {{x: {{size: {len(W)}, lagrangian: {lagrangian}{more}}}}}\n"
            f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {W.tolist()}}}}}\n"
        )
    )


def drawn(n: int) -> Any:
    """Return random weights of spectral norm 1.2."""
    W = np.random.default_rng(8).normal(size=(n, n))
    return (1.2 * W / np.linalg.norm(W, 2)).round(6)


def cycles(count: int) -> Any:
    """Return the weights of neurons that inhibit each other in turn by threes, and all others more."""
    W = np.full((3 * count, 3 * count), -1.5)
    for first in range(0, 3 * count, 3):
        for i in range(3):
            W[first + (i + 1) % 3, first + i] = -0.75
    np.fill_diagonal(W, 0.0)
    return W


@pytest.mark.parametrize(
    "model",
    [
        network(drawn(70), "tanh", ", bias: 0.3"),
        network(drawn(70), "tanh"),
        network(3 * drawn(12), "identity"),
        network(drawn(12), "{softplus: {beta: 4}}", ", leak: [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]"),
        network(cycles(3), "relu", ", bias: 1"),
        network(cycles(12), "relu", ", bias: 1"),
        network([[0, 1], [1, 0]], "tanh", ", bias: 1, bias_in_energy: false"),
    ],
    ids=["tanh", "tanh without bias", "identity", "softplus", "three cycles", "twelve cycles", "a bias left out"],
)
def test_the_energy_rises_at_a_state_that_the_kernel_accepts(model: Model) -> None:
    evidence = next(iter(PROVERS["averaged_flow"].search(Descent(model), Budget())))
    assert judge(Descent(model), evidence).outcome is Outcome.REFUTED


def test_of_gradients_nothing_is_sought() -> None:
    W = drawn(6)
    assert not list(PROVERS["averaged_flow"].search(Descent(network(W + W.T, "tanh", ", bias: 1")), Budget()))
    # Neurons that never rest are no end of a search.
    assert not list(PROVERS["averaged_flow"].search(Descent(network([[0.0]], "identity", ", leak: 0")), Budget()))


@pytest.mark.parametrize(
    "model",
    [
        network(drawn(3), "softmax"),
        build_model(parse_spec("hopverify: 1\nname: m\nlayers: {x: {size: 1, lagrangian: tanh}}\nenergy: x[0]\n")),
        build_model(
            parse_spec(
                "hopverify: 1\nname: m\nlayers: {x: {size: 1, lagrangian: tanh}}\n"
                "synapses: {s: {kind: expression, layers: [x], energy: 'x[0]^4'}}\n"
            )
        ),
    ],
    ids=["a whole layer", "a claimed energy", "a drive that is not linear"],
)
def test_networks_that_are_of_another_kind_are_none(model: Model) -> None:
    assert averaged_flow(model) is None


def test_rates_are_those_of_the_model() -> None:
    model = network(drawn(5), "tanh", ", bias: [1, 0, 2, 0, 1], tau: [1, 2, 3, 1, 1]")
    flow = averaged_flow(model)
    assert isinstance(flow, AveragedFlow)
    x = np.array([0.5, -1.0, 0.25, 2.0, -0.125])
    expected = float(model.energy_rate(split(model, x), FLOATS))
    assert flow.rate(x) == pytest.approx(expected)
    far = np.array([0.5, 40.0, -40.0, 2.0, 40.0])
    rates = flow.rates(far, np.array([0, 3]), np.array([[0.5, 2.0], [0.0, 1.0]]))
    assert rates[0] == pytest.approx(float(model.energy_rate(split(model, far), FLOATS)))


def test_diagonal_synapses_may_drive_otherwise_than_their_energy_falls() -> None:
    model = build_model(
        parse_spec(
            "hopverify: 1\nname: m\nlayers: {x: {size: 2, lagrangian: tanh, bias: 0.3}}\n"
            "synapses: {w: {kind: diagonal, layers: [x, x], weights: [0.5, -2], prefactor: 1}}\n"
        )
    )
    flow = averaged_flow(model)
    assert flow is not None
    assert flow.unequal.any()
    x = np.array([0.5, -1.0])
    assert flow.rate(x) == pytest.approx(float(model.energy_rate(split(model, x), FLOATS)))
