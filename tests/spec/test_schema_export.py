from __future__ import annotations

import copy
import json
import re
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
import yaml

from hopverify.spec import STARTER, Field, FieldKind, json_schema

from .examples import RELU_PAIR_OBJECT

BETA = Field("beta", FieldKind.NUMBER, "inverse temperature", minimum=Fraction(0), strict=True)
WEIGHTS = Field("weights", FieldKind.ARRAY, "the weights")
SCHEMA = json_schema(
    lagrangians={"relu": ("rectified linear", []), "softmax": ("softmax", [BETA])},
    synapses={
        "dense": ("weights", [WEIGHTS]),
        "hebbian": ("patterns", [Field("memory", FieldKind.TEXT, "the patterns")]),
    },
    activations={"sign": ("sign", [])},
    checks={
        "lagrangian_convexity": ("L is convex", []),
        "energy_flatness": ("no flat energy", [Field("depth", FieldKind.INTEGER, "depth", default=3)]),
    },
)


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the example with the entry at the path replaced, or removed when the value is None."""
    spec: Any = copy.deepcopy(RELU_PAIR_OBJECT)
    *parents, last = path.split(".")
    entry = spec
    for step in parents:
        entry = entry[step]
    if value is None:
        del entry[last]
    else:
        entry[last] = value
    return spec  # type: ignore[no-any-return]


def is_valid(spec: Any) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(spec)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$id"].endswith("/spec.schema.json")
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not re.search("x-ref|pydantic", json.dumps(SCHEMA))


def test_the_example_and_the_starter_are_valid() -> None:
    assert is_valid(RELU_PAIR_OBJECT)
    assert is_valid(yaml.safe_load(STARTER))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("layers.x.lagrangian", {"softmax": {"beta": 4}}),
        ("layers.x.lagrangian", {"softmax": {"beta": "1/3"}}),
        ("layers.x.lagrangian", {"relu": None}),
        ("layers.x.lagrangian", {"expression": "x^2", "of": "neuron"}),
        ("layers.x", {"size": 2, "activation": "relu"}),
        ("layers.x", {"size": 2, "activation": {"softmax": {"beta": 4}}}),
        ("layers.x.bias", {"file": "b.npy", "transpose": False}),
        ("layers.x.leak", False),
        ("synapses.w.weights", {"same_as": "v"}),
        ("synapses.w", {"kind": "hebbian", "layers": ["x"], "memory": "m"}),
        ("checks", ["energy_flatness", {"energy_flatness": {"depth": 2}}]),
    ],
)
def test_other_specs_are_valid(path: str, value: Any) -> None:
    assert is_valid(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hopverify", 2),
        ("name", None),
        ("layers.x.size", "2"),
        ("layers.x.taw", 1),
        ("layers.x.lagrangian", "rellu"),
        ("layers.x.lagrangian", "softmax"),
        ("layers.x.lagrangian", {"softmax": {"beta": 0}}),
        ("layers.x.lagrangian", {"softmax": None}),
        ("layers.x.lagrangian", {"softmax": {"beta": 1}, "relu": {}}),
        ("layers.x.lagrangian", None),
        ("layers.x.activation", "sign"),
        ("layers.9x", {"size": 1, "lagrangian": "relu"}),
        ("synapses.w.kind", "densse"),
        ("synapses.w.weights", None),
        ("synapses.w.weights", {"file": "w.npy", "kye": "w"}),
        ("synapses.w.wieghts", 1),
        ("checks", []),
        ("checks", ["energy"]),
        ("expect.energy_flatness", "no"),
        ("expect.energy", "pass"),
    ],
)
def test_wrong_specs_are_not(path: str, value: Any) -> None:
    assert not is_valid(changed(path, value))


def test_editors_show_what_a_name_is() -> None:
    alone, form, _ = SCHEMA["$defs"]["lagrangian"]["anyOf"]
    assert dict(zip(alone["enum"], alone["enumDescriptions"], strict=True)) == {"relu": "rectified linear"}
    assert form["properties"]["softmax"]["description"] == "softmax"
    kind = SCHEMA["$defs"]["SynapseModel"]["properties"]["kind"]
    assert dict(zip(kind["enum"], kind["enumDescriptions"], strict=True))["dense"] == "weights"


def test_everything_that_a_person_types_is_described() -> None:
    for model in ("LayerModel", "MemoryModel"):
        properties = SCHEMA["$defs"][model]["properties"]
        assert all("description" in entry for entry in properties.values()), model
    assert all("description" in entry for entry in SCHEMA["properties"].values())
