"""Patterns in array files become Hopfield networks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify import verify
from hopverify.errors import HopverifyError
from hopverify.interop.arrays import Network, hopfield_network, read_patterns
from hopverify.interop.learning import LEARNING
from hopverify.networks import SpinModel, any_model, build_model
from hopverify.spec import ExactArray
from hopverify.synapses.dense import Dense
from hopverify.verdict import Verdict
from tests.interop.reading import read_back


def patterns_of(size: int) -> ExactArray:
    rng = np.random.default_rng(1)
    return ExactArray.of(np.where(rng.random((3, size)) < 0.5, -1, 1))


@pytest.mark.parametrize("rule", [rule.name for rule in LEARNING])
def test_every_rule_gives_a_network_that_verifies(rule: str, tmp_path: Path) -> None:
    patterns = patterns_of(20)
    spec = read_back(hopfield_network(patterns, rule, name="three signs"), tmp_path)
    assert spec.memories["patterns"].patterns == patterns
    assert verify(spec).verdict == Verdict.PASS


@pytest.mark.parametrize("rule", ["pseudo_inverse", "storkey"])
@pytest.mark.parametrize("size", [20, 80])
def test_the_spec_holds_exactly_the_weights_of_the_rule(rule: str, size: int, tmp_path: Path) -> None:
    patterns = patterns_of(size)
    learned = LEARNING[rule].learn(patterns, True)
    spec = read_back(hopfield_network(patterns, rule), tmp_path)
    (synapse,) = build_model(spec).synapses.values()
    assert isinstance(synapse, Dense)
    assert synapse.matrix == learned.weights
    assert learned.said[1:] in spec.description


def test_thousands_of_neurons_take_no_matrix() -> None:
    made = hopfield_network(patterns_of(5000), "hebbian")
    assert sum(map(len, made.files.values())) < 3 * 5000 + 500
    assert "basin_cells" in made.text


@pytest.mark.parametrize("rule", [rule.name for rule in LEARNING])
def test_spins_learn_by_the_same_rules(rule: str, tmp_path: Path) -> None:
    patterns = patterns_of(20)
    spec = read_back(hopfield_network(patterns, rule, Network(spins=True)), tmp_path)
    model = any_model(spec)
    assert isinstance(model, SpinModel)
    assert spec.memories["patterns"].patterns == patterns
    assert {result["check"]: result["verdict"] for result in verify(spec).results}["spin_convergence"] == Verdict.PASS


def test_spins_have_no_activation_and_their_patterns_are_signs() -> None:
    with pytest.raises(HopverifyError, match="leave out activation and gain"):
        hopfield_network(patterns_of(6), "hebbian", Network("tanh", spins=True))
    with pytest.raises(HopverifyError, match="1 and -1 only"):
        hopfield_network(ExactArray.of([[1, 0]]), "hebbian", Network(spins=True))


def test_activation_gain_and_diagonal_are_options(tmp_path: Path) -> None:
    wanted = Network("hard_tanh", zero_diagonal=False)
    spec = read_back(hopfield_network(patterns_of(6), "hebbian", wanted), tmp_path)
    assert spec.layers["x"].function.name == "hard_tanh"
    assert spec.synapses["w"].values["zero_diagonal"] is False
    gained = read_back(hopfield_network(patterns_of(6), "hebbian", Network(gain=Fraction(1, 3))), tmp_path)
    assert gained.layers["x"].function.parameters == {"beta": Fraction(1, 3)}


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Network("hard_tanh", Fraction(2)), "has no gain"),
        (Network("softmax"), "not elementwise"),
        (Network("tanhh"), "did you mean 'tanh'"),
    ],
)
def test_what_does_not_fit_is_told(wanted: Network, told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        hopfield_network(patterns_of(6), "hebbian", wanted)


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(HopverifyError, match="did you mean 'hebbian'"):
        hopfield_network(patterns_of(6), "hebbain")


def test_patterns_are_read_from_all_formats(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    Xi = patterns_of(6).values.astype(np.float32)
    np.save(tmp_path / "p.npy", Xi)
    np.savez(tmp_path / "p.npz", first=Xi, second=-Xi)
    safetensors.save_file({"xi": Xi}, tmp_path / "p.safetensors")
    assert read_patterns(tmp_path / "p.npy") == ExactArray.of(Xi)
    assert read_patterns(tmp_path / "p.npz", "second") == ExactArray.of(-Xi)
    assert read_patterns(tmp_path / "p.safetensors") == ExactArray.of(Xi)


def test_a_vector_holds_no_patterns(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones(3))
    with pytest.raises(HopverifyError, match="rows of a matrix"):
        read_patterns(tmp_path / "v.npy")


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "o.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    with pytest.raises(HopverifyError, match="type object"):
        read_patterns(tmp_path / "o.npy")
