"""Models from arrays: what is written, exactly; short arrays in the text, long ones beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify import Layer, Synapse, dense_memory, hopfield, model, read_spec
from hopverify.errors import ArgumentError, HopverifyError
from hopverify.spec import ExactArray

PATTERNS = np.where(np.random.default_rng(0).random((3, 12)) < 0.5, -1, 1)


def test_a_long_array_lies_beside_the_text_and_is_the_same_numbers(tmp_path: Path) -> None:
    W = np.random.default_rng(1).normal(size=(30, 30)).astype(np.float32)
    made = model({"x": Layer(30, "tanh", bias=W[0])}, {"w": Synapse("dense", ["x", "x"], weights=W)}, name="far")
    assert "weights: {file: far-w-weights.npy}" in made.to_yaml()
    assert "bias: [" in made.to_yaml()
    assert repr(made) == "<spec far, with far-w-weights.npy>"
    spec = read_spec(made.save(tmp_path / "other" / "near.yaml"))
    assert spec.digest == made.model_spec().digest
    assert spec.array({"same_as": "w"}, "") == ExactArray.of(W)
    with pytest.raises(HopverifyError, match="left as it is"):
        made.save(tmp_path / "other" / "near.yaml")
    with pytest.raises(ArgumentError, match=r"ends in \.yaml"):
        made.save(tmp_path / "near.json")


def test_uncertain_weights_and_parameters_of_layers_keep_their_form() -> None:
    W = np.random.default_rng(1).normal(size=(30, 2))
    layers = {"v": Layer(2, "identity"), "h": Layer(30, {"softmax": {"beta": 0.5}}, tau=0)}
    made = model(layers, [Synapse("dense", ["h", "v"], weights={"values": W, "tolerance": "0.001"}, name="xi")])
    assert 'weights: {file: model-xi-weights.npy, tolerance: "0.001"}' in made.to_yaml()
    assert "{softmax: {beta: 0.5}}" in made.to_yaml()


def test_names_of_synapses() -> None:
    pair = [Synapse("diagonal", ["x", "x"], weights=[-1, -1]), Synapse("diagonal", ["x", "x"], weights=[-2, 0])]
    assert list(model({"x": Layer(2, "relu")}, pair).model_spec().synapses) == ["w1", "w2"]
    again = Synapse("diagonal", ["x", "x"], weights=[-1, -1], name="w1")
    with pytest.raises(ArgumentError, match="two synapses are called 'w1'"):
        model({"x": Layer(2, "relu")}, [pair[0], again])
    assert repr(pair[0]) == "Synapse(kind='diagonal')"
    assert repr(Layer(2, "relu")) == "Layer(size=2, lagrangian='relu')"


@pytest.mark.parametrize("rule", ["hebbian", "pseudo_inverse", "storkey"])
def test_a_hopfield_network_stores_patterns_by_a_rule(rule: str) -> None:
    spec = hopfield(PATTERNS, rule).model_spec()
    assert spec.memories["patterns"].patterns == ExactArray.of(PATTERNS)
    assert spec.synapses["w"].kind == ("hebbian" if rule == "hebbian" else "dense")
    assert not hopfield(PATTERNS, rule, spins=True).files


def test_memories_refuse_what_has_no_rows_and_no_temperature() -> None:
    assert dense_memory(PATTERNS, beta="0.1").model_spec().memories["keys"].patterns == ExactArray.of(PATTERNS)
    assert "dtype: bfloat16" in dense_memory(PATTERNS, 1, dtype="bfloat16").to_yaml()
    with pytest.raises(
        ArgumentError, match=r"a matrix with one pattern in a row is taken, got an array of shape \(12,\)"
    ):
        hopfield(PATTERNS[0])
    with pytest.raises(ArgumentError, match="beta: must be greater than 0, got 0"):
        dense_memory(PATTERNS, 0)
    with pytest.raises(HopverifyError, match="no learning rule is called 'hebb'; did you mean 'hebbian'"):
        hopfield(PATTERNS, "hebb")
