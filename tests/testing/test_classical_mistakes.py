"""The eight classical mistakes, planted in a tanh network and in a modern Hopfield network, are found and named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hopverify import parse_spec
from hopverify.spec import ModelSpec
from hopverify.testing import Disagreement, check_implementation
from tests.profiles import long
from tests.testing.networks import MODERN, SPECS, TANH, W, X, modern_network, tanh_network

pytestmark = pytest.mark.usefixtures("no_search")

BIASED = """\
hopverify: 1
name: modern-with-bias
arrays:
  X: [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], [1, 0, 1, 0, -1, 0, -1, 0], [0, 1, 0, -1, 0, 1, 0, -1]]
layers:
  v: {size: 8, lagrangian: identity, tau: 1/2}
  h: {size: 4, lagrangian: {softmax: {beta: 4}}, tau: 0, bias: [0.5, 0, -0.25, 0]}
synapses:
  x: {kind: dense, layers: [h, v], weights: {same_as: X}}
"""
B = np.array([0.5, 0, -0.25, 0])


def biased() -> ModelSpec:
    return parse_spec(BIASED)


def test_the_right_networks_are_accepted() -> None:
    check_implementation(TANH, **tanh_network(), step=0.05)
    check_implementation(MODERN, **modern_network())
    check_implementation(biased(), **modern_network(bias=B, tau=0.5))


def found(spec: Any, parts: dict[str, Any], *names: str, **options: Any) -> Disagreement:
    """Return what is said of some parts of a network."""
    with pytest.raises(Disagreement) as caught:
        check_implementation(spec, **{name: parts[name] for name in names}, **({"states": 20} | options))
    return caught.value


DYNAMICS = ("energy", "velocity")

TANH_CASES = [
    ("missing ½", {"half": 1.0}, DYNAMICS, "synapse t"),
    ("bias in the update only", {"bias_in_energy": 0}, DYNAMICS, "subtract b·g(x) from the energy"),
    ("bias in the energy only", {"bias_in_flow": 0}, DYNAMICS, "add b to the drive"),
    ("unsymmetrised weights", {"weights": 2 * np.triu(W)}, DYNAMICS, "use (W + Wᵀ)/2"),
    ("wrong sign", {"sign": -1}, DYNAMICS, "interaction of synapse t"),
    ("wrong sign", {"lagrangian": -1}, DYNAMICS, "Lagrangian of layer u"),
    ("leak missing", {"leak": 0.0}, DYNAMICS, "nothing draws the state back"),
    ("time constant ignored", {"tau": 1.0}, DYNAMICS, "divide by τ"),
    ("step too long", {"step": 0.25}, ("energy", "update"), "5 times h = 0.05"),
    ("wrong inverse temperature", {"beta": 1}, DYNAMICS, "acts as 1, where the spec has 2"),
    ("wrong inverse temperature", {"beta": 1}, ("activation",), "acts as 1, where the spec has 2"),
    ("wrong inverse temperature", {"beta": 1.3}, DYNAMICS, "is 1.3, where the spec has beta = 2"),
]


@pytest.mark.parametrize(("mistake", "planted", "names", "said"), TANH_CASES)
def test_mistakes_in_a_tanh_network(mistake: str, planted: dict[str, Any], names: tuple[str, ...], said: str) -> None:
    options = {"step": 0.05} if "update" in names else {}
    error = found(TANH, tanh_network(**planted), *names, **options)
    assert error.mistakes == (mistake,)
    assert said in str(error)


HALVED = X / np.linalg.norm(X, axis=1, keepdims=True)
MODERN_CASES = [
    ("missing ½", {"half": 1.0}, ("energy", "update"), "|v|² where the flow needs ½|v|²"),
    ("bias in the update only", {"bias_in_energy": 0}, ("energy", "update"), "layer h"),
    ("bias in the energy only", {"bias_in_flow": 0}, ("energy", "update"), "layer h"),
    ("unsymmetrised weights", {"values": HALVED}, ("energy", "update"), "the same matrix and its transpose"),
    ("wrong sign", {"sign": -1}, ("energy", "update"), "Lagrangian of layer h"),
    ("wrong sign", {"values": -X}, ("energy", "update"), "interaction of synapse x"),
    ("leak missing", {"leak": 0.0}, ("energy", "velocity"), "nothing draws the state back"),
    ("time constant ignored", {"tau": 1.0}, ("energy", "velocity"), "divide by τ"),
    ("step too long", {"step": 2.5}, ("energy", "update"), "2.5 times a whole update"),
    ("wrong inverse temperature", {"beta": 1}, ("energy", "update"), "acts as 1, where the spec has 4"),
    ("wrong inverse temperature", {"beta": 1}, ("activation",), "acts as 1, where the spec has 4"),
]
# By default every third: the first network meets each of these mistakes.
MODERN_CASES = [case if i % 3 == 0 else long(*case) for i, case in enumerate(MODERN_CASES)]


@pytest.mark.parametrize(
    ("mistake", "planted", "names", "said"),
    MODERN_CASES,
)
def test_mistakes_in_a_modern_network(mistake: str, planted: dict[str, Any], names: tuple[str, ...], said: str) -> None:
    error = found(biased(), modern_network(**{"bias": B, "tau": 0.5} | planted), *names)
    assert error.mistakes == (mistake,)
    assert said in str(error)


def test_two_mistakes_in_one_energy_are_both_named() -> None:
    error = found(TANH, tanh_network(half=1.0, bias_in_energy=0), *DYNAMICS)
    assert set(error.mistakes) == {"missing ½", "bias in the update only"}


def test_a_mistake_in_the_energy_and_one_in_the_update_are_both_named() -> None:
    error = found(TANH, tanh_network(sign=-1, tau=1.0), *DYNAMICS)
    assert set(error.mistakes) == {"wrong sign", "time constant ignored"}


def test_a_bias_that_is_left_out_altogether_is_one_mistake() -> None:
    assert found(TANH, tanh_network(bias_in_energy=0, bias_in_flow=0), *DYNAMICS).mistakes == ("bias left out",)


def test_an_activation_that_is_not_the_gradient_of_the_lagrangian() -> None:
    error = found(TANH, {"activation": lambda x: 1 / (1 + np.exp(-2 * x))}, "activation")
    assert error.mistakes == ("activation that is not the gradient of the Lagrangian",)
    assert "that of sigmoid (beta = 2), not of tanh" in str(error)


def test_a_lagrangian_without_its_factor() -> None:
    # log Σ e^βx is not divided by β.
    def energy(v: Any) -> Any:
        return v @ v / 2 - np.log(np.exp(4 * (X @ v)).sum())

    error = found(MODERN, {"energy": energy}, "energy")
    assert "the Lagrangian of layer h has the factor 4" in str(error)


def test_a_right_update_whose_step_is_too_long() -> None:
    def velocity(x: Any) -> Any:
        return np.array([[0, -2], [-2, 0]]) @ np.tanh(x) - x

    spec = parse_spec((SPECS / "negative-step-too-long.yaml").read_text(encoding="utf-8").split("expect:")[0])
    error = found(spec, {"update": lambda x: x + velocity(x)}, "update")
    assert (error.mistakes, error.laws) == (("step too long",), ("step",))
    assert "take shorter steps" in str(error)
    check_implementation(spec, update=lambda x: x + 0.5 * velocity(x), step=0.5)
    # The spec as it stands expects no descent of such steps.
    check_implementation(SPECS / "negative-step-too-long.yaml", update=lambda x: x + velocity(x))


def test_the_message_shows_a_simple_state_and_both_values() -> None:
    text = str(found(TANH, tanh_network(bias_in_flow=0), *DYNAMICS))
    assert text.startswith("hopfield-1984 (")
    assert "at the state u = (0, 0, 0, 0)" in text
    assert "your velocity:         (0, 0, 0, 0)" in text
    assert "derived from the spec: (0.1, 0, -0.1, 0.05)" in text
    assert "a test, not a proof" in text


def test_what_no_classical_mistake_explains_is_told_as_such() -> None:
    error = found(TANH, {"velocity": lambda x: np.sin(x)}, "velocity")
    assert error.mistakes == ()
    assert "none of the classical mistakes explains the velocity" in str(error)
