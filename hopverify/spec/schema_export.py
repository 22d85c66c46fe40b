"""A JSON Schema (draft 2020-12) of the spec format, for editors.

The fixed part follows from the models of :mod:`hopverify.spec.schema`; the names and parameters of Lagrangians, synapse
kinds, activations and checks come from whoever knows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.spec.bounds import MAX_EXPRESSION
from hopverify.spec.fields import Field, FieldKind
from hopverify.spec.schema import DocumentModel, SynapseModel
from hopverify.spec.spread import DTYPES

Declarations = Mapping[str, tuple[str, Sequence[Field]]]
"""Of each name, what it is in a line (editors show it), and its parameters."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ADDRESS = "https://hopverify.github.io/hopverify/latest/spec.schema.json"
_NUMBER = "expected a number, or a ratio as text, such as 1/3"
_RATIO = {
    "type": "string",
    "pattern": r"^[+-]?([0-9]+/[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)$",
    # What editors say in place of the pattern.
    "patternErrorMessage": _NUMBER,
}


def json_schema(
    *, lagrangians: Declarations, synapses: Declarations, activations: Declarations, checks: Declarations
) -> dict[str, Any]:
    """Return the schema of a spec in which exactly the given names are known.

    >>> relu = ("rectified linear", [])
    >>> schema = json_schema(lagrangians={"relu": relu}, synapses={}, activations={}, checks={})
    >>> schema["$defs"]["lagrangian"]["anyOf"][0]["enum"]
    ['relu']
    """
    schema: dict[str, Any] = _linked(DocumentModel.model_json_schema())
    definitions = schema.setdefault("$defs", {})
    definitions |= _arrays()
    definitions["lagrangian"] = _function(lagrangians, several=False)
    definitions["activation"] = _function({**lagrangians, **activations}, several=True)
    definitions["checks"] = _checks(checks)
    definitions["SynapseModel"] = _synapse(synapses)
    schema["properties"]["expect"]["propertyNames"] = {"enum": sorted(checks)}
    definitions["LayerModel"]["oneOf"] = [{"required": [key]} for key in ("lagrangian", "activation", "states")]
    return {"$schema": _DIALECT, "$id": _ADDRESS, **schema}


