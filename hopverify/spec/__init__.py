"""Reading specs: a YAML, TOML or JSON file becomes a frozen :class:`ModelSpec` with exact numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import ONLY_EXACT, REQUIRED, Field, FieldKind, read_fields
from hopverify.spec.model_spec import CheckRequest, FunctionSpec, LayerSpec, MemorySpec, ModelSpec, SynapseSpec
from hopverify.spec.reader import parse_spec, read_spec
from hopverify.spec.spins import SpinLayerSpec, UpdateSpec
from hopverify.spec.starter import STARTER

__all__ = [
    "ONLY_EXACT",
    "REQUIRED",
    "STARTER",
    "CheckRequest",
    "ExactArray",
    "Field",
    "FieldKind",
    "FunctionSpec",
    "LayerSpec",
    "MemorySpec",
    "ModelSpec",
    "SpinLayerSpec",
    "SynapseSpec",
    "UpdateSpec",
    "json_schema",
    "parse_spec",
    "read_fields",
    "read_spec",
]


def json_schema(
    *,
    lagrangians: Mapping[str, tuple[str, Sequence[Field]]],
    synapses: Mapping[str, tuple[str, Sequence[Field]]],
    activations: Mapping[str, tuple[str, Sequence[Field]]],
    checks: Mapping[str, tuple[str, Sequence[Field]]],
) -> dict[str, Any]:
    """Return the JSON Schema of a spec; see :mod:`hopverify.spec.schema_export`."""
    # The module loads pydantic, which `import hopverify.spec` does not.
    from hopverify.spec import schema_export

    return schema_export.json_schema(lagrangians=lagrangians, synapses=synapses, activations=activations, checks=checks)
