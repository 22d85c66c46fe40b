"""Entries of a spec for what was read of a program: synapses, biases and arrays, long ones in files."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopverify.interop.imported import array_field
from hopverify.interop.tracing.constants import exact
from hopverify.interop.tracing.energies import Part
from hopverify.repairs.writing import per_neuron
from hopverify.spec import ExactArray

INLINE = 8
"""Arrays of so many entries or fewer stand in the spec, if they are short decimals there."""


def bias_entry(bias: Any, file: str, files: dict[str, bytes]) -> Any:
    """Return a bias, or leaks: one number, if all are the same."""
    values = [exact(each) for each in bias]
    if len(set(values)) == 1:
        return per_neuron(values)
    return array_entry(np.array(values, dtype=object), file, files)


def synapse_entry(part: Part, file: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Return the entry of a synapse, whose array goes into ``file``; several arrays into files with their names."""
    stem = file.removesuffix(".npy")
    names = {key: file if len(part.arrays) == 1 else f"{stem}-{key}.npy" for key in part.arrays}
    arrays = {key: array_entry(values, names[key], files) for key, values in part.arrays.items()}
    return {"kind": part.kind, "layers": list(part.layers), **arrays, **part.fields}


def array_entry(values: Any, file: str, files: dict[str, bytes]) -> Any:
    """Return an array field: short decimals in the spec, everything else in a file."""
    held = ExactArray.of(values if values.dtype == object else np.asarray(values, dtype=np.float64))
    if held.values.size <= INLINE and all((entry * 1000).denominator == 1 for entry in held.fractions().reshape(-1)):
        return held.fractions().tolist()
    return array_field(held, file, files)