def _linked(value: Any) -> Any:
    """Turn marks into references, and drop the defaults and titles, which pydantic words for programs."""
    if isinstance(value, list):
        return [_linked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "patternProperties" in value:
        value = value | {"additionalProperties": False}
    links = {"$ref": f"#/$defs/{value['x-ref']}"} if "x-ref" in value else {}
    dropped = {"x-ref", "default"} | ({"title"} if isinstance(value.get("title"), str) else set())
    return links | {key: _linked(item) for key, item in value.items() if key not in dropped}


def _arrays() -> dict[str, Any]:
    transpose = {"type": "boolean", "description": "whether the matrix is transposed after it is read"}
    text = {"type": "string", "minLength": 1}
    spread = {
        "tolerance": {"$ref": "#/$defs/number", "description": "how far each entry may lie from the given one"},
        "dtype": {"enum": list(DTYPES), "description": "the format to which the entries may be rounded"},
    }
    nested = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/array"}}
    file = {
        "file": text | {"description": "a .npy, .npz, .safetensors, .mat, .csv or .txt file in the spec's folder"},
        "key": text | {"description": "name of the array in a file that holds several"},
        "transpose": transpose,
    }
    values = {"values": {"anyOf": [{"$ref": "#/$defs/number"}, nested]}, "transpose": transpose}
    same_as = {"same_as": text | {"description": "an array, a synapse or a memory by name"}, "transpose": transpose}
    return {
        "number": {
            "anyOf": [{"type": "number", "errorMessage": _NUMBER}, _RATIO],
            "description": "an exact number; a ratio such as 1/3 is text",
        },
        "array": {
            "description": "a number, nested lists of numbers, an array in a file, or the same array as another",
            "anyOf": [
                {"$ref": "#/$defs/number"},
                nested,
                _object(file | spread, ["file"]),
                _object(values | spread, ["values"]),
                _object(same_as, ["same_as"]),
            ],
        },
        "expression": {"type": ["string", "number"], "maxLength": MAX_EXPRESSION, "description": "an expression"},
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _fields(fields: Sequence[Field]) -> dict[str, Any]:
    properties = {field.name: _field(field) for field in fields}
    return _object(properties, _required(fields))


def _field(field: Field) -> dict[str, Any]:
    return {"description": field.doc, **_FIELDS[field.kind](field)}


def _number(field: Field, kind: str = "number") -> dict[str, Any]:
    low, high = ("exclusiveMinimum", "exclusiveMaximum") if field.strict else ("minimum", "maximum")
    ends = {key: _json(end) for key, end in ((low, field.minimum), (high, field.maximum)) if end is not None}
    return {"anyOf": [{"type": kind, "errorMessage": _NUMBER} | ends, _RATIO]}


def _json(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


_FIELDS: dict[FieldKind, Any] = {
    FieldKind.NUMBER: _number,
    FieldKind.INTEGER: lambda field: _number(field, "integer"),
    FieldKind.NUMBERS: lambda field: {"anyOf": [_number(field), {"type": "array", "items": _number(field)}]},
    FieldKind.BOOLEAN: lambda field: {"type": "boolean"},
    FieldKind.ARRAY: lambda field: {"$ref": "#/$defs/array"},
    FieldKind.CHOICE: lambda field: {"enum": list(field.choices)},
    FieldKind.TEXT: lambda field: {"type": ["string", "number"]},
}


def _named(declared: Declarations) -> list[dict[str, Any]]:
    """Return the two forms in which an entry is named: alone, or with its parameters."""
    alone = {name: said for name, (said, fields) in sorted(declared.items()) if not _required(fields)}
    form = _object({name: _parameters(*entry) for name, entry in declared.items()}, [])
    told = {"enum": list(alone), "enumDescriptions": list(alone.values())}
    return [told, form | {"minProperties": 1, "maxProperties": 1}]


def _required(fields: Sequence[Field]) -> list[str]:
    return [field.name for field in fields if field.required]


def _parameters(said: str, fields: Sequence[Field]) -> dict[str, Any]:
    """Return the schema of what follows a name; nothing may, unless a parameter must be given."""
    kinds = "object" if _required(fields) else ["object", "null"]
    return _fields(fields) | {"type": kinds, "description": said}


def _function(declared: Declarations, *, several: bool) -> dict[str, Any]:
    text = {"$ref": "#/$defs/expression"}
    forms = {"anyOf": [text, {"type": "array", "items": text}]} if several else text
    scope = {"enum": ["neuron", "layer"], "description": "whether the expression is of one neuron or of the layer"}
    return {"anyOf": [*_named(declared), _object({"expression": forms, "of": scope}, ["expression"])]}


def _checks(declared: Declarations) -> dict[str, Any]:
    items = {"type": "array", "minItems": 1, "items": {"anyOf": _named(declared)}}
    return {"anyOf": [{"const": "all"}, items], "description": "`all`, or a list of checks with their parameters"}


def _synapse(declared: Declarations) -> dict[str, Any]:
    """Return the schema of a synapse, whose kind decides over its other keys."""
    base = _linked(SynapseModel.model_json_schema())
    common = base["properties"]
    kinds = []
    for kind, (_, fields) in declared.items():
        here = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        body = _fields(fields)
        body["properties"] = common | body["properties"]
        kinds.append({"if": here, "then": body})
    names = sorted(declared)
    told = {"enum": names, "enumDescriptions": [declared[name][0] for name in names]}
    known = told | {"description": common["kind"]["description"]}
    described: dict[str, Any] = {"type": "object", "description": base["description"], "required": ["kind", "layers"]}
    return described | {"properties": common | {"kind": known}} | ({"allOf": kinds} if kinds else {})
