"""The law of every array and vector in a spec: what does not fit its layers is refused where it stands.

Driven from the registries: each Lagrangian and activation with a parameter that may be a vector, each kind of synapse
that holds arrays, each check that takes one number for each neuron.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
import yaml

from hopverify.activations import ACTIVATIONS
from hopverify.checks import CHECKS, claims_of
from hopverify.errors import SpecError
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import any_model, build_model
from hopverify.spec import FieldKind, parse_spec
from hopverify.spec.fields import REQUIRED
from hopverify.synapses import SYNAPSES
from tests.cli.commands import run

from .test_synapse_laws import EXAMPLES, document_with

ROLES = [("lagrangian", entry) for entry in LAGRANGIANS] + [
    ("activation", entry) for entry in (*LAGRANGIANS, *ACTIVATIONS)
]
VECTORS = [
    (role, entry, field) for role, entry in ROLES for field in entry.parameters if field.kind is FieldKind.NUMBERS
]
REGIONS = [(check, field) for check in CHECKS for field in check.parameters if field.name in ("lower", "upper")]
WRONG = (1, 3, 4)


def of_a_pair(**layer: Any) -> str:
    return json.dumps({"hopverify": 1, "name": "pair", "layers": {"x": {"size": 2} | layer}, "checks": "all"})


def refusal_of(text: str) -> str:
    def read() -> None:
        spec = parse_spec(text, format="json")
        claims_of(spec, any_model(spec))

    with pytest.raises(SpecError) as caught:
        read()
    return str(caught.value)


@pytest.mark.parametrize(("role", "entry", "field"), VECTORS, ids=lambda value: getattr(value, "name", value))
def test_a_vector_of_parameters_has_one_number_for_each_neuron(role: str, entry: Any, field: Any) -> None:
    others = {other.name: 2 for other in entry.parameters if other.default is REQUIRED}
    for count in WRONG:
        said = refusal_of(of_a_pair(**{role: {entry.name: others | {field.name: [2] * count}}}))
        place = f"layers.x.{role}.{entry.name}.{field.name}"
        assert f"{place}: must be one number or 2, the size of the layer, got {count}" in said
    fitting = of_a_pair(**{role: {entry.name: others | {field.name: [2, 3]}}})
    assert build_model(parse_spec(fitting, format="json"))


@pytest.mark.parametrize("key", ["bias", "tau", "leak"])
def test_a_vector_of_a_layer_has_one_number_for_each_neuron(key: str) -> None:
    for count in WRONG:
        said = refusal_of(of_a_pair(lagrangian="tanh", **{key: [1] * count}))
        assert f"layers.x.{key}: must be one number or 2, the size of the layer, got {count}" in said


@pytest.mark.parametrize(("check", "field"), REGIONS, ids=lambda value: value.name)
def test_a_region_has_one_number_for_each_neuron(check: Any, field: Any) -> None:
    tree = json.loads(of_a_pair(lagrangian="tanh"))
    tree["synapses"] = {"w": {"kind": "dense", "layers": ["x", "x"], "weights": [[0, 1], [1, 0]]}}
    for count in (3, 4):
        ends = {"lower": -1, "upper": 1} | {field.name: [0] * count}
        said = refusal_of(json.dumps(tree | {"checks": [{check.name: ends}]}))
        assert f"checks[0].{check.name}.{field.name}: " in said
        assert f"2 neurons, got {count}" in said


@pytest.mark.parametrize(
    ("kind", "synapse"),
    [
        (kind, text)
        for kind, texts in EXAMPLES.items()
        if any(field.kind is FieldKind.ARRAY for field in SYNAPSES[kind].fields)
        for text in texts
    ],
)
def test_arrays_that_fit_their_layers_fit_no_others(kind: str, synapse: str) -> None:
    tree = yaml.safe_load(document_with(synapse))
    assert build_model(parse_spec(json.dumps(tree), format="json"))
    for name in set(tree["synapses"]["s"]["layers"]):
        larger = deepcopy(tree)
        layer = larger["layers"][name]
        if "shape" in layer:
            layer["shape"][0] += 1
        # Of a convolution with a stride the last neurons may be left out.
        step = larger["synapses"]["s"].get("stride", 1)
        layer["size"] += layer["size"] // (layer["shape"][0] - 1) if "shape" in layer else step
        assert re.match(r"[^:]+:\d+:\d+: synapses\.s", refusal_of(json.dumps(larger)))


@pytest.mark.parametrize(
    "function", ["lagrangian: {layernorm: {delta: [1, 2, 3]}}", "activation: {vector_layernorm: {gamma: [1, 2, 3]}}"]
)
def test_the_command_says_where_and_how_many(function: str, tmp_path: Any) -> None:
    path = tmp_path / "three.yaml"
    path.write_text(f"hopverify: 1\nname: three\nlayers: {{x: {{size: 2, {function}}}}}\nchecks: all\n")
    for arguments in (["verify"], ["derive"], ["simulate", "--from", "random"]):
        result = run(*arguments, path)
        assert result.exit_code == 2
        assert "three.yaml:3:" in result.stderr
        assert "one number or 2, the size of the layer, got 3" in result.stderr
