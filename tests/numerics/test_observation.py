"""What is seen at a state: velocity, E or V or neither, dead neurons, the distance to patterns."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, altered_system
from hopverify.numerics.observation import Observer
from tests.numerics.models import altered, model_of

MEMORIES = "memories:\n  p: {layer: x, patterns: [[1, 0], [0, 3]]}\n  q: {layer: x, patterns: [[5, 5]]}\n"


def test_the_energy_of_a_recurrent_layer() -> None:
    observer = Observer(model_of("{size: 2, lagrangian: relu, bias: [1, 0]}", "[[0, 1], [1, 0]]"))
    energy = observer.energy(np.array([2.0, 3.0]))
    # ½|γ|² - b·γ - ½γᵀWγ for γ = (2, 3).
    assert energy is not None
    assert energy.value == 6.5 - 2 - 6
    assert energy.terms == 13 + 1.5
    assert (observer.kind, observer.without) == ("E", None)
    assert observer.velocity(np.array([2.0, 3.0])).tolist() == [2.0, -1.0]


def test_the_velocity_knows_the_time_constants_and_another_state() -> None:
    observer = Observer(model_of("{size: 2, lagrangian: relu, tau: [2, 0.5]}", "[[0, 0], [0, 0]]"))
    assert observer.velocity(np.array([2.0, 3.0])).tolist() == [-1.0, -6.0]
    assert observer.velocity(np.array([4.0, 3.0])).tolist() == [-2.0, -6.0]
    assert [float(tau) for tau in observer.times] == [0.5, 2.0]


def test_an_altered_system_with_a_metric_has_the_energy_v() -> None:
    model, y = altered(), np.array([0.75, -0.5])
    observer, system = Observer(model), altered_system(model)
    assert isinstance(system, AlteredSystem)
    assert system.synapse.metric is not None
    energy = observer.energy(y)
    assert observer.kind == "V"
    assert energy is not None
    assert energy.value == float(system.energy(y, system.synapse.metric, FLOATS))
    # ∇V = -PTẏ, by central differences.
    h, P = 1e-6, np.array([[1, 0.5], [0.5, 1]])
    slopes = []
    for direction in np.eye(2):
        up, down = observer.energy(y + h * direction), observer.energy(y - h * direction)
        assert up is not None
        assert down is not None
        slopes.append((up.value - down.value) / (2 * h))
    assert slopes == pytest.approx(-P @ observer.velocity(y), abs=1e-8)


@pytest.mark.parametrize(
    ("metric", "kind"),
    [("feedback: [[1, 0.5], [0.5, 1]]", "E"), ("feedback: [[1, 0], [0, 1]]", None)],
)
def test_without_a_metric_the_feedback_must_mirror_the_forward_weights(metric: str, kind: str | None) -> None:
    observer = Observer(altered(metric))
    assert observer.kind == kind
    assert (observer.without is None) is (kind is not None)
    assert (observer.energy(np.zeros(2)) is None) is (kind is None)


def test_a_bare_activation_has_no_energy_but_a_claimed_one() -> None:
    layer = "{size: 1, activation: {expression: tanh(x)}}"
    observer = Observer(model_of(layer))
    assert observer.kind is None
    assert "layer x has an activation but no Lagrangian" in str(observer.without)
    assert observer.energy(np.zeros(1)) is None
    claimed = Observer(model_of(layer, more="energy: sum(x^2)\n"))
    energy = claimed.energy(np.array([3.0]))
    assert energy is not None
    assert energy.value == 9


@pytest.mark.parametrize(
    ("lagrangian", "x", "dead"),
    [
        ("relu", [-1.0, 1.0], 1),
        ("relu", [2.0, 1.0], 0),
        ("hard_tanh", [-1.5, 3.0], 2),
        # Saturated is not dead: sech²(30) is small, sech²(800) underflows.
        ("tanh", [30.0, 1.0], 0),
        ("tanh", [800.0, 1.0], 1),
        ("{leaky_relu: {slope: 0.5}}", [-1.0, 1.0], 0),
    ],
)
def test_dead_neurons_have_a_slope_of_exactly_0(lagrangian: str, x: list[float], dead: int) -> None:
    observer = Observer(model_of(f"{{size: 2, lagrangian: {lagrangian}}}", "[[0, 0], [0, 0]]"))
    assert (observer.neurons, observer.dead(np.array(x))) == (2, dead)


def test_fast_neurons_are_counted_and_linear_ones_are_not() -> None:
    observer = Observer(altered())
    assert observer.neurons == 2
    # At y = 0 the fast neurons have u = b = (1/2, -1): the second one is dead.
    assert observer.dead(np.zeros(2)) == 1
    assert observer.whole(np.zeros(2)).tolist() == [0.0, 0.0, 0.25, -1.0]
    assert Observer(model_of("{size: 3, lagrangian: softmax}", "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]")).neurons == 0


def test_the_nearest_pattern_of_all_memories() -> None:
    observer = Observer(model_of("{size: 2, lagrangian: identity}", "[[0, 0], [0, 0]]", MEMORIES))
    assert observer.nearest(np.array([0.0, 1.0])) == ("p", 0, pytest.approx(2**0.5))
    assert observer.nearest(np.array([0.0, 2.5])) == ("p", 1, 0.5)
    assert observer.nearest(np.array([5.0, 8.0])) == ("q", 0, 3.0)
    assert observer.distances(np.array([[0.0, 3.0], [3.0, 3.0]]), "p", 1).tolist() == [0.0, 3.0]
    assert Observer(model_of("{size: 1, lagrangian: relu}")).nearest(np.zeros(1)) is None
