"""What check_implementation takes, how it compares, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify import build_model, parse_spec, read_spec
from hopverify.errors import HopverifyError
from hopverify.testing import Disagreement, against, check_implementation
from hopverify.testing import states as states_module
from hopverify.testing.derived import Derived
from tests.profiles import long
from tests.testing.networks import MODERN, SPECS, TANH, modern_network, tanh_network

RELU = """\
hopverify: 1
name: relu
layers: {x: {size: 2, lagrangian: relu, bias: [0.5, -1]}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}
"""
TWO_LAYERS = """\
hopverify: 1
name: two
layers: {v: {size: 2, lagrangian: identity}, h: {size: 1, lagrangian: tanh, tau: 1/10}}
synapses: {w: {kind: dense, layers: [h, v], weights: [[1, -2]]}}
"""
M = np.array([[1.0, -2.0]])

at_fixed_states = pytest.mark.usefixtures("no_search")


def relu_energy(x: Any) -> Any:
    g = np.maximum(x, 0)
    return x @ g - g @ g / 2 - np.array([0.5, -1]) @ g - g[0] * g[1] / 2


def two_energy(v: Any, h: Any) -> Any:
    g = np.tanh(h)
    return v @ v / 2 + h @ g - np.log(np.cosh(h)).sum() - g @ M @ v


def two_velocity(v: Any, h: Any) -> Any:
    return M.T @ np.tanh(h) - v, 10 * (M @ v - h)


@at_fixed_states
def test_layers_are_given_one_by_one_or_joined() -> None:
    spec = parse_spec(TWO_LAYERS)
    check_implementation(spec, energy=two_energy, velocity=two_velocity, activation={"h": np.tanh})
    check_implementation(spec, velocity=lambda v, h: dict(zip(("v", "h"), two_velocity(v, h), strict=True)))
    check_implementation(
        spec,
        energy=lambda x: two_energy(x[:2], x[2:]),
        velocity=lambda x: np.concatenate(two_velocity(x[:2], x[2:])),
        joined=True,
    )
    with pytest.raises(Disagreement, match="h = "):
        check_implementation(spec, velocity=lambda v, h: (two_velocity(v, h)[0], 5 * (M @ v - h)))


@at_fixed_states
def test_an_energy_is_compared_up_to_a_constant_only() -> None:
    check_implementation(TANH, energy=lambda x: tanh_network()["energy"](x) + 1e3)
    with pytest.raises(Disagreement) as caught:
        check_implementation(TANH, energy=lambda x: 3 * tanh_network()["energy"](x))
    assert caught.value.mistakes == ("scaled energy",)


@at_fixed_states
def test_single_precision_is_compared_as_such() -> None:
    right = {name: single(function) for name, function in tanh_network().items()}
    check_implementation(TANH, energy=right["energy"], velocity=right["velocity"])
    wrong = single(tanh_network(half=0.51)["energy"])
    with pytest.raises(Disagreement):
        check_implementation(TANH, energy=wrong)


def single(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: np.asarray(function(x.astype(np.float32)), dtype=np.float32)


@at_fixed_states
def test_a_tolerance_may_be_given() -> None:
    network = tanh_network(half=0.5 + 1e-7)
    with pytest.raises(Disagreement):
        check_implementation(TANH, energy=network["energy"])
    check_implementation(TANH, energy=network["energy"], tolerance=1e-6)


@at_fixed_states
def test_dead_neurons_must_not_count() -> None:
    spec = parse_spec(RELU)
    check_implementation(spec, energy=relu_energy)
    with pytest.raises(Disagreement) as caught:
        check_implementation(spec, energy=lambda x: relu_energy(x) + np.minimum(x, 0).sum() ** 2)
    assert {"energy", "flatness"} <= set(caught.value.laws)
    assert "not constant where the activation is" in str(caught.value)


@at_fixed_states
def test_saturated_states_are_among_those_that_are_tested() -> None:
    # cosh overflows where log cosh does not.
    def energy(x: Any) -> Any:
        return (x * np.tanh(40 * x) - np.log(np.cosh(40 * x)) / 40).sum()

    spec = parse_spec("{hopverify: 1, name: one, layers: {x: {size: 1, lagrangian: {tanh: {beta: 40}}}}}")
    with pytest.raises(Disagreement, match="not finite: where does the formula overflow"):
        check_implementation(spec, energy=energy)
    check_implementation(spec, energy=energy, largest=5)


@at_fixed_states
def test_a_formula_that_loses_digits_is_no_mistake() -> None:
    # The energy in terms of the inverse activation: 1 - g² cancels where tanh saturates.
    def energy(x: Any) -> Any:
        g = np.tanh(x)
        return (g * np.arctanh(g) + np.log(1 - g**2) / 2).sum()

    spec = parse_spec("{hopverify: 1, name: one, layers: {x: {size: 1, lagrangian: tanh}}}")
    with pytest.raises(Disagreement, match="does a formula lose digits") as caught:
        check_implementation(spec, energy=energy, largest=10)
    assert caught.value.mistakes == ()
    check_implementation(spec, energy=energy, largest=10, tolerance=1e-7)


def test_rare_mistakes_are_found_by_hypothesis() -> None:
    def energy(x: Any) -> Any:
        return tanh_network()["energy"](x) + (1.0 if x[0] == 1 else 0.0)

    with pytest.raises(Disagreement):
        check_implementation(TANH, energy=energy, examples=400)


def test_without_hypothesis_the_sample_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states_module, "find_spec", lambda name: None)
    check_implementation(TANH, **tanh_network(), step=0.05)
    with pytest.raises(Disagreement) as caught:
        check_implementation(TANH, velocity=tanh_network(bias_in_flow=0)["velocity"])
    assert caught.value.mistakes == ("bias in the energy only",)
    assert "u = (0, 0, 0, 0)" in str(caught.value)


@at_fixed_states
def test_functions_that_work_in_place_do_no_harm() -> None:
    def update(x: Any) -> Any:
        x += 0.05 * tanh_network()["velocity"](x)
        return x

    check_implementation(TANH, energy=tanh_network()["energy"], update=update, step=0.05)


OTHERS = [long(name) for name in ("no-leak-runaway", "krotov-hopfield-c", "relu-horn")]


@pytest.mark.parametrize("name", ["relu-pair", "ghostmax-memory", *OTHERS])
@at_fixed_states
def test_what_the_spec_derives_obeys_all_laws(name: str) -> None:
    spec = read_spec(SPECS / f"{name}.yaml")
    derived = Derived(build_model(spec))
    check_implementation(spec, energy=derived.energy, velocity=derived.velocity, joined=True)


@at_fixed_states
def test_a_model_without_a_sound_energy_is_told_apart_from_a_wrong_implementation() -> None:
    text = (SPECS / "negative-missing-half.yaml").read_text(encoding="utf-8")
    unexpected = parse_spec(text.replace("{energy_descent: fail}", "{}"))
    derived = Derived(build_model(unexpected))
    with pytest.raises(Disagreement, match="it is the model itself") as caught:
        check_implementation(unexpected, energy=derived.energy, velocity=derived.velocity)
    assert caught.value.mistakes == ()
    check_implementation(parse_spec(text), energy=derived.energy, velocity=derived.velocity)


@against(MODERN, examples=5)
def test_the_decorator_takes_a_mapping() -> Any:
    return modern_network()


@against(TANH, step=0.05, examples=5)
def test_the_decorator_takes_an_object_and_leaves_fixtures_alone(tmp_path: Any) -> Any:
    assert tmp_path.is_dir()
    return SimpleNamespace(**tanh_network())


@at_fixed_states
def test_the_decorator_fails_where_the_function_does() -> None:
    @against(MODERN)
    def wrong() -> Any:
        return modern_network(half=1.0)

    @against(MODERN)
    def nothing() -> Any:
        return None

    with pytest.raises(Disagreement, match="missing ½"):
        wrong()
    with pytest.raises(HopverifyError, match="nothing must return what is to be tested"):
        nothing()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "nothing to test: give at least one of energy, velocity, update, activation"),
        ({"energy": 1.0}, "energy must be a function of the state, got float"),
        ({"energy": lambda x: x}, r"energy must return one number, got an array of shape \(4,\)"),
        ({"velocity": lambda x: x[:2]}, r"velocity must return 4 numbers \(u has 4\), got 2"),
        ({"update": lambda x: "abc"}, "update must return numbers, got str"),
        ({"velocity": lambda x: {"v": x}}, "must return a state of each layer; u is missing"),
        ({"activation": {"uu": np.tanh}}, "no layer is called 'uu'; did you mean 'u'?"),
        ({"activation": lambda x: x[:1]}, "activation of u must return 4 numbers"),
        ({"energy": abs, "step": 0.0}, "step must be a number greater than 0"),
        ({"energy": abs, "tolerance": 2}, "tolerance must be between 0 and 1"),
        ({"energy": abs, "largest": 0.0}, "largest must be a number of at least 1"),
    ],
)
def test_what_cannot_be_tested_is_refused(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(HopverifyError, match=said):
        check_implementation(TANH, **parts)


def test_an_activation_of_several_layers_must_say_which() -> None:
    text = TWO_LAYERS.replace("identity", "relu")
    with pytest.raises(HopverifyError, match="say of which layer"):
        check_implementation(parse_spec(text), activation=np.tanh)


def test_a_spec_without_an_energy_is_refused_for_one() -> None:
    activation = "{expression: ['x[0] + x[1]', 'x[1]']}"
    spec = parse_spec(f"{{hopverify: 1, name: bare, layers: {{x: {{size: 2, activation: {activation}}}}}}}")
    with pytest.raises(HopverifyError, match="has no energy to compare with"):
        check_implementation(spec, energy=lambda x: 0.0)


def test_errors_of_the_functions_are_passed_on() -> None:
    def energy(x: Any) -> Any:
        raise ZeroDivisionError("in the user's own code")

    with pytest.raises(ZeroDivisionError):
        check_implementation(TANH, energy=energy)


@at_fixed_states
def test_a_long_state_shows_what_is_not_zero() -> None:
    spec = parse_spec("{hopverify: 1, name: long, layers: {x: {size: 100, lagrangian: identity}}}")
    with pytest.raises(Disagreement) as caught:
        check_implementation(spec, energy=lambda x: x @ x / 2 + x[70] ** 2)
    assert "at the state x = (0, but for [70] = " in str(caught.value)
