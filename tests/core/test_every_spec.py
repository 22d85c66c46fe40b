"""The core of a spec is the network of the spec: both sides have the same activations, drives and energy, in balls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from hopverify.core import array_files, core_of, readable
from hopverify.core.arrays import Arrays
from hopverify.core.synapses import _form
from hopverify.kernel import core
from hopverify.kernel.reading import loads, read
from hopverify.kernel.terms import Apply, Variable
from hopverify.networks import any_model
from hopverify.spec import parse_spec
from hopverify.spec.exact_array import ExactArray
from tests.cli.commands import RELU_PAIR, run
from tests.core.comparing import compare
from tests.golden.table import every_spec, name_of
from tests.profiles import in_turn
from tests.specs import spec_at

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "core.schema.json").read_text(encoding="utf-8")))

LARGEST = 150
"""The number of neurons up to which functions are evaluated."""


@pytest.mark.parametrize("path", in_turn(every_spec(), 1), ids=map(name_of, every_spec()))
def test_a_core_reads_back_and_is_the_network_of_its_spec(path: Path, tmp_path: Path) -> None:
    model = any_model(spec_at(path))
    made = core_of(model)
    for name, content in array_files(made).items():
        (tmp_path / name).write_bytes(content)
    document = core.write(made)
    found = loads(readable(document), tmp_path)
    assert core.write(found) == document
    assert found.digest == made.digest
    SCHEMA.validate(document)
    if sum(layer.size for layer in found.layers) <= LARGEST:
        compare(found, model, seed=7)


SPEC = """
hopverify: 1
name: one
layers:
  x: {size: 2, lagrangian: {expression: "x^2/2"}, bias: 0.5}
  y: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: WEIGHTS}
  v: {kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]}
memories: {m: {layer: y, patterns: {same_as: v}}}
checks: [weight_symmetry]
"""
ROWS = "[[0, 0.5], [0.5, 0]]"


def test_however_a_spec_is_written_its_core_is_one(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([[0, 0.5], [0.5, 0]], dtype=np.float32))
    texts = [
        SPEC.replace("WEIGHTS", ROWS),
        SPEC.replace("WEIGHTS", "[[0, 1/2], [5e-1, 0]]").replace("name: one", "name: two"),
        SPEC.replace("WEIGHTS", "{file: w.npy}").replace("bias: 0.5", "bias: [0.5, 1/2], tau: 1"),
        SPEC.replace("WEIGHTS", ROWS).replace("{same_as: v}", "[[1, 2], [3, 4]]"),
    ]
    assert len({core_of(any_model(parse_spec(text, folder=tmp_path))).digest for text in texts}) == 1
    others = [SPEC.replace("WEIGHTS", "[[0, 0.5], [0.25, 0]]"), texts[0].replace("bias: 0.5", "bias: 0.25")]
    digests = {core_of(any_model(parse_spec(text, folder=tmp_path))).digest for text in [*texts, *others]}
    assert len(digests) == 3


def test_arrays_within_a_tolerance() -> None:
    near = SPEC.replace("WEIGHTS", "{values: [[0, 0.5], [0.5, 0]], tolerance: 0.1}")
    near = near.replace("[[1, 2], [3, 4]]", "{values: [[1, 2], [3, 4]], dtype: float16}")
    document = core.write(core_of(any_model(parse_spec(near))))
    assert document["arrays"]["w"]["within"] == {"absolute": "1/10", "relative": "0", "symmetric": True}
    assert document["arrays"]["v"]["within"]["symmetric"] is False
    assert document["memories"][0]["patterns"] == ["array", "v"]


@pytest.mark.parametrize(
    "wrong", [{"core": 2}, {"clamp": []}, {"layers": []}, {"energy": ["eval", 1]}, {"altered": {}}]
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    document = core.write(core_of(any_model(spec_at(RELU_PAIR))))
    assert SCHEMA.is_valid(document)
    assert not SCHEMA.is_valid(document | wrong)


@pytest.mark.parametrize("activation", ["{vector_layernorm: {gamma: 0}}", "{vector_layernorm: {gamma: 2, delta: 1}}"])
def test_numbers_that_count_for_every_neuron(activation: str) -> None:
    text = f"{{hopverify: 1, name: one, layers: {{x: {{size: 3, activation: {activation}}}}}, checks: all}}"
    model = any_model(parse_spec(text))
    compare(read(core.write(core_of(model))), model, seed=1)


def test_an_uncertain_array_may_be_the_transpose_of_another() -> None:
    rows = ExactArray.of([[1, 2], [3, 4]])
    arrays = Arrays()
    first = arrays("w", rows)
    assert arrays.either_way("m", rows.transpose()) == Apply("transpose", (first,))
    assert arrays.either_way("m", rows) == first
    assert arrays("w", ExactArray.of([[1]])) == Variable(("array", "w'"))


def test_a_diagonal_synapse_whose_drive_is_the_gradient() -> None:
    text = "{kind: diagonal, layers: [x, x], weights: [1, 2], prefactor: 1, drive: gradient}"
    layer = "{x: {size: 2, lagrangian: relu}}"
    model = any_model(parse_spec(f"{{hopverify: 1, name: one, layers: {layer}, synapses: {{d: {text}}}, checks: all}}"))
    found = core_of(model)
    assert found.synapses[0].drive is None
    compare(read(core.write(found)), model, seed=1)


def test_a_kind_of_synapse_without_a_form_is_named() -> None:
    with pytest.raises(NotImplementedError, match="object has no form in the core"):
        _form(object(), "s", Arrays())  # type: ignore[arg-type]


def test_the_command(tmp_path: Path) -> None:
    shown = run("core", RELU_PAIR, "--arrays", tmp_path)
    assert shown.exit_code == 0
    found = loads(shown.stdout, tmp_path)
    assert run("core", RELU_PAIR, "--digest").stdout == f"{found.digest}\n"
    assert max(map(len, shown.stdout.splitlines())) <= 120
